package engine

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The flags that our pools understand beyond those of the reference's test
// driver: those of its storage driver.
const (
	poolCreateFlags = uint32(vir.StoragePoolCreateWithBuild | vir.StoragePoolCreateWithBuildOverwrite | vir.StoragePoolCreateWithBuildNoOverwrite)
	poolBuildFlags  = uint32(vir.StoragePoolBuildNoOverwrite | vir.StoragePoolBuildOverwrite)
	poolDeleteFlags = uint32(vir.StoragePoolDeleteZeroed)
)

func bindPoolLifecycle(b *binder) {
	needing[drivers.StoragePools](onConn(b, remoteproto.StoragePoolCreateXML, storagePoolCreateXML).knows(poolCreateFlags))
	changePool(b, remoteproto.StoragePoolCreate,
		func(a *remoteproto.StoragePoolCreateArgs) *remoteproto.StoragePool { return &a.Pool },
		func(c *call, p *StoragePool, a *remoteproto.StoragePoolCreateArgs) (*proc.Void, error) {
			if err := p.mustBeInactive("start"); err != nil {
				return nil, err
			}
			return nil, p.start(c, c.Call, a.Flags, false)
		}).knows(poolCreateFlags)
	changePool(b, remoteproto.StoragePoolDestroy,
		func(a *remoteproto.StoragePoolDestroyArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolDestroy)
	changePool(b, remoteproto.StoragePoolBuild,
		func(a *remoteproto.StoragePoolBuildArgs) *remoteproto.StoragePool { return &a.Pool },
		func(c *call, p *StoragePool, a *remoteproto.StoragePoolBuildArgs) (*proc.Void, error) {
			if err := p.mustBeInactive("build"); err != nil {
				return nil, err
			}
			return nil, p.build(c, c.Call, vir.StoragePoolBuildFlags(a.Flags))
		}).knows(poolBuildFlags)
	changePool(b, remoteproto.StoragePoolDelete,
		func(a *remoteproto.StoragePoolDeleteArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolDelete).knows(poolDeleteFlags)
	changePool(b, remoteproto.StoragePoolRefresh,
		func(a *remoteproto.StoragePoolRefreshArgs) *remoteproto.StoragePool { return &a.Pool }, storagePoolRefresh)
}

// storagePoolCreateXML starts a pool without keeping its definition. One that
// there was is forgotten when the pool stops, by the reference's test driver; its
// storage driver has it back then.
func storagePoolCreateXML(c *call, a *remoteproto.StoragePoolCreateXMLArgs) (*remoteproto.StoragePoolCreateXMLRet, error) {
	def, err := c.host.parsePool(a.XML, false)
	if err != nil {
		return nil, err
	}
	var p *StoragePool
	for {
		if p, _, err = c.host.claimPool(def, true, nil); err != nil {
			return nil, err
		}
		done, err := p.job.begin(c, remoteproto.StoragePoolCreateXML.Info.API)
		if err != nil {
			return nil, err
		}
		defer done()
		if r := p.load(); r.active {
			return nil, errPoolActive(def.Name)
		} else if !r.gone {
			break
		}
		// Somebody has undefined it while we waited.
	}
	t, err := p.turn(c, c.Call)
	if err != nil {
		return nil, err
	}
	defer t.end() // a definition that it has had is no longer kept
	before := *p.load()
	stays := before.persistent && c.host.storageDriver()
	p.update(nil, func(r *poolRecord) []*event {
		if r.def = def; stays {
			r.next = before.def
		}
		return nil
	})
	if err := p.start(c, c.Call, a.Flags, !stays); err != nil {
		p.retire(nil, func(r *poolRecord) []*event { *r = before; return nil })
		return nil, err
	}
	return &remoteproto.StoragePoolCreateXMLRet{Pool: p.ref()}, nil
}

// start makes a pool active and looks at what is there. A transient pool has
// no definition afterwards, whatever it had before.
func (p *StoragePool) start(ctx context.Context, origin *proc.Call, flags uint32, transient bool) error {
	def := p.load().def
	if flags != 0 {
		build := vir.StoragePoolBuildNew
		if flags&uint32(vir.StoragePoolCreateWithBuildOverwrite) != 0 {
			build = vir.StoragePoolBuildOverwrite
		} else if flags&uint32(vir.StoragePoolCreateWithBuildNoOverwrite) != 0 {
			build = vir.StoragePoolBuildNoOverwrite
		}
		if p.host.storageDriver() {
			if err := p.host.storage().BuildStoragePool(ctx, def, build); err != nil {
				return err // and nobody is told that it was built
			}
		} else if err := p.build(ctx, origin, build); err != nil {
			return err
		}
	}
	if err := p.host.storage().StartStoragePool(ctx, def); err != nil {
		return err
	}
	content, err := p.scan(ctx)
	if err != nil {
		_ = p.host.storage().StopStoragePool(ctx, def)
		return err
	}
	if err := p.keepState(ctx, def); err != nil {
		_ = p.host.storage().StopStoragePool(ctx, def)
		return err
	}
	p.update(origin, func(r *poolRecord) []*event {
		r.active = true
		r.found(content)
		if transient {
			r.persistent, r.autostart = false, false
		}
		return p.lifecycle(vir.StoragePoolEventStarted)
	})
	return nil
}

// keepState keeps what an active pool was started with, so that a later daemon
// knows that it is.
func (p *StoragePool) keepState(ctx context.Context, def *domxml.StoragePool) error {
	if p.host.keeper == nil {
		return nil
	}
	text, err := poolDocument{def}.kept()
	if err != nil {
		return err
	}
	return p.host.keeper.Keep(ctx, drivers.Kept{Kind: drivers.KindStoragePoolState, Name: p.load().name, Document: text})
}

// forgetState is for a pool that is to be stopped.
func (p *StoragePool) forgetState(ctx context.Context) error {
	if p.host.keeper == nil {
		return nil
	}
	return p.host.keeper.Forget(ctx, drivers.KindStoragePoolState, "", p.load().name)
}

// scan looks at what is in a pool.
func (p *StoragePool) scan(ctx context.Context) (drivers.StoragePoolContent, error) {
	content, err := p.host.storage().ScanStoragePool(ctx, p.load().def, p.volumes.documents())
	if err == nil {
		p.volumes.replace(p, content.Volumes)
	}
	return content, err
}

func (p *StoragePool) build(ctx context.Context, origin *proc.Call, flags vir.StoragePoolBuildFlags) error {
	if err := p.host.storage().BuildStoragePool(ctx, p.load().def, flags); err != nil {
		return err
	}
	p.update(origin, func(*poolRecord) []*event { return p.lifecycle(vir.StoragePoolEventCreated) })
	return nil
}

// storagePoolDestroy stops a pool; without a definition it is gone.
func storagePoolDestroy(c *call, p *StoragePool, _ *remoteproto.StoragePoolDestroyArgs) (*proc.Void, error) {
	if err := first(p.mustBeActive(), p.mustBeIdle()); err != nil {
		return nil, err
	}
	return nil, p.stop(c, c.Call)
}

// stop leaves a pool.
func (p *StoragePool) stop(ctx context.Context, origin *proc.Call) error {
	def := p.load().def
	if err := p.forgetState(ctx); err != nil {
		return err
	}
	if err := p.host.storage().StopStoragePool(ctx, def); err != nil {
		_ = p.keepState(ctx, def)
		return err
	}
	p.retire(origin, func(r *poolRecord) []*event {
		if r.active = false; r.next != nil {
			r.def, r.next, r.capacity, r.allocation = r.next, nil, 0, 0
		}
		return p.lifecycle(vir.StoragePoolEventStopped)
	})
	return nil
}

func storagePoolDelete(c *call, p *StoragePool, a *remoteproto.StoragePoolDeleteArgs) (*proc.Void, error) {
	if err := first(p.mustBeInactive("delete"), p.mustBeIdle()); err != nil {
		return nil, err
	}
	if err := c.host.storage().DeleteStoragePool(c, p.load().def, vir.StoragePoolDeleteFlags(a.Flags)); err != nil {
		return nil, err
	}
	p.update(c.Call, func(*poolRecord) []*event { return p.lifecycle(vir.StoragePoolEventDeleted) })
	return nil, nil
}

func storagePoolRefresh(c *call, p *StoragePool, _ *remoteproto.StoragePoolRefreshArgs) (*proc.Void, error) {
	if err := first(p.mustBeActive(), p.mustBeIdle()); err != nil {
		return nil, err
	}
	err := p.refresh(c, c.Call)
	if err != nil && c.host.storageDriver() {
		_ = p.stop(c, c.Call) // what cannot be looked at is not in use
	}
	return nil, err
}

// refresh looks at a pool again and tells.
func (p *StoragePool) refresh(ctx context.Context, origin *proc.Call) error {
	content, err := p.scan(ctx)
	if err != nil {
		return err
	}
	p.update(origin, func(r *poolRecord) []*event {
		r.found(content)
		return p.refreshed()
	})
	return nil
}

// found takes over what somebody has seen of a pool. The permissions of the
// target become those of the definition.
func (r *poolRecord) found(c drivers.StoragePoolContent) {
	r.capacity, r.allocation = c.Capacity, c.Allocation
	if c.Permissions == nil || r.def.Target == nil {
		return
	}
	def, target := *r.def, *r.def.Target
	target.Permissions, def.Target = c.Permissions, &target
	r.def = &def
}
