package conformance

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/wire"
)

var (
	soakConnects = flag.Int("soak.connects", 1000, "connections that the soak test makes")
	soakCalls    = flag.Int("soak.calls", 100_000, "calls that the soak test makes")
)

// soakWorkers is how many connections are busy at the same time.
const soakWorkers = 8

// TestSoak makes many connections, which end in every way a connection can end, and many calls, and then looks for what
// they left behind in the daemon: goroutines, descriptors, memory.
func TestSoak(t *testing.T) {
	d := govirtd(t, "--log-level", "error")
	d.Hold(t)
	_, domain := open(t, d, "test")
	connects(t, d, domain, 200) // pools and caches fill up first
	calls(t, d, domain, 2000)
	before := settled(t, d, lab.Stats{})
	rss := resident(t, d.PID)

	began := time.Now()
	connects(t, d, domain, *soakConnects)
	connected := time.Since(began)
	began = time.Now()
	calls(t, d, domain, *soakCalls)
	called := time.Since(began)

	after := settled(t, d, before)
	t.Logf("%d connections in %v, %d calls in %v (%.0f/s)", *soakConnects, connected.Round(time.Millisecond),
		*soakCalls, called.Round(time.Millisecond), float64(*soakCalls)/called.Seconds())
	t.Logf("before %+v, after %+v, resident %d KiB more", before, after, (resident(t, d.PID)-rss)>>10)
	if after.Clients != before.Clients {
		t.Errorf("%d clients, were %d", after.Clients, before.Clients)
	}
	if after.Goroutines > before.Goroutines {
		t.Errorf("%d goroutines, were %d", after.Goroutines, before.Goroutines)
	}
	if after.FDs > before.FDs {
		t.Errorf("%d descriptors, were %d", after.FDs, before.FDs)
	}
	if n := descriptors(t, d.PID); n > after.FDs+2 {
		t.Errorf("the system counts %d descriptors, the daemon %d", n, after.FDs)
	}
	// a leak of 100 bytes per connection or of 1 byte per call would show in the long run
	if most := int64(512<<10 + *soakConnects*50 + *soakCalls/2); after.Heap-before.Heap > most {
		t.Errorf("the heap grew by %d bytes, more than %d", after.Heap-before.Heap, most)
	}
}

// settled waits until the counts are down to the wanted ones, or do not fall any more.
func settled(t *testing.T, d *lab.Daemon, want lab.Stats) lab.Stats {
	t.Helper()
	var last lab.Stats
	for try := range 50 {
		s, err := d.Stats()
		if err != nil {
			t.Fatal(err)
		}
		calm := s.Goroutines == last.Goroutines && s.FDs == last.FDs && s.Clients == last.Clients
		reached := s.Goroutines <= want.Goroutines && s.FDs <= want.FDs && s.Clients <= want.Clients
		last = s
		if try > 0 && calm && (want == lab.Stats{} || reached) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return last
}

func descriptors(t *testing.T, pid int) int {
	t.Helper()
	list, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// connects makes n connections with the ends in turn.
func connects(t *testing.T, d *lab.Daemon, domain []byte, n int) {
	t.Helper()
	lifecycle := binary.BigEndian.AppendUint32(nil, 0)                                          // event 0
	lifecycle = binary.BigEndian.AppendUint32(lifecycle, 0)                                     // of any domain
	partial := (&wire.Packet{Program: wire.Remote, Body: make([]byte, 1000)}).Append(nil)[:100] // of a packet
	ends := []func() error{
		func() error {
			return opened(d, func(c *wire.Conn) error { _, err := c.Call(wire.ConnectClose, nil); return err })
		},
		func() error { return opened(d, func(*wire.Conn) error { return nil }) },
		func() error {
			return opened(d, func(c *wire.Conn) error { _, err := c.Call(wire.RegisterDomainEvent, lifecycle); return err })
		},
		func() error { // while a stream is open and calls are under way
			return opened(d, func(c *wire.Conn) error {
				for range 3 {
					if _, err := c.Send(wire.DomainScreenshot, screenshotArgs(domain)); err != nil {
						return err
					}
				}
				return nil
			})
		},
		func() error { // in the middle of a packet
			return opened(d, func(c *wire.Conn) error { _, err := c.Write(partial); return err })
		},
		func() error { // before anything was said
			c, err := wire.Dial(d.Socket())
			if err == nil {
				c.Close()
			}
			return err
		},
	}
	inParallel(t, n, func(i int) error { return ends[i%len(ends)]() })
}

func opened(d *lab.Daemon, do func(*wire.Conn) error) error {
	c, err := wire.Open(d.Socket(), "test:///default")
	if err != nil {
		return err
	}
	defer c.Close()
	return do(c)
}

// calls makes n calls, each worker over one connection.
func calls(t *testing.T, d *lab.Daemon, domain []byte, n int) {
	t.Helper()
	const batch = 500
	kinds := []struct {
		procedure int32
		args      []byte
	}{
		{wire.ConnectGetLibVersion, nil},
		{wire.DomainGetInfo, domain},
		{wire.DomainLookupByName, wire.String(nil, "test")},
		{wire.DomainLookupByName, wire.String(nil, "nobody")}, // an error reply
	}
	conns := make(chan *wire.Conn, soakWorkers)
	for range soakWorkers {
		c, err := wire.Open(d.Socket(), "test:///default")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns <- c
	}
	inParallel(t, (n+batch-1)/batch, func(int) error {
		c := <-conns
		defer func() { conns <- c }()
		wanted := map[uint32]bool{}
		sent := make(chan error, 1)
		first := c.NextSerial()
		for i := range batch {
			wanted[first+uint32(i)] = true
		}
		go func() {
			for i := range batch {
				if _, err := c.Send(kinds[i%len(kinds)].procedure, kinds[i%len(kinds)].args); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		for len(wanted) > 0 {
			p, err := wire.Read(c)
			if err != nil {
				return err
			}
			if !wanted[p.Serial] || p.Type != wire.TypeReply {
				return fmt.Errorf("unwanted %+v", p)
			}
			delete(wanted, p.Serial)
		}
		return <-sent
	})
}

// inParallel does n jobs with all workers and stops at the first failure.
func inParallel(t *testing.T, n int, job func(i int) error) {
	t.Helper()
	var next atomic.Int64
	var failed atomic.Bool
	var workers sync.WaitGroup
	for range soakWorkers {
		workers.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := job(i); err != nil {
					failed.Store(true)
					t.Errorf("job %d: %v", i, err)
				}
			}
		})
	}
	workers.Wait()
	if failed.Load() {
		t.FailNow()
	}
}
