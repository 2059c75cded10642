package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// call1 makes a call whose answer nobody wants.
func call1[A, R any](s *session, p *proc.Proc[A, R], a *A) error {
	_, err := do(s, p, a)
	return err
}

// soon runs a call that must not wait for the disk.
func soon(t *testing.T, name string, f func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("%s waits for the disk", name)
	}
}

// While the disk takes its time over one domain, everybody can read it, its
// guest goes on, and the others can be changed.
func TestSlowDisk(t *testing.T) {
	k := newMemoryKeeper()
	s := connect(t, newDaemon(k), "test:///default")
	run := func(st scriptStep) {
		t.Helper()
		if err := st.do(s); err != nil {
			t.Fatalf("%s: %v", st.name, err)
		}
	}
	run(define("a", idA))
	must(t, s, rp.DomainCreate, &rp.DomainCreateArgs{Dom: s.dom("a")})
	began, goOn := make(chan bool), make(chan bool)
	var once sync.Once
	k.before = func(kind drivers.Kind, name string) {
		if kind == drivers.KindDomain && name == "a" {
			once.Do(func() {
				close(began)
				<-goOn
			})
		}
	}
	first := make(chan error, 1)
	go func() {
		_, err := do(s, rp.DomainSetMetadata, &rp.DomainSetMetadataArgs{Dom: s.dom("a"), Type: int32(vir.DomainMetadataTitle), Metadata: ptr("slow"), Flags: both})
		first <- err
	}()
	<-began
	for _, st := range []scriptStep{
		keptStep("look-up", rp.DomainLookupByName, func(*session) *rp.DomainLookupByNameArgs { return &rp.DomainLookupByNameArgs{Name: "a"} }),
		keptStep("list", rp.ConnectListAllDomains, func(*session) *rp.ConnectListAllDomainsArgs { return &rp.ConnectListAllDomainsArgs{NeedResults: 1} }),
		keptStep("document", rp.DomainGetXMLDesc, func(s *session) *rp.DomainGetXMLDescArgs { return &rp.DomainGetXMLDescArgs{Dom: s.dom("a")} }),
		keptStep("info", rp.DomainGetInfo, func(s *session) *rp.DomainGetInfoArgs { return &rp.DomainGetInfoArgs{Dom: s.dom("a")} }),
		keptStep("stats", rp.ConnectGetAllDomainStats, func(*session) *rp.ConnectGetAllDomainStatsArgs { return &rp.ConnectGetAllDomainStatsArgs{} }),
		define("b", idB),
		keptStep("start of another", rp.DomainCreate, func(s *session) *rp.DomainCreateArgs { return &rp.DomainCreateArgs{Dom: s.dom("b")} }),
		keptStep("network", rp.NetworkDefineXML, func(*session) *rp.NetworkDefineXMLArgs {
			return &rp.NetworkDefineXMLArgs{XML: fmt.Sprintf(keptNetwork, "")}
		}),
	} {
		soon(t, st.name, func() error { return st.do(s) })
	}
	xml := must(t, s, rp.DomainGetXMLDesc, &rp.DomainGetXMLDescArgs{Dom: s.dom("a"), Flags: uint32(vir.DomainXMLInactive)}).XML
	if strings.Contains(xml, "slow") {
		t.Error("a change is seen that is not kept yet")
	}
	second := make(chan error, 1)
	go func() { second <- define("a", idA).do(s) }()
	select {
	case err := <-second:
		t.Errorf("the domain has been defined while an earlier change of it was on its way: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(goOn)
	if err := errors.Join(<-first, <-second); err != nil {
		t.Error(err)
	}
	xml = must(t, s, rp.DomainGetXMLDesc, &rp.DomainGetXMLDescArgs{Dom: s.dom("a"), Flags: uint32(vir.DomainXMLInactive)}).XML
	if strings.Contains(xml, "slow") {
		t.Error("the definition that came later is not the one that counts")
	}
	if d := difference(view(t, s, false), view(t, connect(t, newDaemon(k.after()), "test:///default"), false)); d != "" {
		t.Error(d)
	}
}

// Whatever many clients do to a few names at once, with a disk that fails now
// and then, what is kept is what is true.
func TestManyWriters(t *testing.T) {
	k := newMemoryKeeper()
	e := newDaemon(k)
	// Some calls fail, but never two in a row: what undoes a half of a change works.
	var failing atomic.Int32
	k.before = func(drivers.Kind, string) {
		if failing.Add(1)%60 == 59 {
			k.mu.Lock()
			k.failAt = 1
			k.mu.Unlock()
		}
	}
	names, ids := []string{"a", "b", "c"}, []string{idA, idB}
	var wg sync.WaitGroup
	for w := range 6 {
		s := connect(t, e, "test:///default")
		r := rand.New(rand.NewPCG(uint64(w), 7))
		pick := func(list []string) string { return list[r.IntN(len(list))] }
		wg.Go(func() {
			for range 150 {
				name := pick(names)
				steps := []func() error{
					func() error { return define(name, pick(ids)).do(s) },
					func() error {
						return call1(s, rp.DomainUndefineFlags, &rp.DomainUndefineFlagsArgs{Dom: s.dom(name), Flags: uint32(vir.DomainUndefineSnapshotsMetadata)})
					},
					func() error {
						return call1(s, rp.DomainRename, &rp.DomainRenameArgs{Dom: s.dom(name), NewName: ptr(pick(names))})
					},
					func() error {
						return call1(s, rp.DomainSetAutostart, &rp.DomainSetAutostartArgs{Dom: s.dom(name), Autostart: int32(r.IntN(2))})
					},
					func() error { return call1(s, rp.DomainCreate, &rp.DomainCreateArgs{Dom: s.dom(name)}) },
					func() error { return call1(s, rp.DomainDestroy, &rp.DomainDestroyArgs{Dom: s.dom(name)}) },
					func() error {
						return call1(s, rp.DomainCreateXML, &rp.DomainCreateXMLArgs{XMLDesc: fmt.Sprintf(keptDomain, name, pick(ids))})
					},
					func() error { return snapshotStep(pick([]string{"s", "t"}), name, 0).do(s) },
					func() error {
						return call1(s, rp.DomainSnapshotDelete, &rp.DomainSnapshotDeleteArgs{Snap: rp.DomainSnapshot{Name: pick([]string{"s", "t"}), Dom: s.dom(name)}})
					},
					func() error {
						return call1(s, rp.DomainRevertToSnapshot, &rp.DomainRevertToSnapshotArgs{Snap: rp.DomainSnapshot{Name: pick([]string{"s", "t"}), Dom: s.dom(name)}})
					},
					func() error {
						return call1(s, rp.DomainSetMetadata, &rp.DomainSetMetadataArgs{Dom: s.dom(name), Type: int32(vir.DomainMetadataTitle), Metadata: ptr(fmt.Sprint(r.IntN(100)))})
					},
				}
				_ = steps[r.IntN(len(steps))]()
			}
		})
	}
	wg.Wait()
	k.before = nil
	k.mu.Lock()
	k.failAt = 0
	k.mu.Unlock()
	if err := e.Invariants(); err != nil {
		t.Error(err)
	}
	s := connect(t, e, "test:///default")
	// What the disk has refused twice is written with the next change.
	for i, name := range names {
		d := s.dom(name)
		id := domxml.UUID(d.UUID).String()
		if d.UUID == (rp.UUID{}) {
			id = fmt.Sprintf("99999999-1111-4111-8111-11111111111%d", i)
		}
		if err := define(name, id).do(s); err != nil {
			t.Error(err)
		}
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		d := difference(view(t, s, false), view(t, connect(t, newDaemon(k.after()), "test:///default"), false))
		if d == "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(d)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
