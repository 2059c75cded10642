package engine

import (
	"strconv"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindSnapshotCreate(b *binder) {
	needing[drivers.Snapshotter](change(b, remoteproto.DomainSnapshotCreateXML, domainSnapshotCreateXML).args(func(a *remoteproto.DomainSnapshotCreateXMLArgs) error {
		const (
			redefine = uint32(vir.DomainSnapshotCreateRedefine)
			name     = "VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE"
		)
		info := remoteproto.DomainSnapshotCreateXML.Info
		return first(
			required(info, a.Flags, uint32(vir.DomainSnapshotCreateCurrent), redefine, "VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT", name),
			exclusive(info, a.Flags, redefine, uint32(vir.DomainSnapshotCreateNoMetadata), name, "VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA"),
			exclusive(info, a.Flags, redefine, uint32(vir.DomainSnapshotCreateHalt), name, "VIR_DOMAIN_SNAPSHOT_CREATE_HALT"),
		)
	}))
}

func domainSnapshotCreateXML(c *call, d *Domain, a *remoteproto.DomainSnapshotCreateXMLArgs) (*remoteproto.DomainSnapshotCreateXMLRet, error) {
	flags := vir.DomainSnapshotCreateFlags(a.Flags)
	r := d.load()
	switch {
	case r.gone:
		return nil, c.host.errNoDomain()
	case r.checkpoints.len() > 0:
		return nil, c.host.errorf(vir.ErrOperationUnsupported, "cannot create snapshot while checkpoint exists")
	case !r.persistent() && flags&vir.DomainSnapshotCreateHalt != 0:
		return nil, c.host.errorf(vir.ErrOperationInvalid, "cannot halt after transient domain snapshot")
	}
	doc := []byte(a.XMLDesc)
	if flags&vir.DomainSnapshotCreateValidate != 0 {
		if err := domxml.ValidateDomainSnapshotSchema(doc); err != nil {
			return nil, err
		}
	}
	var m *moment[snapshot]
	var err error
	if flags&vir.DomainSnapshotCreateRedefine != 0 {
		m, err = d.redefineSnapshot(doc)
	} else {
		m, err = d.takeSnapshot(c, r, doc)
	}
	if err != nil {
		return nil, err
	}
	current := flags&(vir.DomainSnapshotCreateRedefine|vir.DomainSnapshotCreateCurrent) != vir.DomainSnapshotCreateRedefine
	snapshots := d.load().snapshots.with(m, current)
	err = d.commit(c, func(r *record) []*event {
		r.snapshots = snapshots
		return nil
	})
	if err != nil {
		if flags&vir.DomainSnapshotCreateRedefine == 0 {
			// What nobody can find again is of no use.
			_ = c.host.backend.(drivers.Snapshotter).DeleteSnapshot(c, m.doc.config.tree(), r.guest, wholeSnapshot(m))
		}
		return nil, err
	}
	ref := snapshotRef(&a.Dom, m.name)
	if flags&vir.DomainSnapshotCreateHalt != 0 && r.active() {
		if err := r.guest.Destroy(c, false); err != nil {
			return nil, err
		}
		d.stop(c.Call, r.id, stopped(vir.DomainEventStoppedFromSnapshot, vir.DomainShutoffFromSnapshot))
		ref.Dom.ID = -1
	}
	return &remoteproto.DomainSnapshotCreateXMLRet{Snap: ref}, nil
}

// takeSnapshot makes a snapshot of what the domain is now, a child of the
// current one.
func (d *Domain) takeSnapshot(c *call, r *record, text []byte) (*moment[snapshot], error) {
	doc, err := domxml.ParseDomainSnapshot(text, domxml.New())
	if err != nil {
		return nil, err
	}
	doc.CreationTime = d.host.engine.cfg.Now().Unix()
	if doc.Name == "" {
		doc.Name = strconv.FormatInt(doc.CreationTime, 10)
	}
	doc.State = snapshotState(r.state)
	for _, k := range doc.Disks {
		if k.Snapshot == domxml.SnapshotManual {
			return nil, c.host.errorf(vir.ErrOperationUnsupported, "'manual' snapshot mode is not supported by the %s driver", c.host.personality.Prefix())
		}
	}
	config := r.current().ofStart()
	tree := config.tree()
	if doc.Memory != nil && doc.Memory.Snapshot == domxml.SnapshotExternal {
		err = doc.AlignDisks(tree, domxml.SnapshotExternal, false)
	} else {
		// Whatever the document wants, the memory is where there is some.
		doc.Memory = &domxml.SnapshotMemory{Snapshot: domxml.SnapshotNo}
		if r.active() {
			doc.Memory.Snapshot = domxml.SnapshotInternal
		}
		err = doc.AlignDisks(tree, domxml.SnapshotInternal, true)
	}
	if err != nil {
		return nil, err
	}
	if err := first(r.snapshots.checkNew(doc.Name), r.snapshots.checkCount(remoteproto.DomainSnapshotListMax)); err != nil {
		return nil, err
	}
	if err := c.host.backend.(drivers.Snapshotter).TakeSnapshot(c, tree, r.guest, doc); err != nil {
		return nil, err
	}
	m := &moment[snapshot]{name: doc.Name, doc: snapshot{doc: doc, config: config}}
	if now := r.snapshots.now(); now != nil {
		m.parent = now.name
	}
	return m, nil
}

// redefineSnapshot takes a snapshot over that its maker knows already, or
// describes one anew (VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE).
func (d *Domain) redefineSnapshot(text []byte) (*moment[snapshot], error) {
	m, tree, err := d.host.readSnapshot(text, domxml.Redefine())
	if err != nil {
		return nil, err
	}
	doc, ms := m.doc.doc, d.load().snapshots
	if err := ms.checkParent(m.name, m.parent); err != nil {
		return nil, err
	}
	refuse := func(format string, args ...any) error {
		return vir.Errorf(vir.FromDomainSnapshot, vir.ErrInvalidArg, format, args...)
	}
	if tree.UUID != d.uuid {
		return nil, refuse("definition for snapshot %s must use uuid %s", m.name, d.uuid)
	}
	if old := ms.get(m.name); old != nil {
		switch was := old.doc.doc.State; {
		case hasGuest(was) != hasGuest(doc.State):
			return nil, refuse("cannot change between online and offline snapshot state in snapshot %s", m.name)
		case (was == domxml.SnapshotDiskOnly) != (doc.State == domxml.SnapshotDiskOnly):
			return nil, refuse("cannot change between disk only and full system in snapshot %s", m.name)
		}
	} else if err := ms.checkCount(remoteproto.DomainSnapshotListMax); err != nil {
		return nil, err
	}
	location := domxml.SnapshotInternal
	if doc.State == domxml.SnapshotDiskOnly || doc.External() {
		location = domxml.SnapshotExternal
	}
	return m, doc.AlignDisks(tree, location, false)
}

// readSnapshot reads the document of a snapshot that exists.
func (h *Host) readSnapshot(text []byte, o domxml.Option) (*moment[snapshot], *domxml.Domain, error) {
	doc, err := domxml.ParseDomainSnapshot(text, o)
	if err != nil {
		return nil, nil, err
	}
	return h.keepSnapshot(doc)
}

// keepSnapshot completes the domains of a document and takes them out of it.
func (h *Host) keepSnapshot(doc *domxml.DomainSnapshot) (*moment[snapshot], *domxml.Domain, error) {
	m := &moment[snapshot]{name: doc.Name, parent: doc.Parent, doc: snapshot{doc: doc}}
	tree := &doc.Domain.Domain
	var err error
	if m.doc.config, err = h.keep(tree); err != nil {
		return nil, nil, err
	}
	if doc.InactiveDomain != nil {
		if m.doc.inactive, err = h.keep(&doc.InactiveDomain.Domain); err != nil {
			return nil, nil, err
		}
	}
	doc.Domain, doc.InactiveDomain = nil, nil
	return m, tree, nil
}

// keep completes a domain inside of another document.
func (h *Host) keep(tree *domxml.Domain) (*definition, error) {
	if err := h.complete(tree); err != nil {
		return nil, err
	}
	return define(tree)
}

// hasGuest says that a revert to that state leads to a guest.
func hasGuest(s domxml.SnapshotState) bool {
	return s == domxml.SnapshotRunning || s == domxml.SnapshotPaused
}

// snapshotState is a domain's state as snapshots name it.
func snapshotState(s vir.DomainState) domxml.SnapshotState {
	switch s {
	case vir.DomainRunning:
		return domxml.SnapshotRunning
	case vir.DomainBlocked:
		return domxml.SnapshotBlocked
	case vir.DomainPaused:
		return domxml.SnapshotPaused
	case vir.DomainShutdown:
		return domxml.SnapshotShutdown
	case vir.DomainShutoff:
		return domxml.SnapshotShutoff
	case vir.DomainCrashed:
		return domxml.SnapshotCrashed
	case vir.DomainPmsuspended:
		return domxml.SnapshotPMSuspended
	}
	return domxml.SnapshotNoState
}

// seedSnapshots makes the snapshots of a domain of the host's first content.
// Parents may come after their children.
func (h *Host) seedSnapshots(docs []*domxml.DomainSnapshot) (ms *moments[snapshot], err error) {
	waiting := make([]*moment[snapshot], 0, len(docs))
	current := ""
	for _, doc := range docs {
		m, _, err := h.keepSnapshot(doc)
		if err != nil {
			return nil, err
		}
		if doc.Active != nil && *doc.Active != 0 {
			current = m.name
		}
		doc.Active = nil
		waiting = append(waiting, m)
	}
	for len(waiting) > 0 {
		var later []*moment[snapshot]
		for _, m := range waiting {
			if err := ms.checkNew(m.name); err != nil {
				return nil, err
			}
			if err = ms.checkParent(m.name, m.parent); err != nil {
				later = append(later, m)
				continue
			}
			ms = ms.with(m, m.name == current)
		}
		if len(later) == len(waiting) {
			return nil, ms.checkParent(later[0].name, later[0].parent)
		}
		waiting = later
	}
	return ms, nil
}
