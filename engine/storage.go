package engine

import (
	"cmp"
	"context"
	"sync/atomic"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// StoragePool is one pool of a host. Its record says what it is, volumes what
// is in it; both may be read at any time, and changed with the pool's job.
type StoragePool struct {
	object[poolRecord]
	job     *job
	volumes volumes
	// works counts what goes on for volumes of the pool without its job.
	works atomic.Int32
}

// poolRecord is the state of a pool at one moment; it never changes.
type poolRecord struct {
	name string
	def  *domxml.StoragePool // not to be changed
	// next is the definition that takes the place of def when the pool stops; nil
	// for none.
	next       *domxml.StoragePool
	active     bool
	persistent bool
	autostart  bool
	gone       bool // no longer in the store
	// capacity and allocation are in bytes. They outlive a stop, as in the
	// reference's simulation.
	capacity, allocation uint64
}

// exists is false while a pool is being made, and after it has gone.
func (r *poolRecord) exists() bool { return r.active || r.persistent }

func (p *StoragePool) ref() remoteproto.StoragePool {
	return remoteproto.StoragePool{Name: p.load().name, UUID: remoteproto.UUID(p.uuid)}
}

func bindStorage(b *binder) {
	bindPoolList(b)
	bindPoolLookup(b)
	bindPoolDefine(b)
	bindPoolLifecycle(b)
	bindPoolInfo(b)
	bindPoolEvents(b)
	bindPoolSources(b)
	bindVolumeLookup(b)
	bindVolumeInfo(b)
	bindVolumeCreate(b)
	bindVolumeContent(b)
	bindVolumeChange(b)
}

// onPool binds a procedure about one pool, which the reference's test driver
// looks up by its name only.
func onPool[A, R any](b *binder, p *proc.Proc[A, R], ref func(*A) *remoteproto.StoragePool, fn func(*call, *StoragePool, *A) (*R, error)) setup[A] {
	return needing[drivers.StoragePools](onConn(b, p, func(c *call, a *A) (*R, error) {
		pool, err := c.host.poolOf(ref(a))
		if err != nil {
			return nil, err
		}
		return fn(c, pool, a)
	}))
}

// onPoolUUID is onPool for the procedures that look for the UUID only.
func onPoolUUID[A, R any](b *binder, p *proc.Proc[A, R], ref func(*A) *remoteproto.StoragePool, fn func(*call, *StoragePool, *A) (*R, error)) setup[A] {
	return needing[drivers.StoragePools](onConn(b, p, func(c *call, a *A) (*R, error) {
		find := func() (*StoragePool, error) { return c.host.poolByUUID(ref(a).UUID) }
		if c.host.storageDriver() {
			find = func() (*StoragePool, error) { return c.host.poolOf(ref(a)) }
		}
		pool, err := find()
		if err != nil {
			return nil, err
		}
		return fn(c, pool, a)
	}))
}

// changePool binds a procedure that changes one pool: the handler runs with
// the pool's job. Somebody may have taken the pool away meanwhile.
func changePool[A, R any](b *binder, p *proc.Proc[A, R], ref func(*A) *remoteproto.StoragePool, fn func(*call, *StoragePool, *A) (*R, error)) setup[A] {
	return onPool(b, p, ref, func(c *call, pool *StoragePool, a *A) (*R, error) {
		done, err := pool.job.begin(c, p.Info.API)
		if err != nil {
			return nil, err
		}
		defer done()
		if !pool.load().exists() {
			_, err := c.host.poolOf(ref(a))
			return nil, cmp.Or(err, c.host.errNoPool("name", ref(a).Name))
		}
		return fn(c, pool, a)
	})
}

func (h *Host) errNoPool(by, value string) error {
	return h.storageError(vir.ErrNoStoragePool, "no storage pool with matching %s '%s'", by, value)
}

func (h *Host) poolByName(name string) (*StoragePool, error) {
	if p := h.pools.name(name); p != nil && p.load().exists() {
		return p, nil
	}
	return nil, h.errNoPool("name", name)
}

func (h *Host) poolByUUID(u remoteproto.UUID) (*StoragePool, error) {
	if p := h.pools.uuid(domxml.UUID(u)); p != nil && p.load().exists() {
		return p, nil
	}
	return nil, h.errNoPool("uuid", domxml.UUID(u).String())
}

// mustBeActive judges the state of a pool for a verb.
func (p *StoragePool) mustBeActive() error {
	if r := p.load(); !r.active {
		return p.host.storageError(vir.ErrOperationInvalid, "storage pool '%s' is not active", r.name)
	}
	return nil
}

// storage is the backend's ability to keep pools; the binders have made sure
// that it is there.
func (h *Host) storage() drivers.StoragePools { return h.backend.(drivers.StoragePools) }

// seedPool puts a pool of the host's first content into the store, active and
// with a definition.
func (h *Host) seedPool(ctx context.Context, s drivers.StoragePoolSeed) error {
	keeper, ok := h.backend.(drivers.StoragePools)
	if !ok {
		return nil
	}
	s.Pool.Generate(h.random)
	p, _, err := h.claimPool(s.Pool, false, nil)
	if err != nil {
		return err
	}
	for _, v := range s.Volumes {
		if v.Target.Path == "" || v.Key == "" {
			place(h.backend, s.Pool, v)
		}
		if p.volumes.insert(&StorageVolume{pool: p, name: v.Name}, v) != nil {
			return vir.ErrorWithoutCause()
		}
	}
	if err := keeper.StartStoragePool(ctx, s.Pool); err != nil {
		return err
	}
	content, err := keeper.ScanStoragePool(ctx, s.Pool, p.volumes.documents())
	if err != nil {
		return err
	}
	p.update(nil, func(r *poolRecord) []*event {
		r.persistent, r.active = true, true
		r.capacity, r.allocation = content.Capacity, content.Allocation
		return nil
	})
	return nil
}

// place fills in what a volume of a world lacks.
func place(b drivers.Backend, pool *domxml.StoragePool, v *domxml.StorageVolume) {
	w := *v
	b.(drivers.StorageVolumes).PlaceStorageVolume(pool, &w)
	if v.Target.Path == "" {
		v.Target.Path = w.Target.Path
	}
	if v.Key == "" {
		v.Key = v.Target.Path
	}
}
