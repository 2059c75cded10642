package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// loader makes the objects that an earlier daemon has kept, ours or the
// reference's. What does not fit is left alone and told of: the others are
// there all the same.
type loader struct {
	h   *Host
	ctx context.Context
	// snapshots and checkpoints wait for their domains.
	snapshots   map[string][]drivers.Kept
	checkpoints map[string][]drivers.Kept
}

// loadKept fills an empty host with what its keeper has.
func (h *Host) loadKept(ctx context.Context) (*loader, error) {
	kept, err := h.keeper.Load(ctx, func(path string, err error) {
		h.engine.log.Error("what is kept cannot be read", "path", path, "error", err)
	})
	if err != nil {
		return nil, err
	}
	l := &loader{h: h, ctx: ctx, snapshots: map[string][]drivers.Kept{}, checkpoints: map[string][]drivers.Kept{}}
	for i := range kept {
		switch k := &kept[i]; k.Kind {
		case drivers.KindSnapshot:
			l.snapshots[k.Owner] = append(l.snapshots[k.Owner], *k)
		case drivers.KindCheckpoint:
			l.checkpoints[k.Owner] = append(l.checkpoints[k.Owner], *k)
		}
	}
	load := map[drivers.Kind]func(*drivers.Kept) error{
		drivers.KindSecret:           l.secret,
		drivers.KindNWFilter:         l.filter,
		drivers.KindNWFilterBinding:  l.binding,
		drivers.KindNetwork:          l.network,
		drivers.KindStoragePool:      l.pool,
		drivers.KindStoragePoolState: l.activePool,
		drivers.KindDomain:           l.domain,
	}
	for i := range kept {
		k := &kept[i]
		if f := load[k.Kind]; f != nil {
			if err := f(k); err != nil {
				l.report(k, err)
			}
		}
	}
	return l, nil
}

// moments are the snapshots and checkpoints of a domain, which was found under
// the given name.
func (l *loader) moments(d *Domain, name string) (*moments[snapshot], *moments[checkpoint]) {
	if l == nil {
		return nil, nil
	}
	return loadMoments(l, name, l.snapshots[name], d, l.snapshotOf), loadMoments(l, name, l.checkpoints[name], d, l.checkpointOf)
}

func (l *loader) report(k *drivers.Kept, err error) {
	l.h.engine.log.Error("what is kept cannot be used", "kind", k.Kind, "owner", k.Owner, "name", k.Name, "error", err)
}

// misnamed is the error of an object whose document names another one.
func misnamed(k *drivers.Kept, name string) error {
	if k.Name == name {
		return nil
	}
	return fmt.Errorf("the document is that of %q", name)
}

// again keeps what the document of an object has got when it was read, as an
// identifier.
func (l *loader) again(k *drivers.Kept, text []byte) error {
	return l.h.keeper.Keep(l.ctx, drivers.Kept{Kind: k.Kind, Name: k.Name, Document: text})
}

func (l *loader) secret(k *drivers.Kept) error {
	doc, err := domxml.ParseSecret(k.Document, domxml.Stored())
	if err != nil {
		return err
	}
	if err := misnamed(k, doc.UUID.String()); err != nil {
		return err
	}
	if !doc.UUIDSet {
		return fmt.Errorf("without an identifier")
	}
	text, err := domxml.FormatSecret(doc, 0)
	if err != nil {
		return err
	}
	s := &secret{doc: doc, text: string(text), value: k.Value}
	if err := l.h.mayDefineSecret(nil, s); err != nil {
		return err
	}
	l.h.secrets.put(nil, s)
	return nil
}

func (l *loader) filter(k *drivers.Kept) error {
	doc, err := domxml.ParseNWFilter(k.Document, domxml.Stored())
	if err != nil {
		return err
	}
	if err := misnamed(k, doc.Name); err != nil {
		return err
	}
	if !doc.UUIDSet { // one of a distribution
		doc.Generate(l.h.random)
		if err := l.h.keepFilter(l.ctx, doc); err != nil {
			return err
		}
	}
	if old, _ := l.h.filterOf(doc.UUID); old != nil {
		return fmt.Errorf("%q has the same identifier", old.name())
	}
	l.h.filters.put(nil, &nwFilter{doc: doc})
	return nil
}

// binding puts a filter to work again. Where that fails, the binding is there
// all the same: somebody has to be able to delete it.
func (l *loader) binding(k *drivers.Kept) error {
	doc, err := domxml.ParseNWFilterBinding(k.Document, domxml.Stored())
	if err != nil {
		return err
	}
	if err := misnamed(k, doc.PortDev.Name); err != nil {
		return err
	}
	doc.Complete()
	l.h.bindings.put(nil, &nwFilterBinding{doc: doc})
	if _, ok := l.h.backend.(drivers.PacketFilter); !ok {
		return nil
	}
	return l.h.instantiate(l.ctx, doc, l.h.filterDoc)
}

func (l *loader) network(k *drivers.Kept) error {
	tree, err := domxml.ParseNetwork(k.Document, domxml.Stored())
	if err != nil {
		return err
	}
	if err := misnamed(k, tree.Name); err != nil {
		return err
	}
	fresh := !tree.UUIDSet
	tree.Generate(l.h.random)
	if p, ok := l.h.personality.(drivers.NetworkCompleter); ok {
		if err := p.CompleteNetwork(tree); err != nil {
			return err
		}
	}
	def, err := defineNetwork(tree)
	if err != nil {
		return err
	}
	if fresh {
		if err := l.again(k, def.text); err != nil {
			return err
		}
	}
	l.h.networks.mu.RLock()
	old, err := l.h.claimedNetwork(tree, false)
	l.h.networks.mu.RUnlock()
	if err != nil || old != nil {
		return errThereAlready(err)
	}
	n, _, err := l.h.claimNetwork(tree, def, false)
	if err != nil {
		return err
	}
	n.update(nil, func(r *networkRecord) []*event {
		r.persistent, r.autostart = true, k.Autostart
		return nil
	})
	return nil
}

func errThereAlready(err error) error {
	if err == nil {
		err = fmt.Errorf("it is there already")
	}
	return err
}

func (l *loader) pool(k *drivers.Kept) error {
	if _, ok := l.h.backend.(drivers.StoragePools); !ok {
		return nil
	}
	def, err := domxml.ParseStoragePool(k.Document, domxml.Stored())
	if err != nil {
		return err
	}
	if err := misnamed(k, def.Name); err != nil {
		return err
	}
	if !def.UUIDSet {
		def.Generate(l.h.random)
		text, err := poolDocument{def}.kept()
		if err != nil {
			return err
		}
		if err := l.again(k, text); err != nil {
			return err
		}
	}
	p, fresh, err := l.h.claimPool(def, false, nil)
	if err != nil || !fresh {
		return errThereAlready(err)
	}
	p.update(nil, func(r *poolRecord) []*event {
		r.persistent, r.autostart = true, k.Autostart
		return nil
	})
	return nil
}

// activePool goes on with a pool that an earlier daemon has started, if its
// place is still usable; else the pool counts as stopped.
func (l *loader) activePool(k *drivers.Kept) error {
	if _, ok := l.h.backend.(drivers.StoragePools); !ok {
		return nil
	}
	def, err := domxml.ParseStoragePool(k.Document, domxml.Stored())
	if err != nil {
		return err
	}
	if err := misnamed(k, def.Name); err != nil {
		return err
	}
	def.Generate(l.h.random)
	p, fresh, err := l.h.claimPool(def, true, nil)
	if err != nil {
		return err
	}
	before := *p.load()
	if !fresh && l.h.storageDriver() {
		p.update(nil, func(r *poolRecord) []*event {
			r.def, r.next = def, before.def // as it was
			return nil
		})
	}
	if err = p.start(l.ctx, nil, 0, fresh); err != nil {
		err = errors.Join(err, p.forgetState(l.ctx))
		p.retire(nil, func(r *poolRecord) []*event { *r = before; return nil })
	}
	return err
}

// domain makes a domain of its definition. Of an incomplete one, as somebody
// may have written by hand, what can be completed is.
func (l *loader) domain(k *drivers.Kept) error {
	h := l.h
	parse := func() (*domxml.Domain, error) { return domxml.ParseDomain(k.Document, domxml.Stored()) }
	tree, err := parse()
	if err != nil {
		return err
	}
	fresh := !tree.UUIDSet
	tree.Generate(h.random)
	if err := h.completeKept(tree); err != nil {
		l.report(k, err)
		id := tree.UUID
		if tree, err = parse(); err != nil {
			return err
		}
		tree.UUID, tree.UUIDSet = id, true
	}
	def, err := define(tree)
	if err != nil {
		return err
	}
	d, isNew, err := h.claim(tree, false)
	if err != nil && l.halfRenamed(k, tree, def) {
		return nil
	}
	if err != nil || !isNew {
		return errThereAlready(err)
	}
	if fresh || k.Name != tree.Name {
		if err := l.move(k, tree.Name, def); err != nil {
			h.forget(d)
			return err
		}
	}
	snapshots, checkpoints := l.moments(d, k.Name)
	d.update(nil, func(r *record) []*event {
		r.config, r.defined, r.autostart, r.once = def, true, k.Autostart, k.Once
		r.snapshots, r.checkpoints = snapshots, checkpoints
		return nil
	})
	return nil
}

// halfRenamed puts right what a daemon has left that was killed while it
// renamed a domain: two definitions that differ in nothing but their names.
// Neither the new name was acknowledged nor that there is an old one, so either
// is right; with both, an undefined domain would be back after a while.
func (l *loader) halfRenamed(k *drivers.Kept, tree *domxml.Domain, def *definition) bool {
	d := l.h.domains.uuid(tree.UUID)
	if d == nil || k.Name != tree.Name {
		return false
	}
	r := d.load()
	for _, name := range []string{r.name, k.Name} {
		if len(l.snapshots[name])+len(l.checkpoints[name]) > 0 {
			return false // of which one may have more than the other
		}
	}
	same, err := r.config.edit(func(t *domxml.Domain) error {
		t.Name = tree.Name
		return nil
	})
	if err != nil || r.name == tree.Name || same.text != def.text {
		return false
	}
	if k.Autostart && !r.autostart {
		if err := l.h.keeper.SetAutostart(l.ctx, drivers.KindDomain, r.name, true); err != nil {
			return false
		}
		d.update(nil, func(r *record) []*event {
			r.autostart = true
			return nil
		})
	}
	l.h.engine.log.Warn("a domain that was being renamed had two definitions", "name", r.name, "forgotten", k.Name)
	return l.h.keeper.Forget(l.ctx, drivers.KindDomain, "", k.Name) == nil
}

// completeKept adds to a definition what may be missing, and does not judge
// it: it was good when it was acknowledged.
func (h *Host) completeKept(tree *domxml.Domain) error {
	if err := tree.Complete(); err != nil {
		return err
	}
	return h.personality.CompleteDomain(tree)
}

// move keeps a domain under its own name; one that was found under another
// name, as somebody has copied it there, is no longer kept under that.
func (l *loader) move(k *drivers.Kept, name string, def *definition) error {
	if err := l.h.keeper.Keep(l.ctx, drivers.Kept{Kind: k.Kind, Name: name, Document: []byte(def.text)}); err != nil {
		return err
	}
	if k.Name == name {
		return nil
	}
	l.report(k, fmt.Errorf("it is that of %q, and is kept under that name from now on", name))
	if k.Autostart {
		if err := l.h.keeper.SetAutostart(l.ctx, k.Kind, name, true); err != nil {
			return err
		}
	}
	return l.h.keeper.Forget(l.ctx, k.Kind, "", k.Name)
}

// loadMoments makes the snapshots or checkpoints of a domain. Those whose
// parent cannot be read are roots, as in the reference.
func loadMoments[D any](l *loader, of string, kept []drivers.Kept, d *Domain, read func(*drivers.Kept) (m *moment[D], current bool, domain *domxml.Domain, err error)) (ms *moments[D]) {
	var list []*moment[D]
	current := ""
	for i := range kept {
		k := &kept[i]
		m, isCurrent, domain, err := read(k)
		if err == nil {
			err = misnamed(k, m.name)
		}
		if err == nil && domain != nil && domain.UUID != d.uuid {
			err = fmt.Errorf("it is of a domain that was called %q before", of)
		}
		if err != nil {
			l.report(k, err)
			continue
		}
		if isCurrent {
			if current != "" {
				l.report(k, fmt.Errorf("%q is current, too", current))
			}
			current = m.name
		}
		list = append(list, m)
	}
	return grow(ms, list, current)
}

// grow makes trees of moments, whose parents may come after their children.
func grow[D any](ms *moments[D], list []*moment[D], current string) *moments[D] {
	for len(list) > 0 {
		var later []*moment[D]
		for _, m := range list {
			if ms.checkParent(m.name, m.parent) != nil {
				later = append(later, m)
				continue
			}
			ms = ms.with(m, m.name == current)
		}
		if len(later) == len(list) {
			// Nobody is the parent of the first, or it is above itself.
			root := *later[0]
			root.parent = ""
			later[0] = &root
		}
		list = later
	}
	return ms
}

func (l *loader) snapshotOf(k *drivers.Kept) (*moment[snapshot], bool, *domxml.Domain, error) {
	doc, err := domxml.ParseDomainSnapshot(k.Document, domxml.Kept(), domxml.Stored())
	if err != nil {
		return nil, false, nil, err
	}
	if doc.Domain == nil {
		return nil, false, nil, vir.Errorf(vir.FromDomainSnapshot, vir.ErrXMLError, "missing domain in snapshot")
	}
	current := doc.Active != nil && *doc.Active != 0
	doc.Active = nil
	m := &moment[snapshot]{name: doc.Name, parent: doc.Parent, doc: snapshot{doc: doc}}
	tree := &doc.Domain.Domain
	if m.doc.config, err = l.inner(tree); err != nil {
		return nil, false, nil, err
	}
	if doc.InactiveDomain != nil {
		if m.doc.inactive, err = l.inner(&doc.InactiveDomain.Domain); err != nil {
			return nil, false, nil, err
		}
	}
	doc.Domain, doc.InactiveDomain = nil, nil
	return m, current, tree, nil
}

func (l *loader) checkpointOf(k *drivers.Kept) (*moment[checkpoint], bool, *domxml.Domain, error) {
	doc, err := domxml.ParseDomainCheckpoint(k.Document, domxml.Kept(), domxml.Stored())
	if err != nil {
		return nil, false, nil, err
	}
	current := doc.Active != nil && *doc.Active != 0
	doc.Active = nil
	m := &moment[checkpoint]{name: doc.Name, parent: doc.Parent, doc: checkpoint{doc: doc}}
	if doc.Domain == nil {
		return m, current, nil, nil
	}
	tree := &doc.Domain.Domain
	m.doc.config, err = l.inner(tree)
	doc.Domain = nil
	return m, current, tree, err
}

// inner is the definition of a domain inside of another document.
func (l *loader) inner(tree *domxml.Domain) (*definition, error) {
	if err := l.h.completeKept(tree); err != nil {
		return nil, err
	}
	return define(tree)
}
