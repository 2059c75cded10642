package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindPoolInfo(b *binder) {
	onPool(b, remoteproto.StoragePoolGetInfo,
		func(a *remoteproto.StoragePoolGetInfoArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolGetInfo).quick()
	onPool(b, remoteproto.StoragePoolGetXMLDesc,
		func(a *remoteproto.StoragePoolGetXMLDescArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolGetXMLDesc).
		knows(uint32(vir.StorageXMLInactive))
	onPool(b, remoteproto.StoragePoolGetAutostart,
		func(a *remoteproto.StoragePoolGetAutostartArgs) *remoteproto.StoragePool { return &a.Pool },
		func(_ *call, p *StoragePool, _ *remoteproto.StoragePoolGetAutostartArgs) (*remoteproto.StoragePoolGetAutostartRet, error) {
			r := p.load()
			return &remoteproto.StoragePoolGetAutostartRet{Autostart: boolInt(r.persistent && r.autostart)}, nil
		}).quick()
	onPool(b, remoteproto.StoragePoolSetAutostart,
		func(a *remoteproto.StoragePoolSetAutostartArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolSetAutostart)
	onPoolUUID(b, remoteproto.StoragePoolIsActive,
		func(a *remoteproto.StoragePoolIsActiveArgs) *remoteproto.StoragePool { return &a.Pool },
		func(_ *call, p *StoragePool, _ *remoteproto.StoragePoolIsActiveArgs) (*remoteproto.StoragePoolIsActiveRet, error) {
			return &remoteproto.StoragePoolIsActiveRet{Active: boolInt(p.load().active)}, nil
		}).quick()
	onPoolUUID(b, remoteproto.StoragePoolIsPersistent,
		func(a *remoteproto.StoragePoolIsPersistentArgs) *remoteproto.StoragePool { return &a.Pool },
		func(_ *call, p *StoragePool, _ *remoteproto.StoragePoolIsPersistentArgs) (*remoteproto.StoragePoolIsPersistentRet, error) {
			return &remoteproto.StoragePoolIsPersistentRet{Persistent: boolInt(p.load().persistent)}, nil
		}).quick()
}

func storagePoolGetInfo(_ *call, p *StoragePool, _ *remoteproto.StoragePoolGetInfoArgs) (*remoteproto.StoragePoolGetInfoRet, error) {
	r := p.load()
	state := vir.StoragePoolInactive
	if r.active {
		state = vir.StoragePoolRunning
	}
	return &remoteproto.StoragePoolGetInfoRet{
		State: uint8(state), Capacity: r.capacity, Allocation: r.allocation, Available: r.capacity - r.allocation,
	}, nil
}

// storagePoolGetXMLDesc gives the document with the present sizes, which
// VIR_STORAGE_XML_INACTIVE leaves out. The reference's storage driver leaves them
// out only where there is another definition.
func storagePoolGetXMLDesc(_ *call, p *StoragePool, a *remoteproto.StoragePoolGetXMLDescArgs) (*remoteproto.StoragePoolGetXMLDescRet, error) {
	r := p.load()
	doc, inactive := *r.def, a.Flags&uint32(vir.StorageXMLInactive) != 0
	if inactive && r.next != nil {
		doc = *r.next
	} else if !inactive || p.host.storageDriver() {
		doc.Capacity, doc.Allocation, doc.Available = domxml.Bytes(r.capacity), domxml.Bytes(r.allocation), domxml.Bytes(r.capacity-r.allocation)
	}
	text, err := domxml.FormatStoragePool(&doc, 0)
	if err != nil {
		return nil, err
	}
	return &remoteproto.StoragePoolGetXMLDescRet{XML: string(text)}, nil
}

// storagePoolSetAutostart needs a definition.
func storagePoolSetAutostart(c *call, p *StoragePool, a *remoteproto.StoragePoolSetAutostartArgs) (*proc.Void, error) {
	var err error
	failed := p.commit(c, func(r *poolRecord) []*event {
		err = nil
		if !r.persistent {
			code := vir.ErrInvalidArg
			if c.host.storageDriver() {
				code = vir.ErrInternalError
			}
			err = c.host.storageError(code, "pool has no config file")
			return nil
		}
		r.autostart = a.Autostart != 0
		return nil
	})
	return nil, first(failed, err)
}
