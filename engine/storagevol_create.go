package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindVolumeCreate(b *binder) {
	needing[drivers.StorageVolumes](changePool(b, remoteproto.StorageVolCreateXML,
		func(a *remoteproto.StorageVolCreateXMLArgs) *remoteproto.StoragePool { return &a.Pool },
		func(c *call, p *StoragePool, a *remoteproto.StorageVolCreateXMLArgs) (*remoteproto.StorageVolCreateXMLRet, error) {
			ref, err := p.createVolume(c, a.XML, nil, a.Flags)
			if err != nil {
				return nil, err
			}
			return &remoteproto.StorageVolCreateXMLRet{Vol: ref}, nil
		}).knows(uint32(vir.StorageVolCreatePreallocMetadata)))
	needing[drivers.StorageVolumes](changePool(b, remoteproto.StorageVolCreateXMLFrom,
		func(a *remoteproto.StorageVolCreateXMLFromArgs) *remoteproto.StoragePool { return &a.Pool },
		func(c *call, p *StoragePool, a *remoteproto.StorageVolCreateXMLFromArgs) (*remoteproto.StorageVolCreateXMLFromRet, error) {
			ref, err := p.createVolume(c, a.XML, &a.Clonevol, a.Flags)
			if err != nil {
				return nil, err
			}
			return &remoteproto.StorageVolCreateXMLFromRet{Vol: ref}, nil
		}).knows(uint32(vir.StorageVolCreatePreallocMetadata | vir.StorageVolCreateReflink)))
	changeVolume(b, remoteproto.StorageVolDelete,
		func(a *remoteproto.StorageVolDeleteArgs) *remoteproto.StorageVol { return &a.Vol }, storageVolDelete).
		knows(uint32(vir.StorageVolDeleteZeroed | vir.StorageVolDeleteWithSnapshots))
}

// createVolume makes a volume, as a copy of another one unless from is nil.
func (p *StoragePool) createVolume(c *call, xml string, from *remoteproto.StorageVol, flags uint32) (none remoteproto.StorageVol, err error) {
	h := c.host
	if err := p.mustBeActive(); err != nil {
		return none, err
	}
	if flags&uint32(vir.StorageVolCreateValidate) != 0 {
		if err := domxml.ValidateStorageVolumeSchema([]byte(xml)); err != nil {
			return none, err
		}
	}
	r := p.load()
	doc, err := domxml.ParseStorageVolume([]byte(xml), r.def.Type)
	if err != nil {
		return none, err
	}
	if v, _ := p.volumes.name(doc.Name); v != nil {
		return none, h.errorf(vir.ErrOperationFailed, "storage vol already exists")
	}
	var source *drivers.StorageVolumeRef
	if from != nil {
		if source, err = p.cloneSource(from); err != nil {
			return none, err
		}
	}
	if free := r.capacity - r.allocation; doc.Allocation.Value > free || r.allocation > r.capacity {
		return none, h.errorf(vir.ErrInternalError, "Not enough free space in pool for volume '%s'", doc.Name)
	}
	keeper := h.backend.(drivers.StorageVolumes)
	keeper.PlaceStorageVolume(r.def, doc)
	if err := keeper.CreateStorageVolume(c, r.def, doc, source, vir.StorageVolCreateFlags(flags)); err != nil {
		return none, err
	}
	p.volumes.insert(&StorageVolume{pool: p, name: doc.Name}, doc)
	p.update(c.Call, func(r *poolRecord) []*event {
		r.allocation += doc.Allocation.Value
		return nil
	})
	return volumeRef(p, doc), nil
}

// cloneSource finds the volume to copy. The reference looks for its name in
// the pool of the copy, whatever pool the caller names; so do we where there
// is no better one, and always in the strict mode.
func (p *StoragePool) cloneSource(from *remoteproto.StorageVol) (*drivers.StorageVolumeRef, error) {
	pool := p
	if !p.host.engine.cfg.Strict {
		if o, err := p.host.poolByName(from.Pool); err == nil && o.load().active {
			if v, _ := o.volumes.name(from.Name); v != nil {
				pool = o
			}
		}
	}
	v, doc := pool.volumes.name(from.Name)
	if v == nil {
		return nil, p.host.errNoVolume("name", from.Name)
	}
	return &drivers.StorageVolumeRef{Pool: pool.load().def, Volume: doc}, nil
}

func storageVolDelete(c *call, v volumeCall, a *remoteproto.StorageVolDeleteArgs) (*proc.Void, error) {
	err := c.host.backend.(drivers.StorageVolumes).DeleteStorageVolume(c, v.pool.load().def, v.doc, vir.StorageVolDeleteFlags(a.Flags))
	if err != nil {
		return nil, err
	}
	v.pool.volumes.remove(v.vol)
	v.pool.update(c.Call, func(r *poolRecord) []*event {
		r.allocation -= v.doc.Allocation.Value
		return nil
	})
	return nil, nil
}
