package engine

import (
	"reflect"
	"strings"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// ruleset says, for one personality over one kind of backend, what becomes of
// each procedure before its handler runs.
type ruleset map[*proc.Info]rule

type rule struct {
	// supported is false where the answer is VIR_ERR_NO_SUPPORT.
	supported bool
	// missing says that it should be supported and our backend cannot do it.
	missing bool
	// function and flags are the flag check: the C function that complains
	// and the bits it knows. Without function nothing is checked.
	function string
	flags    uint32
	// origin is the error domain of function; nil is the personality's.
	origin *vir.ErrorDomain
}

// domain is the error domain in which the flag check complains.
func (r *rule) domain(p drivers.Personality) vir.ErrorDomain {
	if r.origin != nil {
		return *r.origin
	}
	return p.ErrorDomain()
}

// rulesOf makes the rules of a personality and a backend.
//
// Strict: what the reference's release supports, with its flags. Otherwise:
// that, and whatever we have bound and the backend is able to do, with our
// flags on top.
func (e *Engine) rulesOf(p drivers.Personality, backend drivers.Backend) *ruleset {
	rs := ruleset{}
	e.table.All(func(h *proc.Handler) {
		b := e.bindings[h.Info]
		ref, known := p.Rule(ruleName(h.Info))
		r := rule{supported: ref.Supported, function: ref.Function, flags: ref.Flags, origin: ref.Domain}
		if ref.NoFlagCheck {
			r.function = ""
		} else if r.function == "" {
			r.function = p.Prefix() + strings.TrimPrefix(h.Info.API, "vir")
		}
		if b != nil && b.function != "" && !ref.Supported {
			domain := family(h.Info)
			r.function, r.origin = b.function, &domain
		}
		if b != nil && !e.cfg.Strict {
			r.flags |= b.flags
			r.supported = r.supported || b.capable(backend)
		}
		r.missing = b != nil && r.supported && !b.capable(backend)
		if b != nil && b.always {
			r.supported = true
		}
		if !known && b != nil && b.flags != 0 {
			r.flags = b.flags
		}
		rs[h.Info] = r
	})
	return &rs
}

// ruleName is how tables of rules call a procedure: those of the smaller
// programs with the program in front.
func ruleName(info *proc.Info) string {
	if info.Program == &remoteproto.Program {
		return info.Name
	}
	return info.Program.Name + "." + info.Name
}

// capable reports whether a backend, and the guests that it starts, have the
// abilities that a procedure needs.
func (b *binding) capable(backend drivers.Backend) bool {
	t := reflect.TypeOf(backend)
	if b.needs != nil && !t.Implements(b.needs) && (b.orNeeds == nil || !t.Implements(b.orNeeds)) {
		return false
	}
	g := backend.GuestType()
	return b.guestNeeds == nil || g.Implements(b.guestNeeds) || b.orGuestNeeds != nil && g.Implements(b.orGuestNeeds)
}

func (rs *ruleset) of(info *proc.Info) rule { return (*rs)[info] }
