package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindPoolList(b *binder) {
	needing[drivers.StoragePools](onConn(b, remoteproto.ConnectListAllStoragePools, connectListAllStoragePools).quick())
	needing[drivers.StoragePools](onConn(b, remoteproto.ConnectNumOfStoragePools,
		func(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfStoragePoolsRet, error) {
			return &remoteproto.ConnectNumOfStoragePoolsRet{Num: int32(len(c.host.poolNames(vir.ConnectListStoragePoolsActive, -1)))}, nil
		}).quick())
	needing[drivers.StoragePools](onConn(b, remoteproto.ConnectNumOfDefinedStoragePools,
		func(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfDefinedStoragePoolsRet, error) {
			return &remoteproto.ConnectNumOfDefinedStoragePoolsRet{Num: int32(len(c.host.poolNames(vir.ConnectListStoragePoolsInactive, -1)))}, nil
		}).quick())
	needing[drivers.StoragePools](onConn(b, remoteproto.ConnectListStoragePools,
		func(c *call, a *remoteproto.ConnectListStoragePoolsArgs) (*remoteproto.ConnectListStoragePoolsRet, error) {
			return &remoteproto.ConnectListStoragePoolsRet{Names: c.host.poolNames(vir.ConnectListStoragePoolsActive, int(a.Maxnames))}, nil
		}).quick().wire(func(a *remoteproto.ConnectListStoragePoolsArgs) error {
		return checkMax(a.Maxnames, "maxnames", remoteproto.StoragePoolListMax, "REMOTE_STORAGE_POOL_LIST_MAX")
	}))
	needing[drivers.StoragePools](onConn(b, remoteproto.ConnectListDefinedStoragePools,
		func(c *call, a *remoteproto.ConnectListDefinedStoragePoolsArgs) (*remoteproto.ConnectListDefinedStoragePoolsRet, error) {
			return &remoteproto.ConnectListDefinedStoragePoolsRet{Names: c.host.poolNames(vir.ConnectListStoragePoolsInactive, int(a.Maxnames))}, nil
		}).quick().wire(func(a *remoteproto.ConnectListDefinedStoragePoolsArgs) error {
		return checkMax(a.Maxnames, "maxnames", remoteproto.StoragePoolListMax, "REMOTE_STORAGE_POOL_LIST_MAX")
	}))
}

// poolFilters are the groups of list flags, as those of domains.
var poolFilters = []struct {
	group vir.ConnectListAllStoragePoolsFlags
	fits  func(r *poolRecord, f vir.ConnectListAllStoragePoolsFlags) bool
}{
	poolPair(vir.ConnectListStoragePoolsActive, vir.ConnectListStoragePoolsInactive, func(r *poolRecord) bool { return r.active }),
	poolPair(vir.ConnectListStoragePoolsPersistent, vir.ConnectListStoragePoolsTransient, func(r *poolRecord) bool { return r.persistent }),
	poolPair(vir.ConnectListStoragePoolsAutostart, vir.ConnectListStoragePoolsNoAutostart, func(r *poolRecord) bool { return r.autostart }),
	{allPoolTypes(), func(r *poolRecord, f vir.ConnectListAllStoragePoolsFlags) bool {
		return f&poolTypeFlags[r.def.Type] != 0
	}},
}

// poolTypeFlags are the list flags of the types.
var poolTypeFlags = map[domxml.StoragePoolType]vir.ConnectListAllStoragePoolsFlags{
	domxml.StoragePoolDir: vir.ConnectListStoragePoolsDir, domxml.StoragePoolFS: vir.ConnectListStoragePoolsFS,
	domxml.StoragePoolNetFS: vir.ConnectListStoragePoolsNetfs, domxml.StoragePoolLogical: vir.ConnectListStoragePoolsLogical,
	domxml.StoragePoolDisk: vir.ConnectListStoragePoolsDisk, domxml.StoragePoolISCSI: vir.ConnectListStoragePoolsISCSI,
	domxml.StoragePoolSCSI: vir.ConnectListStoragePoolsSCSI, domxml.StoragePoolMpath: vir.ConnectListStoragePoolsMpath,
	domxml.StoragePoolRBD: vir.ConnectListStoragePoolsRBD, domxml.StoragePoolSheepdog: vir.ConnectListStoragePoolsSheepdog,
	domxml.StoragePoolGluster: vir.ConnectListStoragePoolsGluster, domxml.StoragePoolZFS: vir.ConnectListStoragePoolsZFS,
	domxml.StoragePoolVstorage: vir.ConnectListStoragePoolsVstorage, domxml.StoragePoolISCSIDirect: vir.ConnectListStoragePoolsISCSIDirect,
}

func allPoolTypes() (all vir.ConnectListAllStoragePoolsFlags) {
	for _, f := range poolTypeFlags {
		all |= f
	}
	return all
}

func poolPair(with, without vir.ConnectListAllStoragePoolsFlags, has func(*poolRecord) bool) struct {
	group vir.ConnectListAllStoragePoolsFlags
	fits  func(r *poolRecord, f vir.ConnectListAllStoragePoolsFlags) bool
} {
	return struct {
		group vir.ConnectListAllStoragePoolsFlags
		fits  func(r *poolRecord, f vir.ConnectListAllStoragePoolsFlags) bool
	}{with | without, func(r *poolRecord, f vir.ConnectListAllStoragePoolsFlags) bool {
		if has(r) {
			return f&with != 0
		}
		return f&without != 0
	}}
}

// selectsPool reports whether a pool passes all groups of flags.
func selectsPool(r *poolRecord, f vir.ConnectListAllStoragePoolsFlags) bool {
	if !r.exists() {
		return false
	}
	for _, g := range poolFilters {
		if f&g.group != 0 && !g.fits(r, f) {
			return false
		}
	}
	return true
}

// poolNames are the names of the pools that pass, limit at most.
func (h *Host) poolNames(f vir.ConnectListAllStoragePoolsFlags, limit int) (names []string) {
	for _, p := range h.pools.all() {
		if r := p.load(); selectsPool(r, f) && len(names) != limit {
			names = append(names, r.name)
		}
	}
	return names
}

func connectListAllStoragePools(c *call, a *remoteproto.ConnectListAllStoragePoolsArgs) (*remoteproto.ConnectListAllStoragePoolsRet, error) {
	out := &remoteproto.ConnectListAllStoragePoolsRet{}
	// The reference's test driver counts every pool for those who only count (difference 33).
	all := a.NeedResults == 0 && c.conn.engine.cfg.Strict
	for _, p := range c.host.pools.all() {
		if !all && !selectsPool(p.load(), vir.ConnectListAllStoragePoolsFlags(a.Flags)) {
			continue
		}
		out.Ret++
		if a.NeedResults != 0 {
			out.Pools = append(out.Pools, p.ref())
		}
	}
	if len(out.Pools) > remoteproto.StoragePoolListMax {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "Too many storage_pools '%d' for limit '%d'", len(out.Pools), remoteproto.StoragePoolListMax)
	}
	return out, nil
}
