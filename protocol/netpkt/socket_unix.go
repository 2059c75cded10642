//go:build unix

package netpkt

import (
	"io"
	"os"
	"syscall"
)

// rawReads: wait for a descriptor to become readable before a buffer is taken.
const rawReads = true

// oobSize has room for one message of more descriptors than are allowed, so
// that too many are seen as such.
const oobSize = 256

// receiveFrom reads once into the reader's buffer and is called again when
// the socket has become readable if it returns false.
func (r *Reader) receiveFrom(fd uintptr) bool {
	r.hold()
	room := r.buf.B[r.end:r.limit]
	for {
		if r.fdOK {
			r.n, r.err = r.receiveMsg(int(fd), room)
		} else {
			r.n, r.err = syscall.Read(int(fd), room)
		}
		switch r.err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			r.n, r.err = 0, nil
			if r.end == 0 {
				r.drop()
			}
			return false
		case nil:
			if r.n == 0 {
				r.err = io.EOF
			}
		}
		if r.n < 0 {
			r.n = 0
		}
		return true
	}
}

// receiveMsg reads bytes and the descriptors that come with them.
func (r *Reader) receiveMsg(fd int, p []byte) (int, error) {
	var oob [oobSize]byte
	n, oobn, flags, err := recvmsg(fd, p, oob[:])
	if err != nil || oobn == 0 {
		return n, err
	}
	msgs, err := syscall.ParseSocketControlMessage(append([]byte(nil), oob[:oobn]...)) // so that oob stays on the stack
	if err != nil {
		return 0, ErrFDs
	}
	for i := range msgs {
		fds, err := syscall.ParseUnixRights(&msgs[i])
		if err != nil {
			continue // some other control message
		}
		r.fds = append(r.fds, fds...)
	}
	if flags&syscall.MSG_CTRUNC != 0 || len(r.fds) > MaxFDs {
		r.closeFDs()
		return 0, ErrFDs
	}
	return n, nil
}

func closeFD(fd int) { syscall.Close(fd) }

// tryWrite writes as much as goes without waiting.
func (w *Writer) tryWrite(fd uintptr) bool {
	for len(w.rest[0]) > 0 && w.err == nil {
		n, err := write(int(fd), w.rest[0], w.rest[1])
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return true
		case err != nil:
			w.err = os.NewSyscallError("write", err)
		case n < len(w.rest[0]):
			w.rest[0] = w.rest[0][n:]
		default:
			w.rest = [2][]byte{w.rest[1][n-len(w.rest[0]):]}
		}
	}
	return true
}

// sendFD sends one carrier byte with a descriptor and waits while the socket
// is full.
func (w *Writer) sendFD(f *os.File) error {
	rc, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var sendErr error
	// The file's descriptor is taken this way because File.Fd would switch
	// the file to blocking mode.
	err = rc.Control(func(fd uintptr) {
		rights := syscall.UnixRights(int(fd))
		sendErr = w.raw.Write(func(sock uintptr) bool {
			for {
				_, w.err = syscall.SendmsgN(int(sock), []byte{0}, rights, nil, 0)
				if w.err != syscall.EINTR {
					return w.err != syscall.EAGAIN
				}
			}
		})
	})
	if err == nil {
		err = sendErr
	}
	if err == nil && w.err != nil {
		err = os.NewSyscallError("sendmsg", w.err)
	}
	w.err = nil
	return err
}
