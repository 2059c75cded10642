package remote_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/remote"
	"github.com/govirtd/govirtd/remote/client"
)

// TestHandlerErrors: what of a handler's failure reaches the client, and what
// only the log.
func TestHandlerErrors(t *testing.T) {
	const hidden = "internal error: the daemon failed to complete the call, see its log"
	long := strings.Repeat("x", 4194305)
	tests := []struct {
		name    string
		handler func() (*remoteproto.ConnectGetTypeRet, error)
		code    vir.ErrorNumber
		domain  vir.ErrorDomain
		message string
		log     string
	}{
		{
			"libvirt error", func() (*remoteproto.ConnectGetTypeRet, error) {
				return nil, vir.NewError(vir.FromTest, vir.ErrNoDomain)
			}, vir.ErrNoDomain, vir.FromTest, "Domain not found", "",
		},
		{
			"wrapped libvirt error", func() (*remoteproto.ConnectGetTypeRet, error) {
				return nil, errors.Join(errTest, vir.NewError(vir.FromTest, vir.ErrNoDomain))
			}, vir.ErrNoDomain, vir.FromTest, "Domain not found", "",
		},
		{
			"other error", func() (*remoteproto.ConnectGetTypeRet, error) { return nil, errTest },
			vir.ErrInternalError, vir.FromRPC, hidden, "secret particulars",
		},
		{
			"panic", func() (*remoteproto.ConnectGetTypeRet, error) { panic("secret particulars") },
			vir.ErrInternalError, vir.FromRPC, hidden, "secret particulars",
		},
		{
			"nil dereference", func() (*remoteproto.ConnectGetTypeRet, error) {
				var r *remoteproto.ConnectGetTypeRet
				return &remoteproto.ConnectGetTypeRet{Type: r.Type}, nil
			}, vir.ErrInternalError, vir.FromRPC, hidden, "call_test.go",
		},
		{
			"result over its bound", func() (*remoteproto.ConnectGetTypeRet, error) {
				return &remoteproto.ConnectGetTypeRet{Type: long}, nil
			}, vir.ErrRPC, vir.FromRPC, "Unable to encode message payload", "4194305",
		},
	}
	for _, quick := range []bool{false, true} {
		var current atomic.Pointer[func() (*remoteproto.ConnectGetTypeRet, error)]
		table := newTable()
		proc.Bind(table, remoteproto.ConnectGetType, nil,
			func(context.Context, *proc.Call, *proc.Void) (*remoteproto.ConnectGetTypeRet, error) {
				return (*current.Load())()
			}).Quick = quick
		log := &logBuffer{}
		_, path := startServer(t, table, remote.Options{Logger: slog.New(slog.NewTextHandler(log, nil))})
		c := dial(t, path)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				current.Store(&tt.handler)
				_, err := client.Call(t.Context(), c, remoteproto.ConnectGetType, nil)
				var ve *vir.Error
				if !errors.As(err, &ve) || ve.Code != tt.code || ve.Domain != tt.domain || ve.Message != tt.message {
					t.Errorf("got %+v", err)
				}
				if tt.log != "" {
					log.contains(t, tt.log)
				}
				if _, err := client.Call(t.Context(), c, remoteproto.ConnectGetLibVersion, nil); err != nil {
					t.Errorf("next call: %v", err)
				}
			})
		}
	}
}

// TestLargeResult sends replies of sizes around those of buffers.
func TestLargeResult(t *testing.T) {
	table := newTable()
	proc.Bind(table, remoteproto.ConnectDomainXMLFromNative, nil,
		func(_ context.Context, _ *proc.Call, a *remoteproto.ConnectDomainXMLFromNativeArgs) (*remoteproto.ConnectDomainXMLFromNativeRet, error) {
			return &remoteproto.ConnectDomainXMLFromNativeRet{DomainXML: a.NativeConfig}, nil
		}).Quick = true
	srv, path := startServer(t, table, quietOptions())
	for _, c := range []*client.Conn{dial(t, path), pipe(t, srv, client.Options{})} {
		for _, n := range []int{0, 1, 400, 512, 4095, 4096, 16000, 16384, 65536, 262100, 262144, 300000, 1 << 20, 4 << 20} {
			text := strings.Repeat("<a/>", n/4)
			ret, err := client.Call(t.Context(), c, remoteproto.ConnectDomainXMLFromNative,
				&remoteproto.ConnectDomainXMLFromNativeArgs{NativeConfig: text})
			if err != nil || ret.DomainXML != text {
				t.Errorf("document of %d bytes: came back wrong, error %v", n, err)
			}
		}
	}
}

// TestRepliesOutOfOrder: a call that waits delays no other.
func TestRepliesOutOfOrder(t *testing.T) {
	release := make(chan struct{})
	table := newTable()
	proc.Bind(table, remoteproto.ConnectGetHostname, nil,
		func(context.Context, *proc.Call, *proc.Void) (*remoteproto.ConnectGetHostnameRet, error) {
			<-release
			return &remoteproto.ConnectGetHostnameRet{Hostname: "late"}, nil
		})
	srv, path := startServer(t, table, quietOptions())
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		c.send(callHeader(remoteproto.ProcConnectGetHostname, 9))
		c.send(callHeader(remoteproto.ProcConnectOpen, 3), make([]byte, 8)...)
		if p := c.receive(); p.Serial != 3 {
			t.Errorf("first reply is to %d", p.Serial)
		}
		release <- struct{}{}
		if p := c.receive(); p.Serial != 9 {
			t.Errorf("second reply is to %d", p.Serial)
		}
	}
}

// TestAfterReply: the caller's own event follows the reply of the call that
// caused it.
func TestAfterReply(t *testing.T) {
	for _, quick := range []bool{true, false} {
		table := newTable()
		proc.Bind(table, remoteproto.DomainCreate, nil,
			func(_ context.Context, c *proc.Call, a *remoteproto.DomainCreateArgs) (*proc.Void, error) {
				body, err := remoteproto.DomainEventLifecycle.AppendArgs(nil, &remoteproto.DomainEventLifecycleMsg{Dom: a.Dom, Event: 2})
				if err != nil {
					return nil, err
				}
				c.AfterReply(func() { c.Session.Emit(remoteproto.DomainEventLifecycle.Info, body, false) })
				return nil, nil
			}).Quick = quick
		srv, path := startServer(t, table, quietOptions())
		for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
			dom := remoteproto.Domain{Name: "demo", ID: 4}
			args, err := remoteproto.DomainCreate.AppendArgs(nil, &remoteproto.DomainCreateArgs{Dom: dom})
			if err != nil {
				t.Fatal(err)
			}
			for serial := range uint32(50) {
				c.send(callHeader(remoteproto.ProcDomainCreate, serial), args...)
				if p := c.receive(); p.Serial != serial || p.Procedure != remoteproto.ProcDomainCreate {
					t.Fatalf("quick %v: got %+v before the reply to %d", quick, p.Header, serial)
				}
				p := c.receive()
				want := callHeader(remoteproto.ProcDomainEventLifecycle, 1)
				want.Type = 2
				if p.Header != want {
					t.Fatalf("event header %+v, want %+v", p.Header, want)
				}
			}
		}
	}
}

// TestCloseAfterReply: connect_close is answered, then the server hangs up,
// and what the client sent behind it is not run.
func TestCloseAfterReply(t *testing.T) {
	var after atomic.Int32
	table := newTable()
	proc.Bind(table, remoteproto.ConnectGetHostname, nil,
		func(context.Context, *proc.Call, *proc.Void) (*remoteproto.ConnectGetHostnameRet, error) {
			after.Add(1)
			return nil, nil
		}).Quick = true
	proc.Bind(table, remoteproto.ConnectGetSysinfo, nil,
		func(_ context.Context, c *proc.Call, _ *remoteproto.ConnectGetSysinfoArgs) (*remoteproto.ConnectGetSysinfoRet, error) {
			c.Session.CloseAfterReply()
			return nil, nil
		})
	srv, path := startServer(t, table, quietOptions())
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		both := packet(callHeader(remoteproto.ProcConnectClose, 1))
		both = append(both, packet(callHeader(remoteproto.ProcConnectGetHostname, 2))...)
		c.sendBytes(both)
		if p := c.receive(); p.Serial != 1 || p.Status != 0 {
			t.Errorf("got %+v", p.Header)
		}
		if _, err := c.try(); !errors.Is(err, io.EOF) {
			t.Errorf("after the reply: %v, want EOF", err)
		}
	}
	if after.Load() != 0 {
		t.Error("a call behind connect_close was run")
	}
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		c.send(callHeader(remoteproto.ProcConnectGetSysinfo, 1), 0, 0, 0, 0)
		if p := c.receive(); p.Serial != 1 {
			t.Errorf("got %+v", p.Header)
		}
		if _, err := c.try(); !errors.Is(err, io.EOF) {
			t.Errorf("after the reply: %v, want EOF", err)
		}
	}
}

// TestSession: what a session offers besides calls.
func TestSession(t *testing.T) {
	closed := make(chan string, 10)
	sessions := make(chan proc.Session, 10)
	table := newTable()
	proc.Bind(table, remoteproto.ConnectGetHostname, nil,
		func(ctx context.Context, c *proc.Call, _ *proc.Void) (*remoteproto.ConnectGetHostnameRet, error) {
			s := c.Session
			if s.Value() != nil {
				return &remoteproto.ConnectGetHostnameRet{Hostname: s.Value().(string)}, nil
			}
			s.SetValue("kept")
			s.OnClose(func() { closed <- "first" })
			s.OnClose(func() { panic("must not stop the others") })
			s.OnClose(func() { closed <- "last" })
			context.AfterFunc(ctx, func() { closed <- "context" })
			sessions <- s
			return &remoteproto.ConnectGetHostnameRet{Hostname: "new"}, nil
		}).Quick = true
	_, path := startServer(t, table, quietOptions())
	c := dial(t, path)
	for _, want := range []string{"new", "kept"} {
		ret, err := client.Call(t.Context(), c, remoteproto.ConnectGetHostname, nil)
		if err != nil || ret.Hostname != want {
			t.Errorf("got %v %v, want %q", ret, err, want)
		}
	}
	c.Close()
	got := []string{<-closed, <-closed, <-closed}
	if s := strings.Join(got, " "); !strings.Contains(s, "last first") && s != "last context first" || !strings.Contains(s, "context") {
		t.Errorf("order of the end: %v", got)
	}
	s := <-sessions
	s.OnClose(func() { closed <- "at once" })
	if got := <-closed; got != "at once" {
		t.Errorf("got %q", got)
	}
	s.Emit(remoteproto.DomainEventLifecycle.Info, nil, false)
	s.StartKeepAlive()
	if s.ID() == 0 || s.Identity().Transport != "unix" || s.ReadOnly() {
		t.Errorf("session %d %+v", s.ID(), s.Identity())
	}
}
