package remote_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote"
	"github.com/govirtd/govirtd/remote/client"
)

// logBuffer is a log that tests can read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// contains waits until the log has the text, which it may get a little later
// than the client sees the effect.
func (l *logBuffer) contains(t *testing.T, text string) {
	t.Helper()
	for range 500 {
		if strings.Contains(l.String(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("log lacks %q:\n%s", text, l)
}

func quietOptions() remote.Options {
	return remote.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

// newTable is a table with the procedures that any client calls first.
func newTable() *proc.Table {
	t := proc.NewTable(&remoteproto.Program, &qemuproto.Program)
	proc.Bind(t, remoteproto.ConnectOpen, nil,
		func(context.Context, *proc.Call, *remoteproto.ConnectOpenArgs) (*proc.Void, error) { return nil, nil })
	proc.Bind(t, remoteproto.ConnectClose, nil,
		func(_ context.Context, c *proc.Call, _ *proc.Void) (*proc.Void, error) {
			c.Session.CloseAfterReply()
			return nil, nil
		}).Quick = true
	proc.Bind(t, remoteproto.ConnectSupportsFeature, nil,
		func(_ context.Context, c *proc.Call, a *remoteproto.ConnectSupportsFeatureArgs) (*remoteproto.ConnectSupportsFeatureRet, error) {
			if a.Feature == 10 {
				c.Session.StartKeepAlive()
			}
			return &remoteproto.ConnectSupportsFeatureRet{Supported: 1}, nil
		}).Quick = true
	proc.Bind(t, remoteproto.ConnectGetLibVersion, nil,
		func(context.Context, *proc.Call, *proc.Void) (*remoteproto.ConnectGetLibVersionRet, error) {
			return &remoteproto.ConnectGetLibVersionRet{LibVer: 11003000}, nil
		}).Quick = true
	return t
}

// startServer serves the table on a UNIX socket until the test ends.
func startServer(t testing.TB, table *proc.Table, opts remote.Options) (*remote.Server, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sock")
	l, err := remote.Listen(t.Context(), path, remote.ModeReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	srv := remote.NewServer(table, opts)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(context.Background(), remote.Listener{Listener: l}) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return srv, path
}

// dial connects a client until the test ends.
func dial(t testing.TB, path string) *client.Conn {
	t.Helper()
	c, err := client.Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// pipe connects a client to a server without a socket.
func pipe(t testing.TB, srv *remote.Server, opts client.Options) *client.Conn {
	t.Helper()
	a, b := net.Pipe()
	go srv.ServeConn(context.Background(), b, remote.Listener{})
	c := client.New(a, opts)
	t.Cleanup(func() { c.Close() })
	return c
}

var errTest = errors.New("secret particulars")

func newServer(table *proc.Table) *remote.Server { return remote.NewServer(table, quietOptions()) }

// noListener is for connections that do not come through one.
var noListener remote.Listener
