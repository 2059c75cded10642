package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindVolumeCreate(b *binder) {
	needing[drivers.StorageVolumes](onPool(b, remoteproto.StorageVolCreateXML,
		func(a *remoteproto.StorageVolCreateXMLArgs) *remoteproto.StoragePool { return &a.Pool },
		func(c *call, p *StoragePool, a *remoteproto.StorageVolCreateXMLArgs) (*remoteproto.StorageVolCreateXMLRet, error) {
			ref, err := p.createVolume(c, a.XML, nil, a.Flags)
			if err != nil {
				return nil, err
			}
			return &remoteproto.StorageVolCreateXMLRet{Vol: ref}, nil
		}).knows(uint32(vir.StorageVolCreatePreallocMetadata)))
	needing[drivers.StorageVolumes](onPool(b, remoteproto.StorageVolCreateXMLFrom,
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

// createVolume makes a volume, as a copy of another one unless from is nil. The
// pool's job is held only until the volume has its name: to make it may take
// long.
func (p *StoragePool) createVolume(c *call, xml string, from *remoteproto.StorageVol, flags uint32) (none remoteproto.StorageVol, err error) {
	n, err := p.beginVolume(c, xml, from, flags)
	if err != nil {
		return none, err
	}
	defer p.works.Add(-1)
	if n.source != nil {
		defer n.source.vol.uses.Add(-1)
	}
	err = c.host.backend.(drivers.StorageVolumes).CreateStorageVolume(c, p.load().def, n.doc, n.sourceRef(), vir.StorageVolCreateFlags(flags))
	if err != nil {
		p.volumes.remove(n.vol)
		return none, err
	}
	p.volumes.set(n.vol, n.doc)
	n.vol.building.Store(false)
	p.update(c.Call, func(r *poolRecord) []*event {
		r.allocation += n.doc.Allocation.Value
		return nil
	})
	return volumeRef(p, n.doc), nil
}

// newVolume is a volume in the making.
type newVolume struct {
	vol    *StorageVolume
	doc    *domxml.StorageVolume
	source *volumeCall // nil for none
}

func (n *newVolume) sourceRef() *drivers.StorageVolumeRef {
	if n.source == nil {
		return nil
	}
	return &drivers.StorageVolumeRef{Pool: n.source.pool.load().def, Volume: n.source.doc}
}

// beginVolume judges what is to be made and gives it its place in the pool.
func (p *StoragePool) beginVolume(c *call, xml string, from *remoteproto.StorageVol, flags uint32) (*newVolume, error) {
	h := c.host
	done, err := p.job.begin(c, c.Info.API)
	if err != nil {
		return nil, err
	}
	defer done()
	if !p.load().exists() {
		return nil, h.errNoPool("name", p.load().name)
	}
	if err := p.mustBeActive(); err != nil {
		return nil, err
	}
	if flags&uint32(vir.StorageVolCreateValidate) != 0 {
		if err := domxml.ValidateStorageVolumeSchema([]byte(xml)); err != nil {
			return nil, err
		}
	}
	r := p.load()
	doc, err := h.parseVolume(xml, r.def.Type, from != nil)
	if err != nil {
		return nil, err
	}
	if v, _ := p.volumes.name(doc.Name); v != nil {
		return nil, h.errVolumeThere(doc.Name, from != nil)
	}
	n := &newVolume{doc: doc}
	if from != nil {
		if n.source, err = p.cloneSource(from); err != nil {
			return nil, err
		}
		if err := n.source.vol.mustBeBuilt(); err != nil {
			return nil, err
		}
	}
	if free := r.capacity - r.allocation; !h.storageDriver() && (doc.Allocation.Value > free || r.allocation > r.capacity) {
		return nil, h.storageError(vir.ErrInternalError, "Not enough free space in pool for volume '%s'", doc.Name)
	}
	h.backend.(drivers.StorageVolumes).PlaceStorageVolume(r.def, doc)
	n.vol = &StorageVolume{pool: p, name: doc.Name}
	n.vol.building.Store(true)
	planned := *doc
	planned.Allocation = domxml.Bytes(0)
	p.volumes.insert(n.vol, &planned)
	p.works.Add(1)
	if n.source != nil {
		n.source.vol.uses.Add(1)
	}
	return n, nil
}

// parseVolume reads the document of a volume to be made. The storage driver
// finds out the size of a copy, and of what stands on another image.
func (h *Host) parseVolume(xml string, t domxml.StoragePoolType, clone bool) (*domxml.StorageVolume, error) {
	if !h.storageDriver() {
		return domxml.ParseStorageVolume([]byte(xml), t)
	}
	doc, err := domxml.ParseStorageVolume([]byte(xml), t, domxml.CapacityOptional())
	if err == nil && !clone && doc.Capacity.Value == 0 && doc.BackingStore == nil {
		return domxml.ParseStorageVolume([]byte(xml), t) // and the words for it
	}
	return doc, err
}

// errVolumeThere is about a name that another volume has.
func (h *Host) errVolumeThere(name string, clone bool) error {
	switch {
	case !h.storageDriver():
		return h.storageError(vir.ErrOperationFailed, "storage vol already exists")
	case clone:
		return h.storageError(vir.ErrInternalError, "storage volume name '%s' already in use.", name)
	}
	return h.storageError(vir.ErrStorageVolExist, "'%s'", name)
}

// cloneSource finds the volume to copy. The reference's test driver looks for
// its name in the pool of the copy, whatever pool the caller names; so do we
// there where there is no better one, and always in the strict mode.
func (p *StoragePool) cloneSource(from *remoteproto.StorageVol) (*volumeCall, error) {
	h := p.host
	if h.storageDriver() {
		v, err := h.volume(from)
		return &v, err
	}
	pool := p
	if !h.engine.cfg.Strict {
		if o, err := h.poolByName(from.Pool); err == nil && o.load().active {
			if v, _ := o.volumes.name(from.Name); v != nil {
				pool = o
			}
		}
	}
	v, doc := pool.volumes.name(from.Name)
	if v == nil {
		return nil, h.errNoVolume("name", from.Name)
	}
	return &volumeCall{pool, v, doc}, nil
}

func storageVolDelete(c *call, v volumeCall, a *remoteproto.StorageVolDeleteArgs) (*proc.Void, error) {
	if err := v.vol.mustBeFree(); err != nil {
		return nil, err
	}
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
