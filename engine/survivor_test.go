package engine_test

import (
	"context"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// lasting is a driver whose guests live on when the engine goes.
type lasting struct {
	*sim.Backend
	mu     sync.Mutex
	guests map[string]*lastingGuest
	// slow guests take their time to be attached, dead ones are gone.
	slow  map[string]time.Duration
	dead  map[string]bool
	lists int // calls of Survivors
	// self is the backend, where that is not the driver itself.
	self drivers.Backend
	// personality makes another one of its own; nil for that.
	personality func(drivers.Personality) drivers.Personality
}

type lastingGuest struct {
	*sim.Guest
	mu       sync.Mutex
	id       int32
	doc      *domxml.Domain
	status   drivers.Status
	restarts int
	notify   drivers.Notify
	killed   chan struct{} // closed by Destroy before it was attached to
}

func (g *lastingGuest) ended() bool {
	select {
	case <-g.killed:
		return true
	default:
		return false
	}
}

type lastingPersonality struct{ *testpersonality.Personality }

func (lastingPersonality) Lifecycle(verb string) (before, after []drivers.Lifecycle) {
	switch verb {
	case "start":
		before = []drivers.Lifecycle{{Event: vir.DomainEventResumed, Detail: int32(vir.DomainEventResumedUnpaused)}}
	case "start paused":
		after = []drivers.Lifecycle{{Event: vir.DomainEventSuspended, Detail: int32(vir.DomainEventSuspendedPaused)}}
	}
	return before, after
}

// Rule is the test driver's, with the flags of drivers whose guests may end
// with their connection.
func (p lastingPersonality) Rule(procedure string) (drivers.Rule, bool) {
	r, ok := p.Personality.Rule(procedure)
	if strings.HasPrefix(procedure, "domain_create") {
		r.Flags |= uint32(vir.DomainStartAutodestroy)
	}
	return r, ok
}

func newLasting() *lasting {
	return &lasting{Backend: sim.New(drivers.SimulatedHost{}, now), guests: map[string]*lastingGuest{}}
}

func (l *lasting) Scheme() string { return "lasting" }
func (l *lasting) Open(_ context.Context, uri *url.URL) (*drivers.Host, error) {
	h := &drivers.Host{Key: "lasting", URI: uri.String(), Personality: lastingPersonality{&testpersonality.Personality{}}, Backend: l}
	if l.self != nil {
		h.Backend = l.self
	}
	if l.personality != nil {
		h.Personality = l.personality(h.Personality)
	}
	return h, nil
}
func (l *lasting) GuestType() reflect.Type { return reflect.TypeFor[*lastingGuest]() }

func (l *lasting) Start(ctx context.Context, d *domxml.Domain, o drivers.StartOptions, n drivers.Notify) (drivers.Guest, error) {
	g, err := l.Backend.Start(ctx, d, o, n)
	if err != nil {
		return nil, err
	}
	guest := &lastingGuest{Guest: g.(*sim.Guest), id: o.ID, doc: d.Clone(), notify: n, killed: make(chan struct{})}
	guest.doc.Description = "live"
	l.mu.Lock()
	defer l.mu.Unlock()
	l.guests[d.Name] = guest
	return guest, nil
}

func (l *lasting) Survivors(context.Context) (list []drivers.Survivor, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lists++
	for name, g := range l.guests {
		g.mu.Lock()
		s := g.status
		g.mu.Unlock()
		list = append(list, drivers.Survivor{
			Domain: s.Domain, ID: g.id, State: s.State, Reason: s.Reason,
			Attach: func(_ context.Context, n drivers.Notify) (drivers.Guest, error) {
				select {
				case <-time.After(l.slow[name]):
				case <-g.killed:
				}
				if l.dead[name] || g.ended() {
					return nil, errors.New("no such process")
				}
				g.notify = n
				return g, nil
			},
			Destroy: func(_ context.Context, graceful bool) error {
				if graceful {
					return vir.Errorf(vir.FromNone, vir.ErrOperationFailed, "it does not listen")
				}
				close(g.killed)
				time.Sleep(time.Second) // the other one notices it first
				return nil
			},
		})
	}
	return list, nil
}

func (g *lastingGuest) LiveDocument() *domxml.Domain {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.doc
}

func (g *lastingGuest) KeepStatus(s drivers.Status) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.status = s
	return nil
}

func lastingEngine(l *lasting) *engine.Engine {
	return engine.New(engine.Config{Drivers: []drivers.Driver{l}, DefaultURI: "lasting:///"})
}

func document(name string) string {
	return "<domain type='test'><name>" + name + "</name><memory>1024</memory><os><type>hvm</type></os></domain>"
}

// TestLiveDocument: clients see what the guest says of itself, and hear what
// the personality tells of a start.
func TestLiveDocument(t *testing.T) {
	l := newLasting()
	s := connect(t, lastingEngine(l), "lasting:///")
	must(t, s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{EventID: 0})
	dom := must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document("a")}).Dom
	xml := func() string {
		t.Helper()
		return must(t, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: dom}).XML
	}
	if x := xml(); !strings.Contains(x, "<description>live</description>") {
		t.Errorf("not the guest's document:\n%s", x)
	}
	if got := len(s.take()); got != 2 {
		t.Errorf("%d events of a start, want 2", got)
	}
	l.guests["a"].notify(drivers.BalloonChanged{Actual: 512})
	if x := xml(); !strings.Contains(x, "<currentMemory unit='KiB'>512</currentMemory>") {
		t.Errorf("not the changed document:\n%s", x)
	}
	if s := l.guests["a"].status; s.State != vir.DomainRunning || s.Domain.MemoryKiB() != 512 || s.Domain.ID != dom.ID || s.Persistent {
		t.Errorf("the status says %+v", s)
	}
	must(t, s, remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: dom})
	if s := l.guests["a"].status; s.State != vir.DomainPaused || s.Reason != int32(vir.DomainPausedUser) {
		t.Errorf("the status says %+v", s)
	}
	// What is changed of the running guest alone is nowhere else.
	said := "said"
	must(t, s, remoteproto.DomainSetMetadata, &remoteproto.DomainSetMetadataArgs{Dom: dom, Metadata: &said, Flags: uint32(vir.DomainAffectLive)})
	if s := l.guests["a"].status; s.Domain.Description != said {
		t.Errorf("the status describes it as %q", s.Domain.Description)
	}
}

// TestSurvivors: a new engine finds the guests of the one before, whatever
// becomes of some of them.
func TestSurvivors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLasting()
		s := connect(t, lastingEngine(l), "lasting:///")
		for _, name := range []string{"runs", "paused", "dead", "slow"} {
			dom := must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document(name)}).Dom
			if name == "paused" {
				must(t, s, remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: dom})
			}
		}
		ids := map[string]int32{}
		for name, g := range l.guests {
			ids[name] = g.id
		}
		l.dead = map[string]bool{"dead": true}
		l.slow = map[string]time.Duration{"slow": time.Minute}

		e := lastingEngine(l)
		began := time.Now()
		if err := e.Open(t.Context(), "lasting:///"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("one slow guest holds the daemon up for %v", took)
		}
		s = connect(t, e, "lasting:///")
		for name, want := range map[string]vir.DomainState{"runs": vir.DomainRunning, "paused": vir.DomainPaused, "slow": vir.DomainRunning} {
			dom := lookup(t, s, name)
			if dom.ID != ids[name] {
				t.Errorf("%s has id %d, want %d", name, dom.ID, ids[name])
			}
			if st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: dom}); st.State != int32(want) {
				t.Errorf("%s is in state %d", name, st.State)
			}
		}
		fails(t, s, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "dead"},
			vir.ErrNoDomain, "Domain not found")
		slow := lookup(t, s, "slow")
		fails(t, s, remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: slow}, vir.ErrOperationTimeout,
			"Timed out during operation: cannot acquire state change lock (held by the daemon's start for 32s)")
		if err := e.Invariants(); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		must(t, s, remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: slow})
		must(t, s, remoteproto.DomainResume, &remoteproto.DomainResumeArgs{Dom: lookup(t, s, "paused")})
		again := must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document("new")}).Dom
		if again.ID <= 4 {
			t.Errorf("id %d is used again", again.ID)
		}
	})
}

// TestDestroyUnattached: a guest that does not answer a new engine can be
// destroyed, and that is told of once.
func TestDestroyUnattached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLasting()
		s := connect(t, lastingEngine(l), "lasting:///")
		must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document("slow")})
		l.slow = map[string]time.Duration{"slow": time.Hour}
		e := lastingEngine(l)
		if err := e.Open(t.Context(), "lasting:///"); err != nil {
			t.Fatal(err)
		}
		s = connect(t, e, "lasting:///")
		must(t, s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{EventID: 0})
		slow := lookup(t, s, "slow")
		fails(t, s, remoteproto.DomainGetTime, &remoteproto.DomainGetTimeArgs{Dom: slow}, vir.ErrOperationTimeout,
			"Timed out during operation: the guest has not answered since the daemon started; it can only be destroyed")
		fails(t, s, remoteproto.DomainDestroyFlags, &remoteproto.DomainDestroyFlagsArgs{Dom: slow, Flags: uint32(vir.DomainDestroyGraceful)},
			vir.ErrOperationFailed, "operation failed: it does not listen")
		must(t, s, remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: slow})
		fails(t, s, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "slow"}, vir.ErrNoDomain, "Domain not found")
		if got := len(s.take()); got != 1 {
			t.Errorf("%d events, want 1", got)
		}
		if err := e.Invariants(); err != nil {
			t.Error(err)
		}
	})
}

// TestOpenMeanwhile: a host that takes its time to be opened holds up only
// those who want that one.
func TestOpenMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLasting()
		s := connect(t, lastingEngine(l), "lasting:///")
		must(t, s, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document("slow")})
		l.slow = map[string]time.Duration{"slow": time.Minute}
		e := engine.New(engine.Config{Drivers: []drivers.Driver{l, testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend { return sim.New(h, now) }}},
			DefaultURI: "lasting:///"})
		began := time.Now()
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if err := e.Open(t.Context(), "lasting:///"); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took < time.Second || took > 3*time.Second {
					t.Errorf("the host itself is there after %v", took)
				}
			})
		}
		synctest.Wait()
		if err := e.Open(t.Context(), "test:///default"); err != nil {
			t.Error(err)
		}
		if _, err := e.SecretValue("lasting", domxml.UUID{}, domxml.SecretUsageVolume, "x"); err == nil {
			t.Error("there is a secret")
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("another host waits for it: %v", took)
		}
		both.Wait()
		time.Sleep(time.Minute)
		if l.lists != 2 { // with that of the engine before
			t.Errorf("the host was made %d times", l.lists)
		}
	})
}

// TestAutodestroy: such a guest ends with the connection that started it, and
// only in that life.
func TestAutodestroy(t *testing.T) {
	e := lastingEngine(newLasting())
	first, other := connect(t, e, "lasting:///"), connect(t, e, "lasting:///")
	flags := uint32(vir.DomainStartAutodestroy)
	must(t, first, remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document("transient"), Flags: flags})
	must(t, first, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: document("defined")})
	must(t, first, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: document("again")})
	for _, name := range []string{"defined", "again"} {
		must(t, first, remoteproto.DomainCreateWithFlags, &remoteproto.DomainCreateWithFlagsArgs{Dom: lookup(t, first, name), Flags: flags})
	}
	must(t, other, remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: lookup(t, other, "again")})
	must(t, other, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: lookup(t, other, "again")})
	first.end()
	fails(t, other, remoteproto.DomainLookupByName, &remoteproto.DomainLookupByNameArgs{Name: "transient"}, vir.ErrNoDomain, "Domain not found")
	for name, want := range map[string]vir.DomainState{"defined": vir.DomainShutoff, "again": vir.DomainRunning} {
		if st := must(t, other, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: lookup(t, other, name)}); st.State != int32(want) {
			t.Errorf("%s is in state %d, want %d", name, st.State, want)
		}
	}
}
