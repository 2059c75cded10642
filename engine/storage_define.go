package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindPoolDefine(b *binder) {
	needing[drivers.StoragePools](onConn(b, remoteproto.StoragePoolDefineXML, storagePoolDefineXML))
	changePool(b, remoteproto.StoragePoolUndefine,
		func(a *remoteproto.StoragePoolUndefineArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolUndefine)
}

// parsePool reads the document of a pool.
func (h *Host) parsePool(doc string, validate bool) (*domxml.StoragePool, error) {
	if validate {
		if err := domxml.ValidateStoragePoolSchema([]byte(doc)); err != nil {
			return nil, err
		}
	}
	def, err := domxml.ParseStoragePool([]byte(doc))
	if err != nil {
		return nil, err
	}
	if err := h.checkPoolType(def.Type); err != nil {
		return nil, err
	}
	def.Generate(h.random)
	return def, nil
}

// claimPool finds the pool that a document is about, or puts a new one into
// the store, which does not exist for others until it is active or persistent.
// live says that the document is to be started. then is called while nobody
// else can take the pool away.
func (h *Host) claimPool(def *domxml.StoragePool, live bool, then func(*StoragePool)) (p *StoragePool, fresh bool, err error) {
	h.pools.mu.Lock()
	defer h.pools.mu.Unlock()
	if p, err = h.claimedPool(def, live); err != nil {
		return nil, false, err
	}
	if p == nil {
		fresh = true
		p = &StoragePool{object: object[poolRecord]{host: h, uuid: def.UUID}, job: newJob()}
		p.rec.Store(&poolRecord{name: def.Name, def: def, capacity: h.storage().StoragePoolCapacity(def)})
		h.pools.insert(p, def.Name, def.UUID)
	}
	if then != nil {
		then(p)
	}
	return p, fresh, nil
}

// claimedPool finds the pool that a document is about, or nil if it would be a
// new one; pools.mu is held.
func (h *Host) claimedPool(def *domxml.StoragePool, live bool) (*StoragePool, error) {
	failed := func(format string, args ...any) error {
		return vir.Errorf(vir.FromStorage, vir.ErrOperationFailed, format, args...)
	}
	// What two pools must not share is looked at first, whatever else is wrong.
	for _, o := range h.pools.order {
		if r := o.load(); r.name != def.Name && r.def.SharesSource(def) {
			return nil, failed("Storage source conflict with pool: '%s'", r.name)
		}
	}
	p := h.pools.byUUID[def.UUID]
	if p == nil {
		if o := h.pools.byName[def.Name]; o != nil {
			return nil, failed("pool '%s' already exists with uuid %s", def.Name, o.uuid)
		}
		return nil, nil
	}
	r := p.load()
	if r.name != def.Name {
		return nil, failed("pool '%s' is already defined with uuid %s", r.name, def.UUID)
	}
	if live && r.active {
		return nil, errPoolActive(r.name)
	}
	return p, nil
}

func errPoolActive(name string) error {
	return vir.Errorf(vir.FromStorage, vir.ErrOperationInvalid, "pool is already active as '%s'", name)
}

// retire swaps the record of a pool and takes the pool out of the store where
// nothing is left of it.
func (p *StoragePool) retire(origin *proc.Call, change func(r *poolRecord) []*event) {
	h := p.host
	h.pools.mu.Lock()
	p.update(origin, func(r *poolRecord) []*event {
		events := change(r)
		r.gone = !r.exists()
		return events
	})
	gone := p.load().gone
	if gone {
		h.pools.remove(p, p.load().name, p.uuid)
	}
	h.pools.mu.Unlock()
	if gone {
		h.storage().ForgetStoragePool(p.load().def)
	}
}

// storagePoolDefineXML adds or replaces a definition. For an active pool the
// new one only makes it persistent in the reference's simulation, which forgets
// it; its storage driver keeps it for later.
func storagePoolDefineXML(c *call, a *remoteproto.StoragePoolDefineXMLArgs) (*remoteproto.StoragePoolDefineXMLRet, error) {
	def, err := c.host.parsePool(a.XML, a.Flags&uint32(vir.StoragePoolDefineValidate) != 0)
	if err != nil {
		return nil, err
	}
	h := c.host
	t, err := h.turn(c, c.Info.API, drivers.KindStoragePool, def.Name)
	if err != nil {
		return nil, err
	}
	defer t.end()
	if t != nil {
		h.pools.mu.RLock()
		p, err := h.claimedPool(def, false)
		h.pools.mu.RUnlock()
		if err != nil {
			return nil, err
		}
		after := poolRecord{name: def.Name}
		if p != nil {
			after = *p.load()
		}
		after.define(def, h.storageDriver())
		if err := t.keep(c, def.Name, after.lasting()); err != nil {
			return nil, err
		}
	}
	p, _, err := h.claimPool(def, false, func(p *StoragePool) {
		p.update(c.Call, func(r *poolRecord) []*event {
			r.define(def, h.storageDriver())
			return p.lifecycle(vir.StoragePoolEventDefined)
		})
	})
	if err != nil {
		return nil, err
	}
	return &remoteproto.StoragePoolDefineXMLRet{Pool: p.ref()}, nil
}

// define gives the record a definition. later says that one for a running pool
// is for the time after.
func (r *poolRecord) define(def *domxml.StoragePool, later bool) {
	r.persistent = true
	switch {
	case !r.active && later:
		r.def, r.capacity, r.allocation = def, 0, 0
	case !r.active:
		r.def = def
	case later:
		r.next = def
	}
}

// storagePoolUndefine forgets an inactive pool.
func storagePoolUndefine(c *call, p *StoragePool, _ *remoteproto.StoragePoolUndefineArgs) (*proc.Void, error) {
	if err := first(p.mustBeInactive("undefine"), p.mustBeIdle()); err != nil {
		return nil, err
	}
	t, err := p.turn(c, c.Call)
	if err != nil {
		return nil, err
	}
	defer t.end()
	if err := t.keep(c, p.load().name, lasting{}); err != nil {
		return nil, err
	}
	p.retire(c.Call, func(r *poolRecord) []*event {
		r.persistent = false
		return p.lifecycle(vir.StoragePoolEventUndefined)
	})
	return nil, nil
}
