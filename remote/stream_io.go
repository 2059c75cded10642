package remote

import (
	"fmt"
	"io"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
)

var _ proc.Stream = (*stream)(nil)

// joinData is the size up to which data is copied behind its header so that
// both are one write; larger data is written from where it lies.
const joinData = 16 << 10

// next waits for the next piece that the client sent.
func (st *stream) next() (piece, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for len(st.pieces) == 0 {
		switch {
		case st.gone, st.drained:
			return piece{}, proc.ErrStreamAborted
		case st.finished:
			return piece{}, io.EOF
		}
		st.changed.Wait()
	}
	p := st.pieces[0]
	st.pieces[0] = piece{}
	if st.pieces = st.pieces[1:]; len(st.pieces) == 0 {
		st.pieces = nil
	}
	st.bytes -= len(p.data)
	st.conn.nudge()
	return p, nil
}

// ReadPiece gives the next piece as it came.
func (st *stream) ReadPiece() ([]byte, int64, error) {
	st.reading.Lock()
	defer st.reading.Unlock()
	if err := st.advance(); err != nil {
		return nil, 0, err
	}
	p := st.current
	st.current.data, st.current.hole = nil, 0 // all handed out
	return p.data, p.hole, nil
}

// advance makes the next piece the current one; reading is held.
func (st *stream) advance() (err error) {
	st.current.buf.Release()
	st.current = piece{}
	st.current, err = st.next()
	return err
}

// Read reads data, and zeros for holes.
func (st *stream) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	st.reading.Lock()
	defer st.reading.Unlock()
	cur := &st.current
	if len(cur.data) == 0 && cur.hole == 0 {
		if err := st.advance(); err != nil {
			return 0, err
		}
	}
	if cur.hole > 0 {
		n := int(min(int64(len(b)), cur.hole))
		clear(b[:n])
		cur.hole -= int64(n)
		return n, nil
	}
	n := copy(b, cur.data)
	cur.data = cur.data[n:]
	return n, nil
}

// Write sends b in packets of the size that libvirt uses.
func (st *stream) Write(b []byte) (n int, err error) {
	st.writing.Lock()
	defer st.writing.Unlock()
	for len(b) > 0 {
		chunk := b[:min(len(b), netpkt.StreamChunk)]
		h := st.packet(netpkt.Stream, netpkt.StatusContinue)
		var buf *netpkt.Buffer
		tail := chunk
		if len(chunk) <= joinData {
			buf = netpkt.NewBuffer(netpkt.MinLength + len(chunk))
			buf.B = append(h.Append(buf.B, len(chunk)), chunk...)
			tail = nil
		} else {
			buf = netpkt.NewBuffer(netpkt.MinLength)
			buf.B = h.Append(buf.B, len(chunk))
		}
		if err := st.transmit(buf, tail); err != nil {
			return n, err
		}
		n += len(chunk)
		b = b[len(chunk):]
	}
	return n, nil
}

// WriteHole sends a hole.
func (st *stream) WriteHole(n int64) error {
	switch {
	case !st.sparse:
		return fmt.Errorf("hole on a stream that the client did not ask to be sparse")
	case n < 0:
		return fmt.Errorf("hole of %d bytes", n)
	case n == 0:
		return nil
	}
	st.writing.Lock()
	defer st.writing.Unlock()
	h := st.packet(netpkt.Hole, netpkt.StatusContinue)
	hole := netpkt.StreamHole{Length: n}
	buf := netpkt.NewBuffer(0)
	b, err := hole.AppendXDR(h.Append(buf.B, 0))
	if err == nil {
		err = netpkt.Finish(b)
	}
	if err != nil {
		buf.Release()
		return err
	}
	buf.B = b
	return st.transmit(buf, nil)
}

// transmit sends a packet and waits until the socket has taken it: that is
// all the flow control there is. When the stream ends meanwhile, what has not
// been begun is taken back.
func (st *stream) transmit(buf *netpkt.Buffer, tail []byte) error {
	st.mu.Lock()
	if st.gone || st.drained {
		st.mu.Unlock()
		buf.Release()
		return proc.ErrStreamAborted
	}
	p := st.conn.out.Begin(buf, tail)
	st.sending = &p
	st.mu.Unlock()
	err := st.conn.out.Wait(p)
	st.mu.Lock()
	defer st.mu.Unlock()
	st.sending = nil
	if err != nil {
		return proc.ErrStreamAborted
	}
	return nil
}
