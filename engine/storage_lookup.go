package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindPoolLookup(b *binder) {
	needing[drivers.StoragePools](onConn(b, remoteproto.StoragePoolLookupByName, storagePoolLookupByName).quick())
	needing[drivers.StoragePools](onConn(b, remoteproto.StoragePoolLookupByUUID, storagePoolLookupByUUID).quick())
	needing[drivers.StoragePools](onConn(b, remoteproto.StoragePoolLookupByVolume, storagePoolLookupByVolume).quick())
	needing[drivers.StoragePools](onConn(b, remoteproto.StoragePoolLookupByTargetPath, storagePoolLookupByTargetPath).quick())
}

func storagePoolLookupByName(c *call, a *remoteproto.StoragePoolLookupByNameArgs) (*remoteproto.StoragePoolLookupByNameRet, error) {
	p, err := c.host.poolByName(a.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.StoragePoolLookupByNameRet{Pool: p.ref()}, nil
}

func storagePoolLookupByUUID(c *call, a *remoteproto.StoragePoolLookupByUUIDArgs) (*remoteproto.StoragePoolLookupByUUIDRet, error) {
	p, err := c.host.poolByUUID(a.UUID)
	if err != nil {
		return nil, err
	}
	return &remoteproto.StoragePoolLookupByUUIDRet{Pool: p.ref()}, nil
}

// storagePoolLookupByVolume believes what the caller says of the volume.
func storagePoolLookupByVolume(c *call, a *remoteproto.StoragePoolLookupByVolumeArgs) (*remoteproto.StoragePoolLookupByVolumeRet, error) {
	p, err := c.host.poolByName(a.Vol.Pool)
	if err != nil {
		return nil, err
	}
	return &remoteproto.StoragePoolLookupByVolumeRet{Pool: p.ref()}, nil
}

// storagePoolLookupByTargetPath looks at active pools, as the reference's own
// storage driver does; its test driver has no such procedure.
func storagePoolLookupByTargetPath(c *call, a *remoteproto.StoragePoolLookupByTargetPathArgs) (*remoteproto.StoragePoolLookupByTargetPathRet, error) {
	path := domxml.CleanPath(a.Path)
	for _, p := range c.host.pools.all() {
		if r := p.load(); r.active && r.def.Target != nil && r.def.Target.Path == path {
			return &remoteproto.StoragePoolLookupByTargetPathRet{Pool: p.ref()}, nil
		}
	}
	if path != a.Path {
		return nil, vir.Errorf(vir.FromStorage, vir.ErrNoStoragePool, "no storage pool with matching target path '%s' (%s)", a.Path, path)
	}
	return nil, vir.Errorf(vir.FromStorage, vir.ErrNoStoragePool, "no storage pool with matching target path '%s'", a.Path)
}
