package virttest_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/remote/client"
	"github.com/govirtd/govirtd/virttest"
)

// names are the domains that a connection sees, with their identifiers.
func names(t *testing.T, c *client.Conn) map[string]remoteproto.UUID {
	t.Helper()
	ret, err := client.Call(context.Background(), c, remoteproto.ConnectListAllDomains, &remoteproto.ConnectListAllDomainsArgs{NeedResults: 1})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]remoteproto.UUID{}
	for _, d := range ret.Domains {
		out[d.Name] = d.UUID
	}
	return out
}

func define(t *testing.T, c *client.Conn, name string) remoteproto.Domain {
	t.Helper()
	ret, err := client.Call(context.Background(), c, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{
		XML: "<domain type='test'><name>" + name + "</name><memory>65536</memory><os><type>hvm</type></os></domain>",
	})
	if err != nil {
		t.Fatal(err)
	}
	return ret.Dom
}

func isCode(err error, code vir.ErrorNumber) bool {
	return errors.Is(err, &vir.Error{Code: code})
}

func TestHostsAreApart(t *testing.T) {
	a, b := virttest.New(t), virttest.New(t)
	define(t, a.Dial(), "mine")
	if got := names(t, a.Dial()); len(got) != 2 {
		t.Errorf("another connection to the host sees %v", got)
	}
	if got := names(t, b.Dial()); len(got) != 1 {
		t.Errorf("the other host has %v", got)
	}
}

// TestSeed: what is left to chance is the same for the same seed.
func TestSeed(t *testing.T) {
	drawn := func(seed uint64) remoteproto.UUID {
		return define(t, virttest.New(t, virttest.WithSeed(seed)).Dial(), "new").UUID
	}
	if first, second := drawn(7), drawn(7); first != second {
		t.Error("the same seed draws different identifiers")
	}
	if drawn(7) == drawn(8) {
		t.Error("different seeds draw the same identifier")
	}
	world := func(n int, seed uint64) map[string]remoteproto.UUID {
		return names(t, virttest.New(t, virttest.WithDomains(n), virttest.WithSeed(seed)).Dial())
	}
	few, many := world(10, 3), world(100, 3)
	if len(few) != 10 || len(many) != 100 {
		t.Fatalf("%d and %d domains", len(few), len(many))
	}
	for name, id := range few {
		if many[name] != id {
			t.Errorf("%s depends on the number of domains", name)
		}
	}
}

func TestFromXML(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.xml")
	const node = "<node><domain type='test'><name>from-file</name><memory>65536</memory><os><type>hvm</type></os></domain></node>"
	if err := os.WriteFile(path, []byte(node), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		opts []virttest.Option
		want int // domains that a second connection sees
	}{
		{"shared", nil, 2},
		{"strict", []virttest.Option{virttest.Strict()}, 1},
	} {
		host := virttest.New(t, append(c.opts, virttest.FromXML(path))...)
		define(t, host.Dial(), "another")
		if got := names(t, host.Dial()); len(got) != c.want {
			t.Errorf("%s: a second connection sees %v", c.name, got)
		}
	}
}

func TestStrict(t *testing.T) {
	console := func(c *client.Conn) error {
		ret, err := client.Call(context.Background(), c, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "test"})
		if err != nil {
			t.Fatal(err)
		}
		_, s, err := client.CallStream(context.Background(), c, remoteproto.DomainOpenConsole, &remoteproto.DomainOpenConsoleArgs{Dom: ret.Dom})
		if err == nil {
			s.Close()
		}
		return err
	}
	if err := console(virttest.New(t, virttest.Strict()).Dial()); !isCode(err, vir.ErrNoSupport) {
		t.Errorf("a strict host has a console: %v", err)
	}
	if isCode(console(virttest.New(t).Dial()), vir.ErrNoSupport) {
		t.Error("an ordinary host has none")
	}
}

func TestReadOnly(t *testing.T) {
	c := virttest.New(t).DialReadOnly()
	_, err := client.Call(t.Context(), c, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: "<domain/>"})
	if !isCode(err, vir.ErrOperationDenied) {
		t.Errorf("got %v", err)
	}
}

// TestURI goes through the socket as another process would.
func TestURI(t *testing.T) {
	host := virttest.New(t)
	uri := host.URI()
	path, ok := strings.CutPrefix(uri, "test+unix:///default?socket=")
	if !ok || path != host.Socket() {
		t.Fatalf("URI %s, socket %s", uri, host.Socket())
	}
	c, err := client.Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := client.Open(t.Context(), c, "test:///default", false); err != nil {
		t.Fatal(err)
	}
	define(t, c, "through-the-socket")
	if got := names(t, host.Dial()); len(got) != 2 {
		t.Errorf("the memory side sees %v", got)
	}
}

// TestBubble runs a host inside of synctest: the clock is the bubble's.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := virttest.New(t)
		conn := host.Dial()
		cpuTime := func() uint64 {
			ret, err := client.Call(t.Context(), conn, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "test"})
			if err != nil {
				t.Fatal(err)
			}
			info, err := client.Call(t.Context(), conn, remoteproto.DomainGetInfo, &remoteproto.DomainGetInfoArgs{Dom: ret.Dom})
			if err != nil {
				t.Fatal(err)
			}
			return info.CPUTime
		}
		before := cpuTime()
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := time.Duration(cpuTime() - before); got != time.Hour {
			t.Errorf("an hour of the bubble is %v of the guest", got)
		}
	})
}

// TestNothingLeft: goroutines, descriptors and files are as before.
func TestNothingLeft(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	goroutines, fds := runtime.NumGoroutine(), descriptors(t)
	for range 5 {
		host := virttest.Start(virttest.WithDomains(3))
		idle, busy := host.Dial(), host.Dial()
		dom := define(t, busy, "guest")
		if _, err := client.Call(context.Background(), busy, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: dom}); err != nil {
			t.Fatal(err)
		}
		if c, err := client.Dial(context.Background(), host.Socket()); err != nil {
			t.Fatal(err)
		} else if err := client.Open(context.Background(), c, "", false); err != nil {
			t.Fatal(err)
		} else {
			defer c.Close()
		}
		silent := host.Pipe()
		var reads sync.WaitGroup
		reads.Go(func() { io.ReadAll(silent) })
		host.Close()
		host.Close()
		reads.Wait()
		if _, err := client.Call(context.Background(), idle, remoteproto.ConnectGetType, &proc.Void{}); err == nil {
			t.Error("a call is answered after the end")
		}
		if _, err := host.Pipe().Write([]byte("x")); err == nil {
			t.Error("a pipe works after the end")
		}
	}
	for range 200 {
		if runtime.NumGoroutine() <= goroutines && descriptors(t) <= fds {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		all := make([]byte, 1<<20)
		t.Errorf("%d goroutines more:\n%s", n-goroutines, all[:runtime.Stack(all, true)])
	}
	if n := descriptors(t); n > fds {
		t.Errorf("%d descriptors more", n-fds)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("files are left: %v %v", left, err)
	}
}

// descriptors counts the open ones, or says 0 where it cannot.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		host := virttest.Start()
		host.Dial()
		host.Close()
	}
}

func BenchmarkNew500(b *testing.B) {
	for b.Loop() {
		host := virttest.Start(virttest.WithDomains(500))
		host.Dial()
		host.Close()
	}
}
