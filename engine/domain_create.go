package engine

import (
	"context"
	"os"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainCreate(b *binder) {
	change(b, remoteproto.DomainCreate, func(c *call, d *Domain, _ *remoteproto.DomainCreateArgs) (*proc.Void, error) {
		return nil, d.start(c, 0)
	})
	change(b, remoteproto.DomainCreateWithFlags, func(c *call, d *Domain, a *remoteproto.DomainCreateWithFlagsArgs) (*remoteproto.DomainCreateWithFlagsRet, error) {
		if err := d.start(c, a.Flags); err != nil {
			return nil, err
		}
		d.mayAutodestroy(c, a.Flags)
		return &remoteproto.DomainCreateWithFlagsRet{Dom: c.named(d)}, nil
	})
	change(b, remoteproto.DomainCreateWithFiles, func(c *call, d *Domain, a *remoteproto.DomainCreateWithFilesArgs) (*remoteproto.DomainCreateWithFilesRet, error) {
		closeFiles(c.TakeFDs())
		if err := d.start(c, a.Flags); err != nil {
			return nil, err
		}
		d.mayAutodestroy(c, a.Flags)
		return &remoteproto.DomainCreateWithFilesRet{Dom: c.named(d)}, nil
	})
	onConn(b, remoteproto.DomainCreateXML, func(c *call, a *remoteproto.DomainCreateXMLArgs) (*remoteproto.DomainCreateXMLRet, error) {
		d, err := c.host.createXML(c, a.XMLDesc, a.Flags)
		if err != nil {
			return nil, err
		}
		d.mayAutodestroy(c, a.Flags)
		return &remoteproto.DomainCreateXMLRet{Dom: d.ref(d.load())}, nil
	})
	onConn(b, remoteproto.DomainCreateXMLWithFiles, func(c *call, a *remoteproto.DomainCreateXMLWithFilesArgs) (*remoteproto.DomainCreateXMLWithFilesRet, error) {
		closeFiles(c.TakeFDs())
		d, err := c.host.createXML(c, a.XMLDesc, a.Flags)
		if err != nil {
			return nil, err
		}
		d.mayAutodestroy(c, a.Flags)
		return &remoteproto.DomainCreateXMLWithFilesRet{Dom: d.ref(d.load())}, nil
	})
}

// named is the domain under the name that the caller used for it, which the
// reference gives back unchecked.
func (c *call) named(d *Domain) remoteproto.Domain {
	ref := d.ref(d.load())
	ref.Name = c.refName
	return ref
}

// closeFiles ends descriptors that a backend has no use for: a container
// would hand them to its first process, a simulated guest has none.
func closeFiles(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// start brings an inactive domain to life; its job is held.
func (d *Domain) start(c *call, flags uint32) error {
	r := d.load()
	if r.gone {
		return d.host.errNoDomain()
	}
	if _, ok := edgeOf(r.state, verbStart); !ok {
		return d.host.stateError(verbStart, c.refName, r.active())
	}
	v := verbStart
	if flags&uint32(vir.DomainStartPaused) != 0 {
		v = verbStartPaused
	}
	return d.launch(c, c.Call, v, r.next(), nil, "")
}

// launch starts the guest of a domain from a definition; tree is its document
// if the caller has it, which then goes to the guest.
func (d *Domain) launch(ctx context.Context, origin *proc.Call, v verb, def *definition, tree *domxml.Domain, saved string) error {
	h := d.host
	e, _ := edgeOf(vir.DomainShutoff, v)
	id := h.lastID.Add(1)
	var early earlyFacts
	take := func(f drivers.Fact) { d.fact(id, f) }
	if tree == nil {
		tree = def.tree()
	}
	if err := h.checkNetworksOf(tree); err != nil {
		return err
	}
	guest, err := h.backend.Start(ctx, tree, drivers.StartOptions{ID: id, Paused: v == verbStartPaused, Saved: saved},
		func(f drivers.Fact) {
			if !early.hold(f) {
				take(f)
			}
		})
	if err != nil {
		return err
	}
	live, err := liveDefinition(guest, def)
	if err != nil {
		_ = guest.Destroy(context.WithoutCancel(ctx), false) // the first error is the one to tell
		return err
	}
	h.domains.mu.Lock()
	if d.load().gone { // while its guest was being started
		h.domains.mu.Unlock()
		_ = guest.Destroy(ctx, false)
		return h.errNoDomain()
	}
	h.domains.byID[id] = d
	d.update(origin, func(r *record) []*event {
		r.id, r.live, r.guest, r.orphan = id, live, guest, nil
		r.state, r.reason = e.to, e.reason
		r.managedSave = false
		var events []*event
		for _, f := range early.agents() {
			events = append(events, d.factEvents(r, f)...)
		}
		return append(events, d.edgeEvents(r, e)...)
	})
	h.domains.mu.Unlock()
	d.keepStatus()
	early.release(take)
	return nil
}

// createXML defines nothing: the domain lives as long as its guest, unless
// there is a definition of it already.
func (h *Host) createXML(c *call, doc string, flags uint32) (*Domain, error) {
	tree, err := h.parse([]byte(doc), flags&uint32(vir.DomainStartValidate) != 0)
	if err != nil {
		return nil, err
	}
	v := verbStart
	if flags&uint32(vir.DomainStartPaused) != 0 {
		v = verbStartPaused
	}
	return h.bringUp(c, tree, v, "")
}

// bringUp starts a guest from a document, as the guest of the domain that it
// names if there is one; saved is the image to continue from.
func (h *Host) bringUp(c *call, tree *domxml.Domain, v verb, saved string) (*Domain, error) {
	def, err := define(tree)
	if err != nil {
		return nil, err
	}
	for {
		d, fresh, err := h.claim(tree, true)
		if err != nil {
			return nil, err
		}
		gone, err := d.bringUp(c, v, def, tree, saved)
		if err != nil && fresh {
			h.forget(d)
		}
		if !gone {
			return d, err
		}
	}
}

// bringUp starts a guest when it is the domain's turn. It reports whether the
// domain has gone while it waited.
func (d *Domain) bringUp(c *call, v verb, def *definition, tree *domxml.Domain, saved string) (gone bool, err error) {
	done, err := d.job.begin(c, c.Info.API)
	if err != nil {
		return false, err
	}
	defer done()
	switch r := d.load(); {
	case r.gone:
		return true, nil
	case r.active():
		return false, errAlreadyActive(r.name)
	}
	return false, d.launch(c, c.Call, v, def, tree, saved)
}

func errAlreadyActive(name string) error {
	return vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "domain '%s' is already active", name)
}

// claim finds the domain that a document is about, or makes one that has
// neither definition nor guest yet. mustBeInactive refuses an active one.
func (h *Host) claim(tree *domxml.Domain, mustBeInactive bool) (d *Domain, fresh bool, err error) {
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	return h.claimLocked(tree, mustBeInactive)
}

// claimed finds the domain that a document is about, or nil if it would be a
// new one; domains.mu is held.
func (h *Host) claimed(tree *domxml.Domain, mustBeInactive bool) (*Domain, error) {
	if d := h.domains.byUUID[tree.UUID]; d != nil {
		r := d.load()
		if r.name != tree.Name {
			return nil, vir.Errorf(vir.FromDomain, vir.ErrOperationFailed, "domain '%s' is already defined with uuid %s", r.name, d.uuid)
		}
		if mustBeInactive && r.active() {
			return nil, errAlreadyActive(r.name)
		}
		return d, nil
	}
	if d := h.domains.byName[tree.Name]; d != nil {
		return nil, vir.Errorf(vir.FromDomain, vir.ErrOperationFailed, "domain '%s' already exists with uuid %s", tree.Name, d.uuid)
	}
	return nil, nil
}

// claimLocked is claim for who holds domains.mu.
func (h *Host) claimLocked(tree *domxml.Domain, mustBeInactive bool) (d *Domain, fresh bool, err error) {
	if d, err = h.claimed(tree, mustBeInactive); d != nil || err != nil {
		return d, false, err
	}
	d = &Domain{object: object[record]{host: h, uuid: tree.UUID}, job: newJob()}
	name := strings.Clone(tree.Name) // a part of the document, which it would keep alive
	d.rec.Store(&record{name: name, id: -1, state: vir.DomainShutoff})
	h.domains.insert(d, name, tree.UUID)
	return d, true, nil
}

// forget takes a domain out of the store that has come to nothing, unless
// somebody has defined it in the meantime.
func (h *Host) forget(d *Domain) {
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	r := d.load()
	if r.gone || r.exists() {
		return
	}
	h.removeLocked(d, r)
	d.update(nil, func(r *record) []*event {
		r.gone = true
		return nil
	})
}
