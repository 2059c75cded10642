//go:build linux

package qemu

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// maxSocketPath is what the kernel takes; longer ones go through the folder.
const maxSocketPath = 107

// withShortPath runs f with a path to a socket that is short enough.
func withShortPath(path string, f func(string) error) error {
	if len(path) <= maxSocketPath {
		return f(path)
	}
	dir, err := unix.Open(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: filepath.Dir(path), Err: err}
	}
	defer unix.Close(dir)
	return f("/proc/self/fd/" + strconv.Itoa(dir) + "/" + filepath.Base(path))
}

// listen makes a listening socket to be handed to a process. The file stays
// when it is closed. Connections made before the process takes it over wait.
func listen(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	f := os.NewFile(uintptr(fd), path)
	err = withShortPath(path, func(p string) error {
		if err := unix.Bind(fd, &unix.SockaddrUnix{Name: p}); err != nil {
			return &os.PathError{Op: "bind", Path: path, Err: err}
		}
		return unix.Listen(fd, 1)
	})
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// dialTimeout is for the connection alone, which a frozen process does not
// delay: it waits in the kernel.
const (
	dialTimeout = time.Second
	dialAgain   = 5 * time.Millisecond
)

// dial connects to a socket of a process. One whose queue is full is tried
// again: the process is about to look at it.
func dial(ctx context.Context, path string) (conn net.Conn, err error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	for {
		err = withShortPath(path, func(p string) error {
			conn, err = new(net.Dialer).DialContext(ctx, "unix", p)
			return err
		})
		if !errors.Is(err, unix.EAGAIN) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(dialAgain):
		}
	}
}
