package domxml

import (
	"slices"
	"strings"
)

// SharesSource says whether two pools are made from the same thing, which
// libvirt refuses. Pools over Ceph, and those that reach iSCSI by themselves,
// may share theirs.
func (p *StoragePool) SharesSource(q *StoragePool) bool {
	if p.onDevices() && q.onDevices() {
		return p.Source.sharesDevice(&q.Source)
	}
	if p.Type != q.Type {
		return false
	}
	a, b := &p.Source, &q.Source
	switch p.Type {
	case StoragePoolDir:
		return p.Target != nil && q.Target != nil && p.Target.Path == q.Target.Path
	case StoragePoolNetFS:
		return a.sameHost(b) && a.sameDir(b)
	case StoragePoolGluster:
		return a.sameHost(b) && a.sameDir(b) && a.Name == b.Name
	case StoragePoolSheepdog:
		return a.sameHost(b)
	case StoragePoolISCSI:
		// The reference takes all servers for the same one.
		return a.iqn() == b.iqn() && a.sharesDevice(b)
	case StoragePoolSCSI:
		return a.Adapter != nil && b.Adapter != nil && a.Adapter.same(b.Adapter)
	case StoragePoolMpath:
		return true // there is one of it on a host
	case StoragePoolVstorage:
		return a.Name == b.Name
	}
	return false
}

// onDevices says whether the pool takes block devices of the host for itself.
func (p *StoragePool) onDevices() bool {
	switch p.Type {
	case StoragePoolFS, StoragePoolLogical, StoragePoolDisk, StoragePoolZFS:
		return true
	}
	return false
}

func (s *StoragePoolSource) sharesDevice(o *StoragePoolSource) bool {
	return slices.ContainsFunc(s.Devices, func(v StorageDevice) bool {
		return slices.ContainsFunc(o.Devices, func(w StorageDevice) bool { return v.Path == w.Path })
	})
}

// sameHost looks at the first servers only, as the reference does.
func (s *StoragePoolSource) sameHost(o *StoragePoolSource) bool {
	return len(s.Hosts) > 0 && len(o.Hosts) > 0 && s.Hosts[0] == o.Hosts[0]
}

func (s *StoragePoolSource) sameDir(o *StoragePoolSource) bool {
	return s.Dir != nil && o.Dir != nil && *s.Dir == *o.Dir
}

func (s *StoragePoolSource) iqn() string {
	if s.Initiator == nil {
		return ""
	}
	return s.Initiator.IQN.Name
}

func (a *StorageAdapter) same(b *StorageAdapter) bool {
	switch {
	case a.Type != b.Type:
		return false
	case a.Type == "fc_host":
		return a.WWNN == b.WWNN && a.WWPN == b.WWPN
	case a.ParentAddr != nil && b.ParentAddr != nil:
		return a.ParentAddr.UniqueID == b.ParentAddr.UniqueID && *a.ParentAddr.Address == *b.ParentAddr.Address
	case a.ParentAddr != nil || b.ParentAddr != nil:
		return false
	}
	n, ok := adapterNumber(a.Name)
	m, also := adapterNumber(b.Name)
	return ok && also && n == m
}

// adapterNumber is the number of an adapter: host3 and scsi_host3 are the same.
func adapterNumber(name string) (string, bool) {
	s, ok := strings.CutPrefix(strings.TrimPrefix(name, "scsi_"), "host")
	return s, ok && s != "" && strings.Trim(s, "0123456789") == ""
}
