package remote

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Modes of the sockets while there is no authentication: who may open one is
// all there is to access control.
const (
	ModeReadWrite fs.FileMode = 0o700
	ModeReadOnly  fs.FileMode = 0o777
)

// maxSocketPath is how long the path of a UNIX socket may be on Linux; other
// systems allow a few bytes less.
const maxSocketPath = 107

// Listener is a door of a server.
type Listener struct {
	net.Listener
	// ReadOnly makes every connection read-only, whatever it asks for.
	ReadOnly bool
	// Auth decides how peers prove who they are; nil trusts everybody who got
	// this far.
	Auth Authenticator
}

// InUseError says that a live daemon listens on the socket.
type InUseError struct{ Path string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("socket %s is in use by another daemon", e.Path)
}

// Listen opens the UNIX socket at path with these permissions. The socket of
// a daemon that is gone is replaced; that of a live one is an *InUseError.
// Closing the listener removes the socket.
func Listen(ctx context.Context, path string, mode fs.FileMode) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("path of socket %s is longer than %d bytes", path, maxSocketPath)
	}
	// Of two daemons that start at the same time the second must not take for
	// stale what the first has just made.
	unlock := lockFolder(filepath.Dir(path))
	defer unlock()
	lc := net.ListenConfig{Control: func(_, _ string, rc syscall.RawConn) error {
		return restrict(rc, mode)
	}}
	l, err := lc.Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EADDRINUSE) {
		if err := clearStale(ctx, path); err != nil {
			return nil, err
		}
		l, err = lc.Listen(ctx, "unix", path)
	}
	if err != nil {
		return nil, err
	}
	// The mask of the process has taken its part of the mode.
	if err := os.Chmod(path, mode); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// clearStale removes a socket that nobody listens on.
func clearStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s exists and is not a socket", path)
	case alive(ctx, path):
		return &InUseError{path}
	}
	return os.Remove(path)
}

// heirTime is how long a socket may outlive its daemon: one that was killed
// while it started a program has left that program's process, which has all
// that the daemon had until it becomes the program.
const heirTime = 2 * time.Second

// alive reports whether somebody listens on the socket, or may be: only a
// refusal proves that nobody does.
func alive(ctx context.Context, path string) bool {
	d := net.Dialer{Timeout: time.Second}
	for end := time.Now().Add(heirTime); ; time.Sleep(10 * time.Millisecond) {
		c, err := d.DialContext(ctx, "unix", path)
		if err != nil {
			return !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist)
		}
		heir := false
		if sc, ok := c.(syscall.Conn); ok {
			if rc, err := sc.SyscallConn(); err == nil {
				heir = orphaned(rc)
			}
		}
		c.Close()
		if !heir || time.Now().After(end) {
			return true
		}
	}
}
