package remote_test

import (
	"context"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/remote/client"
)

// descriptors counts the open descriptors of the process, or says 0 where it
// cannot.
func descriptors() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}

// settle waits until what get counts is at most want, and returns it.
func settle(get func() int, want int) int {
	n := get()
	for range 200 {
		if n = get(); n <= want {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return n
}

// TestNoLeaks: clients of all sorts come and go, and leave nothing behind.
func TestNoLeaks(t *testing.T) {
	table := streamTable(func(_ context.Context, s proc.Stream) error {
		_, err := io.Copy(s, struct{ io.Reader }{s})
		return err
	})
	proc.Bind(table, remoteproto.DomainSuspend, nil,
		func(ctx context.Context, c *proc.Call, _ *remoteproto.DomainSuspendArgs) (*proc.Void, error) {
			c.Session.OnClose(func() {})
			<-ctx.Done()
			return nil, ctx.Err()
		})
	srv, path := startServer(t, table, quietOptions())
	visit := func(i int) {
		nc, err := net.Dial("unix", path)
		if err != nil {
			t.Error(err)
			return
		}
		if i%7 == 0 { // a packet that never ends
			nc.Write(packet(callHeader(1, 1), make([]byte, 100)...)[:90])
			nc.Close()
			return
		}
		c := client.New(nc, client.Options{})
		if err := client.Open(context.Background(), c, "test:///default", false); err != nil {
			t.Error(err)
		}
		switch i % 4 {
		case 0:
			s := openConsole(t, c)
			io.WriteString(s, "left open")
			c.Close()
		case 1:
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			client.Call(ctx, c, remoteproto.DomainSuspend, nil)
			cancel()
			c.Close()
		default:
			if err := client.Disconnect(context.Background(), c); err != nil {
				t.Error(err)
			}
		}
	}
	clients := func() int { return srv.Stats().Clients }
	round := func(n int) (goroutines, fds int) {
		work := make(chan int)
		done := make(chan struct{})
		for range 8 {
			go func() {
				for i := range work {
					visit(i)
				}
				done <- struct{}{}
			}()
		}
		for i := range n {
			work <- i
		}
		close(work)
		for range 8 {
			<-done
		}
		if n := settle(clients, 0); n != 0 {
			t.Errorf("%d clients are left", n)
		}
		return runtime.NumGoroutine(), descriptors()
	}
	goroutines, fds := round(50)
	round(1500)
	if n := settle(runtime.NumGoroutine, goroutines); n > goroutines {
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines, before %d\n%s", n, goroutines, buf[:runtime.Stack(buf, true)])
	}
	if n := settle(descriptors, fds); n > fds {
		t.Errorf("%d descriptors, before %d", n, fds)
	}
	if s := srv.Stats(); s.Accepted != 1550 || s.Calls == 0 {
		t.Errorf("%+v", s)
	}
}

// TestIdleConnectionsAreCheap: at most 16 KiB of ours each, stacks included.
func TestIdleConnectionsAreCheap(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector has memory of its own")
	}
	srv, path := startServer(t, newTable(), quietOptions())
	use := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	const n = 400
	conns := make([]net.Conn, 0, n)
	before := use()
	for range n {
		nc, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		conns = append(conns, nc)
		if _, err := nc.Write(packet(callHeader(remoteproto.ProcConnectSupportsFeature, 1), 0, 0, 0, 10)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(nc, make([]byte, 32)); err != nil {
			t.Fatal(err)
		}
	}
	if c := srv.Stats().Clients; c != n {
		t.Fatalf("%d clients", c)
	}
	each := (use() - before) / n
	t.Logf("%d bytes per connection, the client's side included", each)
	if each > 16<<10 {
		t.Errorf("an idle connection takes %d bytes", each)
	}
	runtime.KeepAlive(conns)
}
