package remote_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote"
	"github.com/govirtd/govirtd/remote/client"
)

// TestShutdownAnswers: calls in progress, those that wait for their turn too,
// are answered; then the connections end.
func TestShutdownAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuck()
		srv := remote.NewServer(s.Table, quietOptions())
		busy, idle := pipeRaw(t, srv), pipeRaw(t, srv)
		for i := range uint32(8) {
			busy.send(callHeader(remoteproto.ProcDomainSuspend, i), domainArgs...)
		}
		idle.wantAlive()
		idle.SetReadDeadline(time.Time{})
		synctest.Wait()
		done := make(chan error)
		go func() { done <- srv.Shutdown(context.Background()) }()
		synctest.Wait()
		if _, err := receiveSlow(idle); !errors.Is(err, io.EOF) {
			t.Errorf("idle client: %v", err)
		}
		select {
		case <-done:
			t.Error("Shutdown did not wait")
		default:
		}
		close(s.release)
		for range 8 {
			if p := busy.receive(); p.Status != netpkt.StatusOK {
				t.Errorf("got %+v", p.Header)
			}
		}
		busy.wantClosed()
		if err := <-done; err != nil {
			t.Error(err)
		}
		// Nobody is let in any more.
		late := pipeRaw(t, srv)
		late.wantClosed()
	})
}

// TestShutdownDeadline: calls that hang are given up.
func TestShutdownDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuck()
		srv := remote.NewServer(s.Table, quietOptions())
		c := pipeRaw(t, srv)
		c.send(callHeader(remoteproto.ProcDomainSuspend, 1), domainArgs...)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		if err := srv.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("took %v", d)
		}
		c.wantClosed()
		synctest.Wait()
		if n := s.running.Load(); n != 0 {
			t.Errorf("%d handlers still run", n)
		}
	})
}

// TestShutdownStreams: streams end, whatever their functions are doing.
func TestShutdownStreams(t *testing.T) {
	for name, f := range map[string]proc.StreamFunc{
		"reading": func(_ context.Context, s proc.Stream) error {
			_, err := io.Copy(io.Discard, struct{ io.Reader }{s})
			return err
		},
		"writing": func(_ context.Context, s proc.Stream) error {
			for {
				if _, err := s.Write(make([]byte, 1000)); err != nil {
					return err
				}
			}
		},
		"waiting": func(ctx context.Context, _ proc.Stream) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan struct{})
			srv, path := startServer(t, streamTable(func(ctx context.Context, s proc.Stream) error {
				defer close(ended)
				return f(ctx, s)
			}), quietOptions())
			c := dial(t, path)
			s := openConsole(t, c)
			go io.Copy(io.Discard, struct{ io.Reader }{s})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if err := srv.Shutdown(ctx); err != nil {
				t.Error(err)
			}
			<-ended
			<-c.Done()
		})
	}
}

// TestServeEnds: with its context, or with a listener that fails.
func TestServeEnds(t *testing.T) {
	listen := func() net.Listener {
		l, err := remote.Listen(t.Context(), filepath.Join(t.TempDir(), "sock"), remote.ModeReadWrite)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	srv := remote.NewServer(newTable(), quietOptions())
	ctx, cancel := context.WithCancelCause(t.Context())
	served := make(chan error)
	go func() {
		served <- srv.Serve(ctx, remote.Listener{Listener: listen()}, remote.Listener{Listener: listen()})
	}()
	cancel(errors.New("enough"))
	if err := <-served; err != nil {
		t.Errorf("context: %v", err)
	}
	good, bad := listen(), listen()
	bad.Close()
	if err := srv.Serve(t.Context(), remote.Listener{Listener: good}, remote.Listener{Listener: bad}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed listener: %v", err)
	}
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := srv.Serve(t.Context(), remote.Listener{Listener: listen()}); err != nil {
		t.Errorf("after Shutdown: %v", err)
	}
}

// TestServeConnContext ends one connection.
func TestServeConnContext(t *testing.T) {
	srv := remote.NewServer(newTable(), quietOptions())
	ctx, cancel := context.WithCancel(t.Context())
	a, b := net.Pipe()
	served := make(chan struct{})
	go func() {
		srv.ServeConn(ctx, b, remote.Listener{})
		close(served)
	}()
	c := client.New(a, client.Options{})
	alive(t, c)
	cancel()
	<-served
	<-c.Done()
	if err := c.Err(); !errors.Is(err, io.EOF) {
		t.Errorf("client saw %v", err)
	}
}

// flaky is a listener that fails for a while.
type flaky struct {
	net.Listener
	failures int
}

func (f *flaky) Accept() (net.Conn, error) {
	if f.failures > 0 {
		f.failures--
		return nil, errors.New("too many open files")
	}
	return f.Listener.Accept()
}

// TestAcceptRetries: a failure to accept is not the end of the listener.
func TestAcceptRetries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	l, err := remote.Listen(t.Context(), path, remote.ModeReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	srv := remote.NewServer(newTable(), quietOptions())
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- srv.Serve(ctx, remote.Listener{Listener: &flaky{l, 3}}) }()
	dialRaw(t, path).wantAlive()
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
