package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindVolumeLookup(b *binder) {
	onPool(b, remoteproto.StoragePoolNumOfVolumes,
		func(a *remoteproto.StoragePoolNumOfVolumesArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolNumOfVolumes).quick()
	onPool(b, remoteproto.StoragePoolListVolumes,
		func(a *remoteproto.StoragePoolListVolumesArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolListVolumes).quick().
		wire(func(a *remoteproto.StoragePoolListVolumesArgs) error {
			return checkMax(a.Maxnames, "maxnames", remoteproto.StorageVolListMax, "REMOTE_STORAGE_VOL_LIST_MAX")
		})
	onPoolUUID(b, remoteproto.StoragePoolListAllVolumes,
		func(a *remoteproto.StoragePoolListAllVolumesArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolListAllVolumes).quick()
	onPool(b, remoteproto.StorageVolLookupByName,
		func(a *remoteproto.StorageVolLookupByNameArgs) *remoteproto.StoragePool { return &a.Pool }, storageVolLookupByName).quick()
	needing[drivers.StorageVolumes](onConn(b, remoteproto.StorageVolLookupByKey, storageVolLookupByKey).quick())
	needing[drivers.StorageVolumes](onConn(b, remoteproto.StorageVolLookupByPath, storageVolLookupByPath).quick())
}

func storagePoolNumOfVolumes(_ *call, p *StoragePool, _ *remoteproto.StoragePoolNumOfVolumesArgs) (*remoteproto.StoragePoolNumOfVolumesRet, error) {
	if err := p.mustBeActive(); err != nil {
		return nil, err
	}
	return &remoteproto.StoragePoolNumOfVolumesRet{Num: int32(p.volumes.len())}, nil
}

func storagePoolListVolumes(_ *call, p *StoragePool, a *remoteproto.StoragePoolListVolumesArgs) (*remoteproto.StoragePoolListVolumesRet, error) {
	if err := p.mustBeActive(); err != nil {
		return nil, err
	}
	out := &remoteproto.StoragePoolListVolumesRet{}
	for _, doc := range p.volumes.documents() {
		if len(out.Names) < int(a.Maxnames) {
			out.Names = append(out.Names, doc.Name)
		}
	}
	return out, nil
}

func storagePoolListAllVolumes(c *call, p *StoragePool, a *remoteproto.StoragePoolListAllVolumesArgs) (*remoteproto.StoragePoolListAllVolumesRet, error) {
	if !p.load().active {
		if c.host.storageDriver() {
			return nil, p.mustBeActive()
		}
		return nil, c.host.storageError(vir.ErrOperationInvalid, "storage pool is not active")
	}
	out := &remoteproto.StoragePoolListAllVolumesRet{}
	for _, doc := range p.volumes.documents() {
		out.Ret++
		if a.NeedResults != 0 {
			out.Vols = append(out.Vols, volumeRef(p, doc))
		}
	}
	if len(out.Vols) > remoteproto.StorageVolListMax {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "Too many storage_vols '%d' for limit '%d'", len(out.Vols), remoteproto.StorageVolListMax)
	}
	return out, nil
}

func storageVolLookupByName(c *call, p *StoragePool, a *remoteproto.StorageVolLookupByNameArgs) (*remoteproto.StorageVolLookupByNameRet, error) {
	if err := p.mustBeActive(); err != nil {
		return nil, err
	}
	v, doc := p.volumes.name(a.Name)
	if v == nil {
		return nil, c.host.errNoVolume("name", a.Name)
	}
	return &remoteproto.StorageVolLookupByNameRet{Vol: volumeRef(p, doc)}, nil
}

// anywhere finds a volume in all active pools.
func (h *Host) anywhere(fits func(*domxml.StorageVolume) bool) (remoteproto.StorageVol, bool) {
	for _, p := range h.pools.all() {
		if !p.load().active {
			continue
		}
		if doc := p.volumes.find(fits); doc != nil {
			return volumeRef(p, doc), true
		}
	}
	return remoteproto.StorageVol{}, false
}

func storageVolLookupByKey(c *call, a *remoteproto.StorageVolLookupByKeyArgs) (*remoteproto.StorageVolLookupByKeyRet, error) {
	ref, ok := c.host.anywhere(func(doc *domxml.StorageVolume) bool { return doc.Key == a.Key })
	if !ok {
		if c.host.storageDriver() {
			return nil, c.host.storageError(vir.ErrNoStorageVol, "no storage vol with matching key %s", a.Key)
		}
		return nil, c.host.errNoVolume("key", a.Key)
	}
	return &remoteproto.StorageVolLookupByKeyRet{Vol: ref}, nil
}

func storageVolLookupByPath(c *call, a *remoteproto.StorageVolLookupByPathArgs) (*remoteproto.StorageVolLookupByPathRet, error) {
	path := a.Path
	if c.host.storageDriver() {
		path = domxml.CleanPath(path)
	}
	ref, ok := c.host.anywhere(func(doc *domxml.StorageVolume) bool { return doc.Target.Path == path })
	if !ok {
		return nil, c.host.errNoVolume("path", a.Path)
	}
	return &remoteproto.StorageVolLookupByPathRet{Vol: ref}, nil
}
