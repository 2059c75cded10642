package engine

import (
	"errors"
	"fmt"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Invariants reports what must never be true of any host, for tests and for
// debugging: objects that share a name, an identifier or an id, and domains in
// a state that their guest contradicts. It looks at a living engine: the
// indexes are read under their locks and the records as they are.
func (e *Engine) Invariants() error {
	e.mu.Lock()
	hosts := make([]*Host, 0, len(e.hosts))
	for _, h := range e.hosts {
		hosts = append(hosts, h)
	}
	e.mu.Unlock()
	var errs []error
	for _, h := range hosts {
		errs = append(errs, h.invariants(), h.networks.invariants("networks"), h.pools.invariants("pools"))
	}
	return errors.Join(errs...)
}

func (h *Host) invariants() error {
	s := h.domains
	errs := []error{s.invariants("domains")}
	s.mu.RLock()
	defer s.mu.RUnlock()
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	names, uuids := map[string]bool{}, map[domxml.UUID]bool{}
	for _, d := range s.order {
		r := d.load()
		if names[r.name] || uuids[d.uuid] {
			bad("domain %s (%s) is there twice", r.name, d.uuid)
		}
		names[r.name], uuids[d.uuid] = true, true
		for _, text := range r.inconsistencies() {
			bad("domain %s: %s", r.name, text)
		}
	}
	for id, d := range s.byID {
		if s.byUUID[d.uuid] != d {
			bad("id %d belongs to a domain that has gone", id)
		}
	}
	return errors.Join(errs...)
}

// invariants compares the indexes of a store: every object is in each once.
func (s *store[T]) invariants(noun string) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.byUUID) != len(s.order) || len(s.byName) != len(s.order) {
		return fmt.Errorf("%d %s, but %d identifiers and %d names", len(s.order), noun, len(s.byUUID), len(s.byName))
	}
	return nil
}

// inconsistencies are contradictions within one record.
func (r *record) inconsistencies() []string {
	var bad []string
	running := r.state != vir.DomainShutoff && r.state != vir.DomainNostate
	switch {
	case r.active() && r.live == nil:
		bad = append(bad, "active without a definition")
	case r.active() && r.guest == nil:
		bad = append(bad, "active without a guest")
	case !r.active() && (r.guest != nil || r.live != nil):
		bad = append(bad, "inactive with a guest")
	case r.gone:
		bad = append(bad, "gone but in the index")
	}
	bad = append(bad, r.snapshots.inconsistencies()...)
	bad = append(bad, r.checkpoints.inconsistencies()...)
	if !r.active() && running && r.state != vir.DomainCrashed {
		bad = append(bad, fmt.Sprintf("inactive in state %d", r.state))
	}
	return bad
}
