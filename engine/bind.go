package engine

import (
	"context"
	"reflect"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// call is what a handler works with: the call in progress, whose connection,
// which host.
type call struct {
	context.Context
	*proc.Call
	conn *Conn
	host *Host
	// refName is the name that the caller gave for the domain of the call;
	// the reference puts it into error texts unchecked.
	refName string
}

// Value tells drivers who calls them.
func (c *call) Value(key any) any {
	if key == drivers.CallerKey {
		return c.Info.API
	}
	return c.Context.Value(key)
}

// binder binds procedures to the engine's table.
type binder struct {
	engine *Engine
}

// binding is what the engine knows of a bound procedure besides its handler.
type binding struct {
	handler *proc.Handler
	// flags are the bits that our handler understands; the reference's are
	// understood anyway.
	flags uint32
	// function is the C function that complains of flags where the reference's
	// driver lacks the procedure; empty is the personality's.
	function string
	// needs is the ability that the backend must have, guestNeeds that of its
	// guests; nil for none.
	needs, guestNeeds reflect.Type
	// orNeeds and orGuestNeeds are other abilities that do as well.
	orNeeds, orGuestNeeds reflect.Type
	// always: part of every personality whatever the reference's table says.
	always bool
}

// setup lets the lines that bind a procedure say more about it.
type setup[A any] struct {
	*binding
	checks *checks[A]
}

// checks are the places where arguments are judged before an object is looked
// up: by the daemon, whoever calls; by libvirt's public function; by the
// driver, which has looked at the flags then.
type checks[A any] struct {
	wire, api func(*A) error
	driver    func(*call, *A) error
	// flagsLater leaves the flags to the handler (Host.checkFlags).
	flagsLater bool
}

// quick says that the handler never waits.
func (s setup[A]) quick() setup[A] {
	s.handler.Quick = true
	return s
}

// knows adds flags that our handler understands beyond the reference's.
func (s setup[A]) knows(flags uint32) setup[A] {
	s.flags |= flags
	return s
}

// as names the C function that complains of flags in a procedure that the
// reference's driver lacks and another driver of its has.
func (s setup[A]) as(function string) setup[A] {
	s.function = function
	return s
}

// everywhere says that every personality has the procedure.
func (s setup[A]) everywhere() setup[A] {
	s.always = true
	return s
}

// wire sets the daemon's own check, which comes before the read-only rule:
// bounds that protect the protocol.
func (s setup[A]) wire(f func(*A) error) setup[A] {
	s.checks.wire = f
	return s
}

// args sets the check that libvirt's public function makes: after the
// read-only rule and before the capability.
func (s setup[A]) args(f func(*A) error) setup[A] {
	s.checks.api = f
	return s
}

// driver sets the check that the reference's driver makes behind that of the
// flags and before it looks for an object.
func (s setup[A]) driver(f func(*call, *A) error) setup[A] {
	s.checks.driver = f
	return s
}

// needing names the ability that the backend must have.
func needing[C, A any](s setup[A]) setup[A] {
	s.needs = reflect.TypeFor[C]()
	return s
}

// orNeeding names another ability that does as well as that of needing.
func orNeeding[C, A any](s setup[A]) setup[A] {
	s.orNeeds = reflect.TypeFor[C]()
	return s
}

// orNeedsGuest names another ability that does as well as that of needsGuest.
func orNeedsGuest[C, A any](s setup[A]) setup[A] {
	s.orGuestNeeds = reflect.TypeFor[C]()
	return s
}

// needsGuest names the ability that the guests of the backend must have.
func needsGuest[C, A any](s setup[A]) setup[A] {
	s.guestNeeds = reflect.TypeFor[C]()
	return s
}

// flagsLater says that the reference looks at the flags behind the object, so
// that the handler has to.
func (s setup[A]) flagsLater() setup[A] {
	s.checks.flagsLater = true
	return s
}

// checkFlags refuses bits that the procedure does not take.
func (h *Host) checkFlags(info *proc.Info, flags uint32) error {
	r := h.rules.of(info)
	if bad := flags &^ r.flags; r.function != "" && bad != 0 {
		return vir.UnsupportedFlags(r.domain(h.personality), r.function, bad)
	}
	return nil
}

// onSession binds a procedure that works before connect_open.
func onSession[A, R any](b *binder, p *proc.Proc[A, R], fn func(context.Context, *proc.Call, *A) (*R, error)) setup[A] {
	h := proc.Bind(b.engine.table, p, nil, fn)
	bg := &binding{handler: h}
	b.engine.bindings[p.Info] = bg
	return setup[A]{binding: bg, checks: &checks[A]{}}
}

// flagged is every argument struct with a field called flags.
type flagged interface{ FlagBits() uint32 }

// onConn binds a procedure of the connection or its host. The order in which
// a call is refused is the reference's: not open, the daemon's bounds,
// read-only, the public function's checks, no support, flags, the driver's.
func onConn[A, R any](b *binder, p *proc.Proc[A, R], fn func(*call, *A) (*R, error)) setup[A] {
	ck := &checks[A]{}
	_, hasFlags := any(new(A)).(flagged)
	s := onSession(b, p, func(ctx context.Context, pc *proc.Call, a *A) (*R, error) {
		c := connOf(pc.Session)
		if c == nil {
			return nil, errNotOpen(p.Info)
		}
		if ck.wire != nil {
			if err := ck.wire(a); err != nil {
				return nil, err
			}
		}
		if c.readOnly && denied(p.Info, a) {
			return nil, errReadOnly(p.Info)
		}
		if ck.api != nil {
			if err := ck.api(a); err != nil {
				return nil, err
			}
		}
		r := c.host.rules.of(p.Info)
		if !r.supported {
			return nil, errNoSupport(p.Info)
		}
		if r.missing {
			return nil, errNotYet(p.Info)
		}
		if hasFlags && !ck.flagsLater {
			if err := c.host.checkFlags(p.Info, any(a).(flagged).FlagBits()); err != nil {
				return nil, err
			}
		}
		if !c.host.immediate {
			pc.MayWait()
		}
		cl := &call{Context: ctx, Call: pc, conn: c, host: c.host}
		if ck.driver != nil {
			if err := ck.driver(cl, a); err != nil {
				return nil, err
			}
		}
		return fn(cl, a)
	})
	s.checks = ck
	return s
}

// denied applies the read-only rule of a procedure.
func denied(info *proc.Info, args any) bool {
	switch info.ReadOnly {
	case proc.ReadOnlyDeny:
		return true
	case proc.ReadOnlyDenyIf:
		return info.DenyIf(args)
	}
	return false
}

// aboutDomain is every argument struct that begins with a domain.
type aboutDomain[A any] interface {
	*A
	DomainRef() *remoteproto.Domain
}

// onDomain binds a procedure about one domain, which is looked up after the
// prologue of onConn.
func onDomain[A, R any, P aboutDomain[A]](b *binder, p *proc.Proc[A, R], fn func(*call, *Domain, *A) (*R, error)) setup[A] {
	return onConn(b, p, func(c *call, a *A) (*R, error) {
		ref := P(a).DomainRef()
		d, err := c.host.domain(ref)
		if err != nil {
			return nil, err
		}
		c.refName = ref.Name
		return fn(c, d, a)
	})
}

// mayKnow looks a domain up where the reference does so first; its test driver
// answers some questions about domains that are not there.
func (h *Host) mayKnow(ref *remoteproto.Domain) error {
	if !h.hasDriver(vir.FromDomain) {
		return nil
	}
	_, err := h.domain(ref)
	return err
}

// onCounted binds a query of a list that can also be asked for its length,
// which is the same for every domain: count answers that before a domain is
// looked up, and is nil for other questions.
func onCounted[A, R any, P aboutDomain[A]](b *binder, p *proc.Proc[A, R], count func(*A) *R, fn func(*call, *Domain, *A) (*R, error)) setup[A] {
	return onConn(b, p, func(c *call, a *A) (*R, error) {
		ref := P(a).DomainRef()
		if err := c.host.mayKnow(ref); err != nil {
			return nil, err
		}
		if r := count(a); r != nil {
			return r, nil
		}
		d, err := c.host.domain(ref)
		if err != nil {
			return nil, err
		}
		c.refName = ref.Name
		return fn(c, d, a)
	})
}

// change binds a procedure that changes one domain: the handler runs with the
// domain's job.
func change[A, R any, P aboutDomain[A]](b *binder, p *proc.Proc[A, R], fn func(*call, *Domain, *A) (*R, error)) setup[A] {
	return onDomain[A, R, P](b, p, func(c *call, d *Domain, a *A) (*R, error) {
		done, err := d.job.begin(c, p.API)
		if err != nil {
			return nil, err
		}
		defer done()
		// What has begun comes to its end, whether its caller waits or not: a
		// guest between two states would be nobody's.
		c.Context = context.WithoutCancel(c.Context)
		return fn(c, d, a)
	})
}
