package netpkt

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// readSize is how much a reader asks for while it does not know of a larger
// packet.
const readSize = 16 << 10

// Reader splits what comes over a connection into packets. On UNIX sockets it
// takes the descriptors that come along, on other connections a packet that
// announces descriptors is an error.
//
//	for {
//		if err := r.Fill(); err != nil { ... }
//		for {
//			ok, err := r.Next(&p)
//			...
//		}
//	}
type Reader struct {
	conn net.Conn
	raw  syscall.RawConn // nil: a connection without descriptor, as in tests
	fdOK bool            // descriptors may come

	buf        *Buffer // nil while nothing is held
	start, end int     // of the bytes in buf that are not yet consumed
	limit      int     // reading stops here, so that a large packet ends its buffer
	want       int     // size of the packet in progress, 0 where unknown
	fds        []int   // descriptors in the order of arrival

	receive func(fd uintptr) bool // made once: see receiveFrom
	n       int                   // result of receive
	err     error
}

// NewReader reads from conn.
func NewReader(conn net.Conn) *Reader {
	r := &Reader{conn: conn}
	if sc, ok := conn.(syscall.Conn); ok && rawReads {
		if raw, err := sc.SyscallConn(); err == nil {
			r.raw = raw
			_, r.fdOK = conn.(*net.UnixConn)
			r.receive = r.receiveFrom
		}
	}
	return r
}

// Fill waits for more bytes. All complete packets must have been taken with
// Next. While the peer is silent between packets no buffer is held.
func (r *Reader) Fill() error {
	if r.start == r.end {
		r.drop()
		r.closeFDs() // came with packets that do not carry any
	}
	if r.buf != nil {
		r.makeRoom()
	}
	if r.raw == nil {
		r.hold()
		n, err := r.conn.Read(r.buf.B[r.end:r.limit])
		r.end += n
		if n > 0 {
			return nil
		}
		return err
	}
	r.n, r.err = 0, nil
	if err := r.raw.Read(r.receive); err != nil {
		return err
	}
	if r.err != nil {
		return r.err
	}
	r.end += r.n
	return nil
}

// hold makes sure that there is a buffer.
func (r *Reader) hold() {
	if r.buf == nil {
		r.buf = NewBuffer(readSize)
		r.start, r.end, r.limit = 0, 0, cap(r.buf.B)
	}
}

// drop gives the buffer back.
func (r *Reader) drop() {
	r.buf.Release()
	r.buf, r.start, r.end = nil, 0, 0
}

// giveUp gives the buffer, which is all consumed, to a packet's new owner.
func (r *Reader) giveUp() *Buffer {
	b := r.buf
	r.buf, r.start, r.end = nil, 0, 0
	return b
}

// makeRoom prepares the buffer for the rest of the packet in progress. A
// packet that is larger than the buffer gets one of its own, which ends where
// the packet ends; beyond libvirt's usual size it grows with what arrives.
func (r *Reader) makeRoom() {
	if r.want <= r.limit {
		if r.start > 0 {
			r.end = copy(r.buf.B[:r.limit], r.buf.B[r.start:r.end])
			r.start = 0
		}
		return
	}
	if r.start == 0 && r.end < r.limit {
		return // still growing into this one
	}
	limit := min(r.want, max(MinLength+StreamChunk, 2*r.limit))
	b := NewBuffer(limit)
	r.end = copy(b.B[:limit], r.buf.B[r.start:r.end])
	r.start, r.limit = 0, limit
	r.buf.Release()
	r.buf = b
}

// Next takes the next packet that is complete; it reports false when there is
// none and Fill must be called. An error is the end of the connection.
func (r *Reader) Next(p *Packet) (bool, error) {
	if r.start == r.end {
		return false, nil
	}
	b := r.buf.B[:r.end]
	size, fds, err := Frame(b[r.start:])
	if err != nil {
		return false, err
	}
	if fds > 0 && !r.fdOK {
		return false, ErrFDs
	}
	r.want = size
	if size == 0 || size > r.end-r.start {
		return false, nil
	}
	packet := b[r.start : r.start+size-fds]
	*p = Packet{reader: r, alone: r.start == 0 && size == r.end && size > readSize}
	p.Header.Decode(packet)
	p.Payload = packet[MinLength:]
	if p.Type.HasFDs() {
		p.Payload = p.Payload[4:]
		if p.FDs, err = r.takeFDs(fds); err != nil {
			return false, err
		}
	}
	r.start += size
	r.want = 0
	return true, nil
}

// takeFDs gives the first n descriptors of those that have come.
func (r *Reader) takeFDs(n int) ([]*os.File, error) {
	if len(r.fds) < n {
		return nil, ErrFDs
	}
	if n == 0 {
		return nil, nil
	}
	files := make([]*os.File, n)
	for i, fd := range r.fds[:n] {
		files[i] = os.NewFile(uintptr(fd), "received")
	}
	r.fds = append(r.fds[:0], r.fds[n:]...)
	return files, nil
}

// Close gives back what the reader holds. The connection is the caller's.
func (r *Reader) Close() {
	r.drop()
	r.closeFDs()
}

func (r *Reader) closeFDs() {
	for _, fd := range r.fds {
		closeFD(fd)
	}
	r.fds = nil
}

// HungUp reports whether the peer has closed the connection, also while bytes
// that it sent before are unread. It may say false where it cannot tell.
func (r *Reader) HungUp() bool {
	if r.raw == nil {
		return false
	}
	gone := false
	err := r.raw.Control(func(fd uintptr) { gone = hungUp(fd) })
	return gone || errors.Is(err, net.ErrClosed)
}
