package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindSnapshotLists(b *binder) {
	onDomain(b, remoteproto.DomainSnapshotNum, func(_ *call, d *Domain, a *remoteproto.DomainSnapshotNumArgs) (*remoteproto.DomainSnapshotNumRet, error) {
		return &remoteproto.DomainSnapshotNumRet{Num: int32(len(d.snapshotList("", a.Flags)))}, nil
	}).quick()
	onDomain(b, remoteproto.DomainSnapshotListNames, func(_ *call, d *Domain, a *remoteproto.DomainSnapshotListNamesArgs) (*remoteproto.DomainSnapshotListNamesRet, error) {
		return &remoteproto.DomainSnapshotListNamesRet{Names: firstNames(d.snapshotList("", a.Flags), a.Maxnames)}, nil
	}).quick().wire(func(a *remoteproto.DomainSnapshotListNamesArgs) error {
		return checkMax(a.Maxnames, "maxnames", remoteproto.DomainSnapshotListMax, "REMOTE_DOMAIN_SNAPSHOT_LIST_MAX")
	})
	onDomain(b, remoteproto.DomainListAllSnapshots, func(_ *call, d *Domain, a *remoteproto.DomainListAllSnapshotsArgs) (*remoteproto.DomainListAllSnapshotsRet, error) {
		refs, n := d.snapshotRefs(&a.Dom, "", a.Flags, a.NeedResults)
		return &remoteproto.DomainListAllSnapshotsRet{Snapshots: refs, Ret: n}, nil
	}).quick()
	onSnapshot(b, remoteproto.DomainSnapshotNumChildren, func(_ *call, d *Domain, s *moment[snapshot], a *remoteproto.DomainSnapshotNumChildrenArgs) (*remoteproto.DomainSnapshotNumChildrenRet, error) {
		return &remoteproto.DomainSnapshotNumChildrenRet{Num: int32(len(d.snapshotList(s.name, a.Flags)))}, nil
	}).quick()
	onSnapshot(b, remoteproto.DomainSnapshotListChildrenNames, func(_ *call, d *Domain, s *moment[snapshot], a *remoteproto.DomainSnapshotListChildrenNamesArgs) (*remoteproto.DomainSnapshotListChildrenNamesRet, error) {
		return &remoteproto.DomainSnapshotListChildrenNamesRet{Names: firstNames(d.snapshotList(s.name, a.Flags), a.Maxnames)}, nil
	}).quick().wire(func(a *remoteproto.DomainSnapshotListChildrenNamesArgs) error {
		return checkMax(a.Maxnames, "maxnames", remoteproto.DomainSnapshotListMax, "REMOTE_DOMAIN_SNAPSHOT_LIST_MAX")
	})
	onSnapshot(b, remoteproto.DomainSnapshotListAllChildren, func(_ *call, d *Domain, s *moment[snapshot], a *remoteproto.DomainSnapshotListAllChildrenArgs) (*remoteproto.DomainSnapshotListAllChildrenRet, error) {
		refs, n := d.snapshotRefs(&a.Snapshot.Dom, s.name, a.Flags, a.NeedResults)
		return &remoteproto.DomainSnapshotListAllChildrenRet{Snapshots: refs, Ret: n}, nil
	}).quick()
}

func firstNames[D any](list []*moment[D], limit int32) []string {
	names := make([]string, 0, min(len(list), int(limit)))
	for _, m := range list {
		if len(names) == int(limit) {
			break
		}
		names = append(names, m.name)
	}
	return names
}

func (d *Domain) snapshotRefs(dom *remoteproto.Domain, parent string, flags uint32, want int32) (refs []remoteproto.DomainSnapshot, n int32) {
	list := d.snapshotList(parent, flags)
	if want != 0 {
		for _, m := range list {
			refs = append(refs, snapshotRef(dom, m.name))
		}
	}
	return refs, int32(len(list))
}

// snapshotList gives the snapshots that pass the filters: those of the domain
// if parent is empty, else those below it. One bit means the opposite for the
// two: VIR_DOMAIN_SNAPSHOT_LIST_ROOTS without a parent, _DESCENDANTS with.
// Parents come before their children in all lists, as _TOPOLOGICAL wants it.
func (d *Domain) snapshotList(parent string, flags uint32) (out []*moment[snapshot]) {
	ms := d.load().snapshots
	f := vir.DomainSnapshotListFlags(flags)
	// All have metadata, so without is none.
	if f&(vir.DomainSnapshotListMetadata|vir.DomainSnapshotListNoMetadata) == vir.DomainSnapshotListNoMetadata {
		return nil
	}
	for _, m := range ms.walk(parent, (f&vir.DomainSnapshotListDescendants != 0) == (parent != "")) {
		if fitsTree(ms, m, f&vir.DomainSnapshotListLeaves != 0, f&vir.DomainSnapshotListNoLeaves != 0) && m.doc.fits(f) {
			out = append(out, m)
		}
	}
	return out
}

// fitsTree is the filter by place. Both bits together let nothing pass,
// unlike those of other groups.
func fitsTree[D any](ms *moments[D], m *moment[D], leaves, noLeaves bool) bool {
	leaf := ms.leaf(m)
	return !(leaves && !leaf) && !(noLeaves && leaf)
}

// fits is the filter by what a snapshot has.
func (s snapshot) fits(f vir.DomainSnapshotListFlags) bool {
	const states = vir.DomainSnapshotListInactive | vir.DomainSnapshotListActive | vir.DomainSnapshotListDiskOnly
	const locations = vir.DomainSnapshotListInternal | vir.DomainSnapshotListExternal
	state, location := vir.DomainSnapshotListActive, vir.DomainSnapshotListInternal
	switch s.doc.State {
	case domxml.SnapshotShutoff:
		state = vir.DomainSnapshotListInactive
	case domxml.SnapshotDiskOnly:
		state = vir.DomainSnapshotListDiskOnly
	}
	if s.doc.External() {
		location = vir.DomainSnapshotListExternal
	}
	return (f&states == 0 || f&state != 0) && (f&locations == 0 || f&location != 0)
}
