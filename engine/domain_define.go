package engine

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainDefine(b *binder) {
	onConn(b, remoteproto.DomainDefineXML, func(c *call, a *remoteproto.DomainDefineXMLArgs) (*remoteproto.DomainDefineXMLRet, error) {
		dom, err := c.host.defineXML(c, a.XML, 0)
		if err != nil {
			return nil, err
		}
		return &remoteproto.DomainDefineXMLRet{Dom: dom}, nil
	})
	onConn(b, remoteproto.DomainDefineXMLFlags, func(c *call, a *remoteproto.DomainDefineXMLFlagsArgs) (*remoteproto.DomainDefineXMLFlagsRet, error) {
		dom, err := c.host.defineXML(c, a.XML, a.Flags)
		if err != nil {
			return nil, err
		}
		return &remoteproto.DomainDefineXMLFlagsRet{Dom: dom}, nil
	})
	change(b, remoteproto.DomainUndefine, func(c *call, d *Domain, _ *remoteproto.DomainUndefineArgs) (*proc.Void, error) {
		return nil, d.undefine(c, 0)
	})
	change(b, remoteproto.DomainUndefineFlags, func(c *call, d *Domain, a *remoteproto.DomainUndefineFlagsArgs) (*proc.Void, error) {
		return nil, d.undefine(c, a.Flags)
	})
}

// parse reads a document, adds what libvirt and the personality add, and
// judges the whole.
func (h *Host) parse(doc []byte, validate bool) (*domxml.Domain, error) {
	if validate {
		if err := domxml.ValidateDomainSchema(doc); err != nil {
			return nil, err
		}
	}
	tree, err := domxml.ParseDomain(doc)
	if err != nil {
		return nil, err
	}
	return tree, h.complete(tree)
}

// complete is the second half of parse.
func (h *Host) complete(tree *domxml.Domain) error {
	tree.Generate(h.random)
	var steps domxml.Steps
	if s, ok := h.personality.(drivers.DomainStepper); ok {
		steps = s.DomainSteps()
	}
	if err := tree.CompleteWith(steps); err != nil {
		return err
	}
	if err := h.personality.CompleteDomain(tree); err != nil {
		return err
	}
	return tree.Validate()
}

// defineXML adds or replaces a definition. An active domain goes on with the
// one it was started with.
func (h *Host) defineXML(c *call, doc string, flags uint32) (remoteproto.Domain, error) {
	tree, err := h.parse([]byte(doc), flags&uint32(vir.DomainDefineValidate) != 0)
	if err != nil {
		return remoteproto.Domain{}, err
	}
	def, err := define(tree)
	if err != nil {
		return remoteproto.Domain{}, err
	}
	t, err := h.turn(c, c.Info.API, drivers.KindDomain, tree.Name)
	if err != nil {
		return remoteproto.Domain{}, err
	}
	defer t.end()
	if t != nil {
		if err := h.keepDefinition(c, t, tree, def); err != nil {
			return remoteproto.Domain{}, err
		}
	}
	// Finding the domain and giving it the definition are one step, so that
	// what is acknowledged here is not given to one that goes in between.
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	d, _, err := h.claimLocked(tree, false)
	if err != nil {
		return remoteproto.Domain{}, err
	}
	var ref remoteproto.Domain
	d.update(c.Call, func(r *record) []*event {
		detail := vir.DomainEventDefinedUpdated
		if !r.defined {
			detail = vir.DomainEventDefinedAdded
		}
		r.config, r.defined = def, true
		ref = d.ref(r)
		return []*event{d.lifecycleEvent(r, int32(vir.DomainEventDefined), int32(detail))}
	})
	return ref, nil
}

// keepDefinition keeps what the domain of a document will be, if it may have
// that document.
func (h *Host) keepDefinition(c *call, t *turn, tree *domxml.Domain, def *definition) error {
	h.domains.mu.RLock()
	d, err := h.claimed(tree, false)
	h.domains.mu.RUnlock()
	if err != nil {
		return err
	}
	after := record{name: tree.Name, id: -1}
	if d != nil {
		after = *d.load()
	}
	after.config, after.gone = def, false
	return t.keep(c, tree.Name, after.lasting())
}

// undefine takes the definition away: an inactive domain goes for good, an
// active one becomes transient.
func (d *Domain) undefine(c *call, flags uint32) error {
	h := d.host
	t, err := d.turn(c)
	if err != nil {
		return err
	}
	defer t.end()
	if err := d.mayUndefine(flags); err != nil {
		return err
	}
	after := *d.load()
	forget := func() error { return nil }
	if b, ok := h.backend.(drivers.DomainForgetter); ok && after.config != nil {
		if forget, err = b.MayForget(after.config.tree(), vir.DomainUndefineFlags(flags)); err != nil {
			return err
		}
	}
	after.config, after.gone = nil, !after.active()
	after.autostart, after.once = after.autostart && h.keeper == nil, false
	if err := t.keep(c, after.name, after.lasting()); err != nil {
		return err
	}
	if err := d.undefineKept(c, flags, after.autostart); err != nil {
		return err
	}
	return forget()
}

// undefineKept takes a definition away that is no longer kept.
func (d *Domain) undefineKept(c *call, flags uint32, autostart bool) error {
	h := d.host
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	if err := d.mayUndefine(flags); err != nil {
		return err // its guest has ended in between
	}
	r := d.load()
	inactive := !r.active()
	if inactive {
		h.removeLocked(d, r)
	}
	d.update(c.Call, func(r *record) []*event {
		r.config = nil
		r.managedSave = false
		// The test driver of the reference remembers the mark for the next
		// definition of a running guest; what is kept goes with the definition.
		r.autostart, r.once = autostart, false
		r.gone = inactive
		return []*event{d.lifecycleEvent(r, int32(vir.DomainEventUndefined), int32(vir.DomainEventUndefinedRemoved))}
	})
	return nil
}

// mayUndefine says whether a domain may lose its definition.
func (d *Domain) mayUndefine(flags uint32) error {
	h, r := d.host, d.load()
	if r.gone {
		return h.errNoDomain()
	}
	// The reference's test driver takes what there is not away.
	if h.keeper != nil && !r.persistent() {
		return h.errorf(vir.ErrOperationInvalid, "cannot undefine transient domain")
	}
	if r.managedSave && flags&uint32(vir.DomainUndefineManagedSave) == 0 {
		return h.errorf(vir.ErrOperationInvalid, "Refusing to undefine while domain managed save image exists")
	}
	if n := r.snapshots.len(); !r.active() && n > 0 && flags&uint32(vir.DomainUndefineSnapshotsMetadata) == 0 {
		return h.errorf(vir.ErrOperationInvalid, "cannot delete inactive domain with %d snapshots", n)
	}
	return nil
}

// seed puts a domain of the host's first content into the store, without
// events: nobody is there to hear them.
func (h *Host) seed(ctx context.Context, s drivers.DomainSeed) error {
	if err := h.complete(s.Domain); err != nil {
		return err
	}
	def, err := define(s.Domain)
	if err != nil {
		return err
	}
	d, _, err := h.claim(s.Domain, false)
	if err != nil {
		return err
	}
	if r := d.load(); r.active() {
		// The last of several descriptions of one domain counts.
		if err := r.guest.Destroy(ctx, false); err != nil {
			return err
		}
		d.halt(nil, r.id, def, false)
	}
	if s.State != vir.DomainShutoff {
		if err := d.launch(ctx, nil, verbStart, def, nil, ""); err != nil {
			return err
		}
	}
	snapshots, err := h.seedSnapshots(s.Snapshots)
	if err != nil {
		return err
	}
	d.update(nil, func(r *record) []*event {
		r.snapshots = snapshots
		if !s.Transient {
			r.config, r.defined = def, true
		}
		r.state, r.reason = s.State, 0
		r.managedSave = s.ManagedSave
		if s.IOThreads {
			r.tuned.iothreads = allIOThreads(s.Domain)
		}
		return nil
	})
	return nil
}
