package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestEdges asks every verb in every state of the protocol: a domain that is
// off can only be started, one that is on can only be stopped or paused.
func TestEdges(t *testing.T) {
	starts := map[verb]bool{verbStart: true, verbStartPaused: true, verbRestore: true}
	for s := vir.DomainNostate; s <= vir.DomainPmsuspended; s++ {
		for v := verb(0); v < verbs; v++ {
			e, ok := edgeOf(s, v)
			want := s != vir.DomainShutoff
			switch {
			case starts[v]:
				want = s == vir.DomainShutoff
			case v == verbResume:
				want = s == vir.DomainPaused
			case v == verbSuspend:
				want = s != vir.DomainShutoff && s != vir.DomainPaused
			}
			if ok != want {
				t.Errorf("%s in state %d: %v", v, s, ok)
			}
			if ok && e.to == vir.DomainShutoff && e.silent {
				t.Errorf("%s in state %d ends the guest and tells nobody", v, s)
			}
		}
	}
}

func TestImpact(t *testing.T) {
	def := &definition{}
	records := map[string]*record{
		"off":       {id: -1, config: def},
		"on":        {id: 1, config: def, live: def},
		"transient": {id: 1, live: def},
	}
	off, transient := errNotActive().Error(), errTransient().Error()
	for _, c := range []struct {
		record string
		flags  uint32
		want   impact
		err    string
	}{
		{"off", 0, impact{config: true}, ""},
		{"off", affectLive, impact{}, off},
		{"off", affectConfig, impact{config: true}, ""},
		{"off", affectLive | affectConfig, impact{}, off},
		{"on", 0, impact{live: true}, ""},
		{"on", affectLive, impact{live: true}, ""},
		{"on", affectConfig, impact{config: true}, ""},
		{"on", affectLive | affectConfig, impact{true, true}, ""},
		{"transient", 0, impact{live: true}, ""},
		{"transient", affectLive, impact{live: true}, ""},
		{"transient", affectConfig, impact{}, transient},
		{"transient", affectLive | affectConfig, impact{}, transient},
	} {
		got, err := impactOf(records[c.record], c.flags)
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%s, %d: %v", c.record, c.flags, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s, %d: %+v %v", c.record, c.flags, got, err)
		}
	}
	if oneOnly(affectLive|affectConfig) == nil || oneOnly(affectLive) != nil || oneOnly(affectConfig) != nil || oneOnly(0) != nil {
		t.Error("oneOnly refuses the wrong flags")
	}
}

func TestCheckParams(t *testing.T) {
	rules := []paramRule{{"weight", vir.TypedParamUint}, {"name", vir.TypedParamString}}
	weight, name := params(nil).uint("weight", 1), params(nil).string("name", "x")
	for _, c := range []struct {
		list []remoteproto.TypedParam
		err  string
	}{
		{nil, ""},
		{append(weight, name...), ""},
		{append(weight, weight...), "invalid argument: parameter 'weight' occurs multiple times"},
		{params(nil).int("weight", 1), "invalid argument: invalid type 'int' for parameter 'weight', expected 'uint'"},
		{params(nil).boolean("name", true), "invalid argument: invalid type 'boolean' for parameter 'name', expected 'string'"},
		{params(nil).ullong("", 1), "argument unsupported: parameter '' not supported"},
		{[]remoteproto.TypedParam{{Field: "weight", Value: remoteproto.TypedParamValue{Type: 99}}}, "invalid argument: invalid type 'unknown' for parameter 'weight', expected 'uint'"},
	} {
		if err := checkParams(c.list, rules...); fmt.Sprint(err) != c.err && (err != nil || c.err != "") {
			t.Errorf("%v: %v, want %s", c.list, err, c.err)
		}
	}
	for n, ok := range map[int]bool{79: true, 80: false} {
		if err := checkParamNames(params(nil).int(strings.Repeat("n", n), 1)); (err == nil) != ok {
			t.Errorf("a name of %d bytes: %v", n, err)
		}
	}
	p := params(nil).int("a", 1).llong("b", 2)
	if list, n := p.cut(0); len(list) != 0 || n != 2 {
		t.Error("0 does not ask for the number", list, n)
	}
	if list, n := p.cut(1); len(list) != 1 || n != 0 {
		t.Error("1 gives not one", list, n)
	}
	if list, _ := p.cut(5); len(list) != 2 {
		t.Error("5 gives not all", list)
	}
}

func TestJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJob()
		done, err := j.begin(t.Context(), "virDomainSuspend")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		start := time.Now()
		_, err = j.begin(t.Context(), "virDomainResume")
		var e *vir.Error
		if !errors.As(err, &e) || e.Code != vir.ErrOperationTimeout || !strings.Contains(e.Message, "virDomainSuspend for 35s") {
			t.Errorf("the job of another: %v", err)
		}
		if waited := time.Since(start); waited != jobWait {
			t.Errorf("gave up after %s", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := j.begin(ctx, "virDomainReset"); !errors.Is(err, &vir.Error{Code: vir.ErrOperationAborted}) {
			t.Errorf("a caller that goes: %v", err)
		}
		go func() {
			time.Sleep(time.Second)
			done()
		}()
		done2, err := j.begin(t.Context(), "virDomainResume")
		if err != nil {
			t.Fatal(err)
		}
		done2()
	})
}

// TestJobOrder lets many change the same thing under the job.
func TestJobOrder(t *testing.T) {
	j, n := newJob(), 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				done, err := j.begin(t.Context(), "virDomainReset")
				if err != nil {
					t.Error(err)
					return
				}
				n++
				done()
			}
		})
	}
	wg.Wait()
	if n != 800 {
		t.Errorf("%d of 800 changes", n)
	}
}

func TestStore(t *testing.T) {
	type thing struct{ name string }
	s := newStore[thing]()
	all := map[string]*thing{}
	uuid := func(i int) (u domxml.UUID) { u[0] = byte(i); return u }
	for i := range 5 {
		x := &thing{fmt.Sprint("x", i)}
		all[x.name] = x
		s.mu.Lock()
		s.insert(x, x.name, uuid(i))
		s.mu.Unlock()
	}
	before := s.all()
	s.mu.Lock()
	s.remove(all["x2"], "x2", uuid(2))
	s.rename(all["x3"], "x3", "y3")
	s.mu.Unlock()
	if len(before) != 5 || before[2] != all["x2"] {
		t.Error("a snapshot changed")
	}
	if s.len() != 4 || len(s.all()) != 4 || s.all()[2] != all["x3"] {
		t.Error("the order is lost", s.all())
	}
	if s.uuid(uuid(2)) != nil || s.name("x2") != nil || s.name("x3") != nil || s.name("y3") != all["x3"] || s.uuid(uuid(3)) != all["x3"] {
		t.Error("the indexes disagree")
	}
}
