package virttest

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/govirtd/govirtd/remote"
)

// socket is the UNIX socket of a host, if anybody has asked for it.
type socket struct {
	dir, path string
	listener  net.Listener
}

// Socket is the path of a UNIX socket on which the host is served from now on.
func (h *Host) Socket() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.socket.path == "" {
		if err := h.listen(); err != nil {
			h.fail(err)
		}
	}
	return h.socket.path
}

// listen makes the socket in a folder of its own: the one of the test may have
// a name that is too long for a socket.
func (h *Host) listen() error {
	if h.closed {
		return net.ErrClosed
	}
	dir, err := os.MkdirTemp("", "virttest")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "libvirt-sock")
	l, err := remote.Listen(context.Background(), path, remote.ModeReadWrite)
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	h.socket = socket{dir: dir, path: path, listener: l}
	h.serves.Go(func() { h.server.Serve(context.Background(), remote.Listener{Listener: l}) })
	return nil
}

// URI is what a libvirt client opens to get to the host: it begins with
// test+unix, or another scheme's, and names the socket.
func (h *Host) URI() string {
	return strings.Replace(h.uri, ":", "+unix:", 1) + "?socket=" + h.Socket()
}

// remove ends the socket; whoever listened has stopped.
func (s *socket) remove() {
	if s.dir != "" {
		s.listener.Close()
		os.RemoveAll(s.dir)
	}
}
