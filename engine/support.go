package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
)

// Support is what becomes of one procedure on hosts of one kind.
type Support struct {
	Proc *proc.Info
	// Bound says that a handler of ours serves it.
	Bound bool
	// Needs are the abilities in package drivers that the backend, or its
	// guests, must have; empty for none.
	Needs []string
	// Works says that calls are served.
	Works bool
	// Reference says that the reference's driver has it.
	Reference bool
}

// Support lists every call of the engine's programs, in the order of the
// table, for a personality over a backend.
func (e *Engine) Support(p drivers.Personality, backend drivers.Backend) []Support {
	rules := e.rulesOf(p, backend)
	var out []Support
	e.table.All(func(h *proc.Handler) {
		b, r := e.bindings[h.Info], rules.of(h.Info)
		ref, _ := p.Rule(ruleName(h.Info))
		s := Support{Proc: h.Info, Bound: b != nil, Reference: ref.Supported}
		if b != nil {
			s.Reference = s.Reference || b.always
			s.Works = r.supported && !r.missing
			if b.needs != nil {
				s.Needs = append(s.Needs, b.needs.Name())
			}
			if b.guestNeeds != nil {
				s.Needs = append(s.Needs, b.guestNeeds.Name())
			}
		}
		out = append(out, s)
	})
	return out
}
