package bench

import (
	"errors"
	"io"
	"net"
	"syscall"
	"time"
)

// blockingConn is a socket whose reads wait in the kernel.
type blockingConn struct {
	net.Conn // the address; its own descriptor is closed
	fd       int
}

// blocking makes one of a connection, which is not to be used any more; nil
// where that does not go.
func blocking(c net.Conn) net.Conn {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	fd := -1
	rc.Control(func(was uintptr) {
		if fd, err = syscall.Dup(int(was)); err == nil {
			syscall.CloseOnExec(fd)
			err = syscall.SetNonblock(fd, false)
		}
	})
	if err != nil {
		return nil
	}
	return &blockingConn{Conn: onlyAddress{c}, fd: fd}
}

// dialBlocking connects to a socket without Go's poller, which would cost the
// generator as much as the connection costs the daemon.
func dialBlocking(socket string) (net.Conn, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Connect(fd, &syscall.SockaddrUnix{Name: socket})
		switch {
		case err == nil:
			return &blockingConn{fd: fd}, nil
		case errors.Is(err, syscall.EINTR):
		default:
			syscall.Close(fd)
			return nil, err
		}
	}
}

// onlyAddress hides that a connection has a descriptor.
type onlyAddress struct{ net.Conn }

func (c *blockingConn) Read(b []byte) (int, error) {
	for {
		n, err := syscall.Read(c.fd, b)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func (c *blockingConn) Write(b []byte) (int, error) {
	for done := 0; done < len(b); {
		n, err := syscall.Write(c.fd, b[done:])
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return done, err
		default:
			done += n
		}
	}
	return len(b), nil
}

func (c *blockingConn) Close() error { return syscall.Close(c.fd) }

// nap is time.Sleep by the kernel's clock: that of Go's poller has milliseconds,
// of which a start takes few.
func nap(d time.Duration) {
	t := syscall.NsecToTimespec(d.Nanoseconds())
	_ = syscall.Nanosleep(&t, nil) // a signal only makes it shorter
}
