package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Snapshots belong to the record of their domain (moments.go): they end with
// it, and an event about a change of both never shows one without the other.

// snapshot is what the engine keeps of one. The document has no domains, which
// are definitions of their own and mostly shared with the domain's.
type snapshot struct {
	doc              *domxml.DomainSnapshot
	config, inactive *definition
}

func bindDomainSnapshots(b *binder) {
	bindSnapshotLists(b)
	bindSnapshotCreate(b)
	bindSnapshotRevert(b)
	onDomain(b, remoteproto.DomainSnapshotLookupByName, func(c *call, d *Domain, a *remoteproto.DomainSnapshotLookupByNameArgs) (*remoteproto.DomainSnapshotLookupByNameRet, error) {
		s, err := d.snapshot(a.Name)
		if err != nil {
			return nil, err
		}
		return &remoteproto.DomainSnapshotLookupByNameRet{Snap: snapshotRef(&a.Dom, s.name)}, nil
	}).quick()
	onDomain(b, remoteproto.DomainHasCurrentSnapshot, func(_ *call, d *Domain, _ *remoteproto.DomainHasCurrentSnapshotArgs) (*remoteproto.DomainHasCurrentSnapshotRet, error) {
		return &remoteproto.DomainHasCurrentSnapshotRet{Result: truth(d.load().snapshots.now() != nil)}, nil
	}).quick()
	onDomain(b, remoteproto.DomainSnapshotCurrent, func(_ *call, d *Domain, a *remoteproto.DomainSnapshotCurrentArgs) (*remoteproto.DomainSnapshotCurrentRet, error) {
		s := d.load().snapshots.now()
		if s == nil {
			return nil, d.host.errorf(vir.ErrNoDomainSnapshot, "the domain does not have a current snapshot")
		}
		return &remoteproto.DomainSnapshotCurrentRet{Snap: snapshotRef(&a.Dom, s.name)}, nil
	}).quick()
	onSnapshot(b, remoteproto.DomainSnapshotGetParent, func(_ *call, d *Domain, s *moment[snapshot], a *remoteproto.DomainSnapshotGetParentArgs) (*remoteproto.DomainSnapshotGetParentRet, error) {
		if s.parent == "" {
			return nil, d.host.errorf(vir.ErrNoDomainSnapshot, "snapshot '%s' does not have a parent", s.name)
		}
		return &remoteproto.DomainSnapshotGetParentRet{Snap: snapshotRef(&a.Snap.Dom, s.parent)}, nil
	}).quick()
	onSnapshot(b, remoteproto.DomainSnapshotIsCurrent, func(_ *call, d *Domain, s *moment[snapshot], _ *remoteproto.DomainSnapshotIsCurrentArgs) (*remoteproto.DomainSnapshotIsCurrentRet, error) {
		now := d.load().snapshots.now()
		return &remoteproto.DomainSnapshotIsCurrentRet{Current: truth(now != nil && now.name == s.name)}, nil
	}).quick()
	// The metadata is all that the engine has of a snapshot.
	onSnapshot(b, remoteproto.DomainSnapshotHasMetadata, func(*call, *Domain, *moment[snapshot], *remoteproto.DomainSnapshotHasMetadataArgs) (*remoteproto.DomainSnapshotHasMetadataRet, error) {
		return &remoteproto.DomainSnapshotHasMetadataRet{Metadata: 1}, nil
	}).quick()
	onSnapshot(b, remoteproto.DomainSnapshotGetXMLDesc, func(_ *call, _ *Domain, s *moment[snapshot], a *remoteproto.DomainSnapshotGetXMLDescArgs) (*remoteproto.DomainSnapshotGetXMLDescRet, error) {
		flags := domxml.FormatInactive
		if a.Flags&uint32(vir.DomainSnapshotXMLSecure) != 0 {
			flags |= domxml.FormatSecure
		}
		text, err := domxml.FormatDomainSnapshot(wholeSnapshot(s), flags)
		return &remoteproto.DomainSnapshotGetXMLDescRet{XML: string(text)}, err
	})
	needing[drivers.Snapshotter](changeSnapshot(b, remoteproto.DomainSnapshotDelete, domainSnapshotDelete).args(func(a *remoteproto.DomainSnapshotDeleteArgs) error {
		return exclusive(remoteproto.DomainSnapshotDelete.Info, a.Flags, uint32(vir.DomainSnapshotDeleteChildren), uint32(vir.DomainSnapshotDeleteChildrenOnly),
			"VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN", "VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY")
	}))
}

// truth is a bool as the protocol has it.
func truth(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// aboutSnapshot is every argument struct that begins with a snapshot.
type aboutSnapshot[A any] interface {
	*A
	DomainSnapshotRef() *remoteproto.DomainSnapshot
}

// onSnapshot binds a procedure about one snapshot, which is looked up after
// its domain.
func onSnapshot[A, R any, P aboutSnapshot[A]](b *binder, p *proc.Proc[A, R], fn func(*call, *Domain, *moment[snapshot], *A) (*R, error)) setup[A] {
	return onConn(b, p, func(c *call, a *A) (*R, error) {
		ref := P(a).DomainSnapshotRef()
		d, err := c.host.domain(&ref.Dom)
		if err != nil {
			return nil, err
		}
		c.refName = ref.Dom.Name
		s, err := d.snapshot(ref.Name)
		if err != nil {
			return nil, err
		}
		return fn(c, d, s, a)
	})
}

// changeSnapshot binds a procedure that changes a snapshot or its domain: the
// handler runs with the domain's job, and with what the snapshot is then.
func changeSnapshot[A, R any, P aboutSnapshot[A]](b *binder, p *proc.Proc[A, R], fn func(*call, *Domain, *moment[snapshot], *A) (*R, error)) setup[A] {
	return onSnapshot[A, R, P](b, p, func(c *call, d *Domain, s *moment[snapshot], a *A) (*R, error) {
		done, err := d.job.begin(c, p.API)
		if err != nil {
			return nil, err
		}
		defer done()
		if s, err = d.snapshot(s.name); err != nil {
			return nil, err
		}
		return fn(c, d, s, a)
	})
}

// snapshot looks one up by its name.
func (d *Domain) snapshot(name string) (*moment[snapshot], error) {
	if s := d.load().snapshots.get(name); s != nil {
		return s, nil
	}
	return nil, d.host.errorf(vir.ErrNoDomainSnapshot, "no domain snapshot with matching name '%s'", name)
}

// snapshotRef is a snapshot as replies name it: its domain is what the caller
// said, whatever the id is now.
func snapshotRef(dom *remoteproto.Domain, name string) remoteproto.DomainSnapshot {
	return remoteproto.DomainSnapshot{Name: name, Dom: *dom}
}

// wholeSnapshot is the document with its domains, for the caller to keep.
func wholeSnapshot(m *moment[snapshot]) *domxml.DomainSnapshot {
	s := m.doc
	doc := *s.doc
	doc.Name, doc.Parent = m.name, m.parent
	doc.Domain = &domxml.MomentDomain{Domain: *s.config.tree()}
	if s.inactive != nil {
		doc.InactiveDomain = &domxml.InactiveDomain{Domain: *s.inactive.tree()}
	}
	return &doc
}

// removalOf is what the flags of both kinds of deletion mean; their values
// are the same.
func removalOf(flags uint32) removal {
	switch {
	case flags&uint32(vir.DomainSnapshotDeleteChildren) != 0:
		return removeTree
	case flags&uint32(vir.DomainSnapshotDeleteChildrenOnly) != 0:
		return removeChildren
	}
	return removeOne
}

func domainSnapshotDelete(c *call, d *Domain, s *moment[snapshot], a *remoteproto.DomainSnapshotDeleteArgs) (*proc.Void, error) {
	backend := c.host.backend.(drivers.Snapshotter)
	how := removalOf(a.Flags)
	r := d.load()
	if r.gone { // while we waited
		return nil, c.host.errNoDomain()
	}
	tree := r.current().tree()
	for _, v := range r.snapshots.victims(s, how) {
		if err := backend.DeleteSnapshot(c, tree, r.guest, wholeSnapshot(v)); err != nil {
			return nil, err
		}
	}
	snapshots := r.snapshots.without(s, how)
	return nil, d.commit(c, func(r *record) []*event {
		r.snapshots = snapshots
		return nil
	})
}
