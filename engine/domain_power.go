package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainPower(b *binder) {
	change(b, remoteproto.DomainSuspend, func(c *call, d *Domain, _ *remoteproto.DomainSuspendArgs) (*proc.Void, error) {
		return nil, d.suspend(c)
	})
	change(b, remoteproto.DomainResume, func(c *call, d *Domain, _ *remoteproto.DomainResumeArgs) (*proc.Void, error) {
		return nil, d.resume(c)
	})
	change(b, remoteproto.DomainShutdown, func(c *call, d *Domain, _ *remoteproto.DomainShutdownArgs) (*proc.Void, error) {
		return nil, d.shutdown(c, 0)
	})
	change(b, remoteproto.DomainShutdownFlags, func(c *call, d *Domain, a *remoteproto.DomainShutdownFlagsArgs) (*proc.Void, error) {
		return nil, d.shutdown(c, a.Flags)
	})
	change(b, remoteproto.DomainReboot, func(c *call, d *Domain, a *remoteproto.DomainRebootArgs) (*proc.Void, error) {
		return nil, d.reboot(c, a.Flags)
	})
	change(b, remoteproto.DomainReset, func(c *call, d *Domain, _ *remoteproto.DomainResetArgs) (*proc.Void, error) {
		return nil, d.reset(c)
	})
	onDomain(b, remoteproto.DomainDestroy, func(c *call, d *Domain, _ *remoteproto.DomainDestroyArgs) (*proc.Void, error) {
		return nil, d.destroy(c, 0)
	})
	onDomain(b, remoteproto.DomainDestroyFlags, func(c *call, d *Domain, a *remoteproto.DomainDestroyFlagsArgs) (*proc.Void, error) {
		return nil, d.destroy(c, a.Flags)
	})
}

// stateError is the refusal of a verb in the domain's present state.
func (h *Host) stateError(v verb, name string, active bool) error {
	if err := h.personality.StateError(v.String(), name, active); err != nil {
		return err
	}
	return errNotActive()
}

// guestOf is the running guest with an ability; lacking it is VIR_ERR_NO_SUPPORT.
func guestOf[C any](c *call, r *record) (C, error) {
	g, ok := r.guest.(C)
	if ok {
		return g, nil
	}
	switch r.guest.(type) {
	case nil:
		return g, errNotActive()
	case *unattached:
		return g, errNotAttached()
	}
	return g, errNoSupport(c.Info)
}

// allowed checks that a verb may be done now and gives its edge.
func (d *Domain) allowed(c *call, v verb) (*record, edge, error) {
	r := d.load()
	if r.gone {
		return nil, edge{}, d.host.errNoDomain()
	}
	e, ok := edgeOf(r.state, v)
	if !ok {
		return nil, edge{}, d.host.stateError(v, c.refName, r.active())
	}
	return r, e, nil
}

// walk puts the domain at the end of an edge and tells.
func (d *Domain) walk(origin *proc.Call, e edge) {
	d.update(origin, func(r *record) []*event {
		r.state = e.to
		if e.reason >= 0 {
			r.reason = e.reason
		}
		return d.edgeEvents(r, e)
	})
	d.keepStatus()
}

func (d *Domain) suspend(c *call) error {
	if p, ok := d.host.personality.(drivers.Repeater); ok && d.load().state == vir.DomainPaused && p.Repeats(verbSuspend.String()) {
		return nil
	}
	r, e, err := d.allowed(c, verbSuspend)
	if err != nil {
		return err
	}
	g, err := guestOf[drivers.Pauser](c, r)
	if err != nil {
		return err
	}
	if err := g.Pause(c); err != nil {
		return err
	}
	d.walk(c.Call, e)
	return nil
}

func (d *Domain) resume(c *call) error {
	r, e, err := d.allowed(c, verbResume)
	if err != nil {
		return err
	}
	g, err := guestOf[drivers.Pauser](c, r)
	if err != nil {
		return err
	}
	if err := g.Resume(c); err != nil {
		return err
	}
	d.walk(c.Call, e)
	return nil
}

func (d *Domain) shutdown(c *call, flags uint32) error {
	r, _, err := d.allowed(c, verbShutdown)
	if err != nil {
		return err
	}
	g, err := guestOf[drivers.Shutdowner](c, r)
	if err != nil {
		return err
	}
	return d.causing(c, func() error { return g.Shutdown(c, vir.DomainShutdownFlags(flags)) })
}

func (d *Domain) reboot(c *call, flags uint32) error {
	r, _, err := d.allowed(c, verbReboot)
	if err != nil {
		return err
	}
	g, err := guestOf[drivers.Rebooter](c, r)
	if err != nil {
		return err
	}
	return d.causing(c, func() error { return g.Reboot(c, vir.DomainRebootFlags(flags)) })
}

func (d *Domain) reset(c *call) error {
	r, _, err := d.allowed(c, verbReset)
	if err != nil {
		return err
	}
	g, err := guestOf[drivers.Resetter](c, r)
	if err != nil {
		return err
	}
	return g.Reset(c)
}

// destroy takes no turn behind other calls: it must work when one of them
// hangs on the guest. Two at a time are harmless; the second finds nothing.
func (d *Domain) destroy(c *call, flags uint32) error {
	r, e, err := d.allowed(c, verbDestroy)
	if err != nil {
		return err
	}
	if err := r.guest.Destroy(c, flags&uint32(vir.DomainDestroyGraceful) != 0); err != nil {
		return err
	}
	if !d.stop(c.Call, r.id, e) {
		return errNotActive()
	}
	return nil
}

// causing runs a verb whose effect comes back as a fact: if the guest reports
// it before the verb returns, the event counts as the caller's.
func (d *Domain) causing(c *call, f func() error) error {
	d.mu.Lock()
	d.origin = c.Call
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.origin = nil
		d.mu.Unlock()
	}()
	return f()
}

// stop ends the life with the given id at an edge that leads to shut off. It
// reports false if that life has ended already. A domain without definition
// goes for good.
func (d *Domain) stop(origin *proc.Call, id int32, e edge) bool {
	h := d.host
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	r := d.load()
	if r.id != id {
		return false
	}
	delete(h.domains.byID, id)
	transient := !r.persistent()
	if transient && h.keeper != nil && (r.snapshots.len() > 0 || r.checkpoints.len() > 0) {
		go d.forgetMoments(r.lasting())
	}
	if transient {
		h.removeLocked(d, r)
	}
	d.update(origin, func(r *record) []*event {
		r.live, r.guest = nil, nil
		r.state, r.reason = e.to, e.reason
		// A domain that has always been transient is named with the id of its
		// last life, others without.
		if r.gone = transient; !transient || r.defined {
			r.id = -1
		}
		list := d.edgeEvents(r, e)
		r.id = -1
		return list
	})
	return true
}
