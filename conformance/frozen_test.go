package conformance

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	frozenWhole  = flag.Bool("frozen.whole", false, "wait until all calls on the frozen guest have failed, which takes half a minute")
	frozenGuests = flag.Int("frozen.guests", 10, "guests of the benchmark with a frozen guest")
	frozenPhase  = flag.Duration("frozen.phase", 2*time.Second, "how long each of its phases is")
	frozenPairs  = flag.Int("frozen.pairs", 5, "how many pairs of phases it has")
)

// herd is a daemon with running guests.
type herd struct {
	d    *lab.Daemon
	dir  string
	doms []rp.Domain
}

// newHerd starts them.
func newHerd(t testing.TB, n int) *herd {
	t.Helper()
	h := &herd{dir: lab.RealDir(t)}
	h.d = lab.StartReal(t, h.dir, "--log-level", "error")
	c := connected(t, h.d)
	defer c.Close()
	for i := range n {
		xml := tinyGuest(fmt.Sprint("guest", i), tinyUUID(i), "herd")
		h.doms = append(h.doms, answer(t, c, rp.DomainCreateXML, &rp.DomainCreateXMLArgs{XMLDesc: xml}).Dom)
	}
	return h
}

// signal sends a signal to a guest's process, and waits until one that is to stand still does.
func (h *herd) signal(t testing.TB, dom rp.Domain, s syscall.Signal) {
	t.Helper()
	for _, p := range lab.Guests(h.dir) {
		if slices.Contains(p.Args, uuidText(dom.UUID)) {
			if err := syscall.Kill(p.PID, s); err != nil {
				t.Fatal(err)
			}
			if s == syscall.SIGSTOP && !eventually(10*time.Second, func() bool { return lab.Stopped(p.PID) }) {
				t.Fatalf("the process of '%s' does not stop", dom.Name)
			}
			return
		}
	}
	t.Fatalf("no process of '%s'", dom.Name)
}

// tooLong is a bound for what must not wait, on a machine that may have other things to do. What it takes when the
// machine is idle is for the benchmark to say.
const tooLong = 2 * time.Second

// TestFrozen stops the process of one guest, and has five calls of one client stuck at it: that client and others get
// their answers about everything else. The stuck calls fail in time, and the errors say what they have waited for.
func TestFrozen(t *testing.T) {
	if *subject != "govirtd" {
		t.Skip("about govirtd only")
	}
	t.Parallel()
	h := newHerd(t, 3)
	frozen, others := h.doms[0], h.doms[1:]
	client, other := connected(t, h.d), connected(t, h.d)
	askAll(t, client, h.doms, true) // so that something is known of all
	h.signal(t, frozen, syscall.SIGSTOP)
	began := time.Now()
	stuck := map[uint32]bool{}
	for range 5 {
		serial, err := send(client, rp.DomainSuspend, &rp.DomainSuspendArgs{Dom: frozen})
		if err != nil {
			t.Fatal(err)
		}
		stuck[serial] = true
	}
	for range 5 {
		for _, c := range []*line{client, other} {
			for what, took := range askAll(t, c, others, true) {
				if took > tooLong {
					t.Errorf("%s has taken %v", what, took)
				}
			}
		}
	}
	text := regexp.MustCompile(`the monitor of domain 'guest0' has not answered 'stop' of virDomainSuspend for \d+(\.\d)?s|` +
		`cannot acquire state change lock \(held by virDomainSuspend for \d+s\)|the monitor of domain 'guest0' was not free in time`)
	// All that come while the guest stands still. When it goes on, the rest is answered at once.
	for named := false; len(stuck) > 0; {
		p, err := receive(client)
		if err != nil {
			t.Fatal(err)
		}
		delete(stuck, p.Serial)
		_, err = replied(p, rp.DomainSuspend)
		took := time.Since(began)
		t.Logf("after %v: %v", took.Round(100*time.Millisecond), err)
		switch {
		case took > 45*time.Second:
			t.Errorf("a call on the frozen guest has taken %v", took)
		case named && !*frozenWhole:
		case code(err) != vir.ErrOperationTimeout || !text.MatchString(err.Error()):
			t.Errorf("error %v", err)
		}
		if !named && !*frozenWhole {
			h.signal(t, frozen, syscall.SIGCONT)
		}
		named = true
	}
	h.signal(t, frozen, syscall.SIGCONT)
	askAll(t, client, h.doms, false)
	ask(other, rp.DomainResume, &rp.DomainResumeArgs{Dom: frozen})
	if s := answer(t, other, rp.DomainGetState, &rp.DomainGetStateArgs{Dom: frozen}); s.State != int32(vir.DomainRunning) {
		t.Errorf("the guest that goes on is in state %+v", s)
	}
}

// TestFrozenSurvivor has the daemon killed over and over while a guest's process stands still. It is found each time, it
// can be destroyed, and one that goes on is as before.
func TestFrozenSurvivor(t *testing.T) {
	if *subject != "govirtd" {
		t.Skip("about govirtd only")
	}
	t.Parallel()
	h := newHerd(t, 2)
	for _, dom := range h.doms {
		h.signal(t, dom, syscall.SIGSTOP)
	}
	processes := len(lab.Guests(h.dir))
	for range 4 { // more than the queue of a monitor's socket has room for
		h.d.Kill()
		h.d = lab.StartReal(t, h.dir)
	}
	c := connected(t, h.d)
	if list := answer(t, c, rp.ConnectListAllDomains, &rp.ConnectListAllDomainsArgs{NeedResults: 1}); len(list.Domains) != 2 || len(lab.Guests(h.dir)) != processes {
		t.Fatalf("found are %v and %d processes\n%s", list.Domains, len(lab.Guests(h.dir)), h.d.Log)
	}
	for _, dom := range h.doms {
		if s := answer(t, c, rp.DomainGetState, &rp.DomainGetStateArgs{Dom: dom}); s.State != int32(vir.DomainRunning) {
			t.Errorf("'%s' is in state %+v", dom.Name, s)
		}
	}
	began := time.Now()
	answer(t, c, rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: h.doms[0]})
	if took := time.Since(began); took > tooLong {
		t.Errorf("destroying it has taken %v", took)
	}
	if n := len(lab.Guests(h.dir)); n != 1 {
		t.Errorf("%d processes are left", n)
	}
	if _, err := ask(c, rp.DomainLookupByName, &rp.DomainLookupByNameArgs{Name: h.doms[0].Name}); code(err) != vir.ErrNoDomain {
		t.Errorf("after that: %v", err)
	}
	h.signal(t, h.doms[1], syscall.SIGCONT)
	answer(t, c, rp.DomainSuspend, &rp.DomainSuspendArgs{Dom: h.doms[1]})
	if is, err := truth(c, h.doms[1]); is != "paused" {
		t.Errorf("the guest that goes on is %q, %v", is, err)
	}
}

// askAll asks everything once about some guests and says how long each kind of question took at most; with verbs, they
// are stopped and continued, too.
func askAll(t testing.TB, c *line, doms []rp.Domain, verbs bool) map[string]time.Duration {
	t.Helper()
	most := map[string]time.Duration{}
	timed(t, most, "list", func() error { return second(ask(c, rp.ConnectListAllDomains, listAll)) })
	timed(t, most, "bulk stats", func() error { return second(ask(c, rp.ConnectGetAllDomainStats, allStats)) })
	for _, dom := range doms {
		for _, q := range aboutOne(c, dom, verbs) {
			timed(t, most, q.name, q.ask)
		}
	}
	return most
}

var (
	listAll  = &rp.ConnectListAllDomainsArgs{NeedResults: 1}
	allStats = &rp.ConnectGetAllDomainStatsArgs{}
)

// timed notes how long a call takes at most.
func timed(t testing.TB, most map[string]time.Duration, name string, f func() error) {
	t.Helper()
	began := time.Now()
	if err := f(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	most[name] = max(most[name], time.Since(began))
}

// question is a call about one guest.
type question struct {
	name string
	ask  func() error
}

func aboutOne(c *line, dom rp.Domain, verbs bool) []question {
	list := []question{
		{"lookup", func() error {
			_, err := ask(c, rp.DomainLookupByName, &rp.DomainLookupByNameArgs{Name: dom.Name})
			return err
		}},
		{"state", func() error { return second(ask(c, rp.DomainGetState, &rp.DomainGetStateArgs{Dom: dom})) }},
		{"info", func() error { return second(ask(c, rp.DomainGetInfo, &rp.DomainGetInfoArgs{Dom: dom})) }},
		{"document", func() error { return second(ask(c, rp.DomainGetXMLDesc, &rp.DomainGetXMLDescArgs{Dom: dom})) }},
		{"memory stats", func() error {
			_, err := ask(c, rp.DomainMemoryStats, &rp.DomainMemoryStatsArgs{Dom: dom, MaxStats: 16})
			return err
		}},
	}
	if verbs {
		list = append(list,
			question{"suspend", func() error { return second(ask(c, rp.DomainSuspend, &rp.DomainSuspendArgs{Dom: dom})) }},
			question{"resume", func() error { return second(ask(c, rp.DomainResume, &rp.DomainResumeArgs{Dom: dom})) }})
	}
	return list
}

// BenchmarkFrozen measures calls about nine guests while the tenth runs (A) and while its process stands still and a
// client has five calls stuck at it (B), in the order A B A B and so on; the ratio is the median of those of the pairs. Run it with -benchtime 1x.
func BenchmarkFrozen(b *testing.B) {
	h := newHerd(b, *frozenGuests)
	frozen, others := h.doms[0], h.doms[1:]
	time.Sleep(2 * time.Second) // they have looked for something to start
	phase := func() (each, list, stats []time.Duration) {
		c := connected(b, h.d)
		defer c.Close()
		took := func(to *[]time.Duration, name string, ask func() error) {
			began := time.Now()
			if err := ask(); err != nil {
				b.Fatalf("%s: %v", name, err)
			}
			*to = append(*to, time.Since(began))
		}
		for end := time.Now().Add(*frozenPhase); time.Now().Before(end); {
			for _, dom := range others {
				for _, q := range aboutOne(c, dom, true) {
					took(&each, q.name, q.ask)
				}
				took(&list, "list", func() error { return second(ask(c, rp.ConnectListAllDomains, listAll)) })
				took(&stats, "stats", func() error { return second(ask(c, rp.ConnectGetAllDomainStats, allStats)) })
			}
		}
		for _, l := range [][]time.Duration{each, list, stats} {
			slices.Sort(l)
		}
		return each, list, stats
	}
	p99 := func(l []time.Duration) time.Duration { return l[len(l)*99/100] }
	longest := func(l []time.Duration) time.Duration { return l[len(l)-1] }
	shown := func(l []time.Duration) string {
		return fmt.Sprintf("%5d, median %v, p99 %v, longest %v", len(l), l[len(l)/2].Round(time.Microsecond), p99(l).Round(time.Microsecond), longest(l).Round(time.Microsecond))
	}
	for b.Loop() {
		var before []time.Duration
		var ratios []float64
		var worst, list, stats time.Duration
		var text strings.Builder
		for i := range 2 * *frozenPairs {
			var stuck sync.WaitGroup
			if i%2 == 1 {
				h.signal(b, frozen, syscall.SIGSTOP)
				c := connected(b, h.d)
				for range 5 {
					if _, err := send(c, rp.DomainSuspend, &rp.DomainSuspendArgs{Dom: frozen}); err != nil {
						b.Fatal(err)
					}
				}
				stuck.Go(func() {
					for range 5 {
						if _, err := receive(c); err != nil {
							return
						}
					}
					c.Close()
				})
			}
			each, l, s := phase()
			if i%2 == 1 {
				h.signal(b, frozen, syscall.SIGCONT)
				stuck.Wait()
				c := connected(b, h.d)
				ask(c, rp.DomainResume, &rp.DomainResumeArgs{Dom: frozen})
				c.Close()
				ratios = append(ratios, float64(p99(each))/float64(p99(before)))
				worst, list, stats = max(worst, longest(each)), max(list, longest(l)), max(stats, longest(s))
			}
			before = each
			which := "AB"[i%2 : i%2+1]
			fmt.Fprintf(&text, "\n%s calls: %s\n  list:  %s\n  stats: %s", which, shown(each), shown(l), shown(s))
		}
		progress("%s", text.String())
		slices.Sort(ratios)
		b.ReportMetric(ratios[len(ratios)/2], "p99-B/A")
		b.ReportMetric(worst.Seconds()*1e3, "longest-ms")
		b.ReportMetric(list.Seconds()*1e3, "list-ms")
		b.ReportMetric(stats.Seconds()*1e3, "stats-ms")
	}
}
