package remote_test

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote"
	"github.com/govirtd/govirtd/remote/client"
)

// stuck is a table with a procedure that hangs until told otherwise.
type stuck struct {
	suspend *proc.Handler
	*proc.Table
	running atomic.Int32
	most    atomic.Int32
	calls   atomic.Int32
	release chan struct{}
}

func newStuck() *stuck {
	s := &stuck{Table: newTable(), release: make(chan struct{})}
	s.suspend = proc.Bind(s.Table, remoteproto.DomainSuspend, nil,
		func(ctx context.Context, c *proc.Call, _ *remoteproto.DomainSuspendArgs) (*proc.Void, error) {
			c.MayWait()
			n := s.running.Add(1)
			defer s.running.Add(-1)
			s.calls.Add(1)
			for {
				m := s.most.Load()
				if n <= m || s.most.CompareAndSwap(m, n) {
					break
				}
			}
			select {
			case <-s.release:
				return nil, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
	// Of high priority and with a goroutine of its own.
	proc.Bind(s.Table, remoteproto.DomainDestroy, nil,
		func(context.Context, *proc.Call, *remoteproto.DomainDestroyArgs) (*proc.Void, error) { return nil, nil })
	if !remoteproto.DomainDestroy.HighPriority || remoteproto.DomainSuspend.HighPriority {
		panic("the test needs procedures of both priorities")
	}
	return s
}

// everyWay runs a test with calls that begin on goroutines of their own, and
// with such that begin on the reader's.
func everyWay(t *testing.T, f func(t *testing.T, s *stuck)) {
	for name, prompt := range map[string]bool{"own goroutine": false, "prompt": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStuck()
				s.suspend.Prompt = prompt
				f(t, s)
			})
		})
	}
}

var domainArgs = make([]byte, 4+16+4)

// TestRequestLimit: 5 calls run, 16 more are read and wait, the rest stays in
// the socket; what is of high priority or quick gets through until then.
func TestRequestLimit(t *testing.T) {
	everyWay(t, func(t *testing.T, s *stuck) {
		srv := remote.NewServer(s.Table, quietOptions())
		c := pipeRaw(t, srv)
		const all = 5 + 16
		for i := range uint32(all) {
			c.send(callHeader(remoteproto.ProcDomainSuspend, i), domainArgs...)
		}
		synctest.Wait()
		if n := s.running.Load(); n != 5 {
			t.Errorf("%d calls running, want 5", n)
		}
		c.send(callHeader(remoteproto.ProcDomainDestroy, 1000), domainArgs...)
		if p := c.receive(); p.Serial != 1000 {
			t.Errorf("got the reply to %d, want that of the call of high priority", p.Serial)
		}
		c.wantAlive()

		// One more fills the waiting room: its bytes are read, nothing behind.
		c.send(callHeader(remoteproto.ProcDomainSuspend, all), domainArgs...)
		sent := make(chan struct{})
		go func() {
			c.Write(packet(callHeader(remoteproto.ProcConnectGetLibVersion, 2000)))
			close(sent)
		}()
		synctest.Wait()
		select {
		case <-sent:
			t.Error("the socket is read while the waiting room is full")
		default:
		}
		close(s.release)
		seen := map[uint32]bool{}
		for range all + 2 {
			seen[c.receive().Serial] = true
		}
		if len(seen) != all+2 || !seen[2000] {
			t.Errorf("got replies to %v", seen)
		}
		if n := s.most.Load(); n > 5 {
			t.Errorf("%d calls ran at a time", n)
		}
		c.Close()
	})
}

// TestSlowCalls: calls that wait for a guest do not keep their client from
// asking about others; there is a bound on them, too.
func TestSlowCalls(t *testing.T) {
	everyWay(t, func(t *testing.T, s *stuck) {
		c := pipeRaw(t, remote.NewServer(s.Table, quietOptions()))
		send := func(from, n uint32) {
			for i := from; i < from+n; i++ {
				c.send(callHeader(remoteproto.ProcDomainSuspend, i), domainArgs...)
			}
		}
		running := func(want int64) {
			t.Helper()
			synctest.Wait()
			if n := int64(s.running.Load()); n != want {
				t.Fatalf("%d calls running, want %d", n, want)
			}
		}
		send(0, 5)
		time.Sleep(time.Second)
		send(5, 5)
		running(10) // at once: the first five are slow
		send(10, 1)
		running(10)
		time.Sleep(50 * time.Millisecond)
		running(11)
		for n := range uint32(15) {
			send(11+5*n, 5)
			time.Sleep(50 * time.Millisecond)
		}
		running(5 + 64)
		close(s.release)
		for range 11 + 75 {
			c.receive()
		}
		running(0)
		c.Close()
	})
}

// TestWaitingCallsEnd: calls that wait when the client leaves are not run.
func TestWaitingCallsEnd(t *testing.T) {
	everyWay(t, func(t *testing.T, s *stuck) {
		srv := remote.NewServer(s.Table, quietOptions())
		c := pipeRaw(t, srv)
		for i := range uint32(12) {
			c.send(callHeader(remoteproto.ProcDomainSuspend, i), domainArgs...)
		}
		synctest.Wait()
		c.Close()
		synctest.Wait()
		if n := s.running.Load(); n != 0 {
			t.Errorf("%d calls are running after the client left", n)
		}
		if n := srv.Stats().Clients; n != 0 {
			t.Errorf("%d clients", n)
		}
	})
}

// TestSlowReader: a client that sends calls and reads nothing is not read, and
// delays nobody else.
func TestSlowReader(t *testing.T) {
	table := newTable()
	var answered atomic.Int64
	document := strings.Repeat("x", 64<<10)
	proc.Bind(table, remoteproto.ConnectGetCapabilities, nil,
		func(context.Context, *proc.Call, *proc.Void) (*remoteproto.ConnectGetCapabilitiesRet, error) {
			answered.Add(1)
			return &remoteproto.ConnectGetCapabilitiesRet{Capabilities: document}, nil
		}).Quick = true
	_, path := startServer(t, table, quietOptions())
	slow := dialRaw(t, path)
	const calls = 2000
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for i := range uint32(calls) {
			if _, err := slow.Write(packet(callHeader(remoteproto.ProcConnectGetCapabilities, i))); err != nil {
				return
			}
		}
	}()
	var before int64 = -1
	for n := answered.Load(); n != before; n = answered.Load() {
		before = n
		time.Sleep(100 * time.Millisecond)
	}
	// What is queued (1 MiB), what one read brought in (16 KiB of calls: about
	// 585), and what the kernel's buffers take.
	if before >= calls {
		t.Errorf("all %d calls were answered for a client that does not read", before)
	}
	other := dial(t, path)
	start := time.Now()
	if _, err := client.Call(t.Context(), other, remoteproto.ConnectGetLibVersion, nil); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("another client waited %v", d)
	}
	// When it reads at last it gets everything.
	for i := range uint32(calls) {
		if p := slow.receive(); p.Serial != i || len(p.Payload) != 4+len(document) {
			t.Fatalf("reply %d: got %+v with %d bytes", i, p.Header, len(p.Payload))
		}
	}
	<-sent
}

// TestEventOverflow: a client that does not read its events is cut off, and
// the one who publishes never waits.
func TestEventOverflow(t *testing.T) {
	sessions := make(chan proc.Session, 1)
	table := newTable()
	proc.Bind(table, remoteproto.ConnectDomainEventRegister, nil,
		func(_ context.Context, c *proc.Call, _ *proc.Void) (*remoteproto.ConnectDomainEventRegisterRet, error) {
			sessions <- c.Session
			return nil, nil
		}).Quick = true
	log := &logBuffer{}
	opts := remote.Options{Logger: slog.New(slog.NewTextHandler(log, nil)), MaxEventBytes: 1 << 20}
	srv, path := startServer(t, table, opts)
	for _, c := range []*raw{dialRaw(t, path), pipeRaw(t, srv)} {
		c.send(callHeader(remoteproto.ProcConnectDomainEventRegister, 0))
		c.receive()
		s := <-sessions
		gone := make(chan struct{})
		s.OnClose(func() { close(gone) })
		body := make([]byte, 1000)
		emitted := 0
		for emitted < 100_000 {
			s.Emit(remoteproto.DomainEventLifecycle.Info, body, false)
			emitted++
			select {
			case <-gone:
				emitted += 1 << 30
			default:
			}
		}
		<-gone
		log.contains(t, "client does not read its events")
		if emitted < 1<<30 {
			t.Errorf("%d bytes of events were taken", emitted*len(body))
		}
	}
}

// TestEventsInOrder: events of one publisher arrive complete and in order,
// while others publish too.
func TestEventsInOrder(t *testing.T) {
	sessions := make(chan proc.Session, 10)
	table := newTable()
	proc.Bind(table, remoteproto.ConnectDomainEventRegister, nil,
		func(_ context.Context, c *proc.Call, _ *proc.Void) (*remoteproto.ConnectDomainEventRegisterRet, error) {
			sessions <- c.Session
			return nil, nil
		}).Quick = true
	srv, path := startServer(t, table, quietOptions())
	var clients []*client.Conn
	for range 4 {
		clients = append(clients, dial(t, path), pipe(t, srv, client.Options{}))
	}
	var list []proc.Session
	for _, c := range clients {
		if _, err := client.Call(t.Context(), c, remoteproto.ConnectDomainEventRegister, nil); err != nil {
			t.Fatal(err)
		}
		list = append(list, <-sessions)
	}
	const events = 2000
	for publisher := range int32(3) {
		go func() {
			for i := range int32(events) {
				body, _ := remoteproto.DomainEventLifecycle.AppendArgs(nil,
					&remoteproto.DomainEventLifecycleMsg{Event: publisher, Detail: i})
				for _, s := range list {
					s.Emit(remoteproto.DomainEventLifecycle.Info, body, false)
				}
			}
		}()
	}
	for _, c := range clients {
		var next [3]int32
		for range 3 * events {
			ev, err := c.NextEvent(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			m, err := client.Decode(&ev, remoteproto.DomainEventLifecycle)
			if err != nil {
				t.Fatal(err)
			}
			if m.Detail != next[m.Event] || ev.Lost != 0 {
				t.Fatalf("event %d of publisher %d, want %d", m.Detail, m.Event, next[m.Event])
			}
			next[m.Event]++
		}
	}
}

// TestMaxClients: above the limit nobody is accepted or refused; who waits is
// served when another leaves.
func TestMaxClients(t *testing.T) {
	opts := quietOptions()
	opts.MaxClients = 2
	srv, path := startServer(t, newTable(), opts)
	a, b, c := dialRaw(t, path), dialRaw(t, path), dialRaw(t, path)
	a.wantAlive()
	b.wantAlive()
	c.send(callHeader(remoteproto.ProcAuthList, 0))
	c.wantSilence(100 * time.Millisecond)
	if n := srv.Stats().Clients; n != 2 {
		t.Errorf("%d clients", n)
	}
	a.Close()
	if p := c.receive(); p.Procedure != remoteproto.ProcAuthList {
		t.Errorf("got %+v", p.Header)
	}
}

// TestMaxClientsManyDoors: the limit holds for all listeners together.
func TestMaxClientsManyDoors(t *testing.T) {
	opts := quietOptions()
	opts.MaxClients = 1
	srv := remote.NewServer(newTable(), opts)
	dir := t.TempDir()
	var doors []remote.Listener
	for _, name := range []string{"a", "b"} {
		l, err := remote.Listen(t.Context(), filepath.Join(dir, name), remote.ModeReadWrite)
		if err != nil {
			t.Fatal(err)
		}
		doors = append(doors, remote.Listener{Listener: l, ReadOnly: name == "b"})
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- srv.Serve(ctx, doors...) }()
	a := dialRaw(t, filepath.Join(dir, "a"))
	a.wantAlive()
	b := dialRaw(t, filepath.Join(dir, "b"))
	b.send(callHeader(remoteproto.ProcAuthList, 0))
	b.wantSilence(100 * time.Millisecond)
	a.Close()
	b.receive()
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	b.wantAlive() // the end of Serve is not the end of its connections
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	b.wantClosed()
}

// TestGoneWhileNotRead: a client that leaves while its socket is not read is
// noticed.
func TestGoneWhileNotRead(t *testing.T) {
	s := newStuck()
	srv, path := startServer(t, s.Table, quietOptions())
	nc, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint32(100) {
		if _, err := nc.Write(packet(callHeader(remoteproto.ProcDomainSuspend, i), domainArgs...)); err != nil {
			t.Fatal(err)
		}
	}
	for s.running.Load() != 5 {
		time.Sleep(time.Millisecond)
	}
	nc.Close()
	for range 500 {
		if srv.Stats().Clients == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("client is still there")
}

// TestOtherClientsWhileStuck: the limit is of one client.
func TestOtherClientsWhileStuck(t *testing.T) {
	s := newStuck()
	_, path := startServer(t, s.Table, quietOptions())
	hog := dialRaw(t, path)
	for i := range uint32(21) {
		hog.send(callHeader(remoteproto.ProcDomainSuspend, i), domainArgs...)
	}
	for range 20 {
		c := dialRaw(t, path)
		c.send(callHeader(remoteproto.ProcDomainDestroy, 1), domainArgs...)
		if p := c.receive(); p.Serial != 1 || p.Status != netpkt.StatusOK {
			t.Fatalf("got %+v", p.Header)
		}
	}
	close(s.release)
	for range 21 {
		hog.receive()
	}
}
