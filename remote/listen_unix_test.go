//go:build unix

package remote_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote"
	"github.com/govirtd/govirtd/remote/client"
)

func TestListenModes(t *testing.T) {
	for _, mode := range []fs.FileMode{remote.ModeReadWrite, remote.ModeReadOnly, 0o666} {
		path := filepath.Join(t.TempDir(), "sock")
		l, err := remote.Listen(t.Context(), path, mode)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != fs.ModeSocket|mode {
			t.Errorf("mode is %v, want %v; %v", info.Mode(), mode, err)
		}
		l.Close()
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("socket is still there: %v", err)
		}
	}
}

// stale leaves a socket file behind that nobody listens on.
func stale(t *testing.T, path string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
}

func TestListenReplacesStale(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sock")
	for range 3 {
		stale(t, path)
		l, err := remote.Listen(t.Context(), path, remote.ModeReadWrite)
		if err != nil {
			t.Fatal(err)
		}
		nc, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		nc.Close()
		l.Close()
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestListenRefusesLive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	l, err := remote.Listen(t.Context(), path, remote.ModeReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = remote.Listen(t.Context(), path, remote.ModeReadWrite)
	var inUse *remote.InUseError
	if !errors.As(err, &inUse) || inUse.Path != path || !strings.Contains(err.Error(), "in use by another daemon") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the live daemon lost its socket: %v", err)
	}
}

// TestListenRace: of several daemons that find the same stale socket exactly
// one gets it, and keeps it.
func TestListenRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	for range 20 {
		stale(t, path)
		results := make(chan net.Listener)
		for range 4 {
			go func() {
				l, _ := remote.Listen(context.Background(), path, remote.ModeReadWrite)
				results <- l
			}()
		}
		var got []net.Listener
		for range 4 {
			if l := <-results; l != nil {
				got = append(got, l)
			}
		}
		if len(got) != 1 {
			t.Errorf("%d daemons listen", len(got))
		}
		for _, l := range got {
			l.Close()
		}
		os.Remove(path)
	}
}

func TestListenErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		file:                            "is not a socket",
		dir + strings.Repeat("/x", 100): "longer than 107 bytes",
		filepath.Join(dir, "none/sock"): "no such file",
	} {
		if _, err := remote.Listen(t.Context(), path, remote.ModeReadWrite); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "precious" {
		t.Errorf("file is %q, %v", b, err)
	}
}

// TestIdentity: on Linux the kernel tells who is on the other side.
func TestIdentity(t *testing.T) {
	ids := make(chan proc.Session, 1)
	table := newTable()
	proc.Bind(table, remoteproto.ConnectGetHostname, nil,
		func(_ context.Context, c *proc.Call, _ *proc.Void) (*remoteproto.ConnectGetHostnameRet, error) {
			ids <- c.Session
			return nil, nil
		}).Quick = true
	path := filepath.Join(t.TempDir(), "sock-ro")
	l, err := remote.Listen(t.Context(), path, remote.ModeReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	srv := remote.NewServer(table, quietOptions())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go srv.Serve(ctx, remote.Listener{Listener: l, ReadOnly: true})
	c := dial(t, path)
	if _, err := client.Call(t.Context(), c, remoteproto.ConnectGetHostname, nil); err != nil {
		t.Fatal(err)
	}
	s := <-ids
	if !s.ReadOnly() {
		t.Error("session is not read-only")
	}
	wantPeer(t, s.Identity())
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
