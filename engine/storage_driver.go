package engine

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The reference has storage twice: as a part of its test driver, which this
// engine has learnt first, and as a driver of its own for hosts with files. What
// the two say differently is here, and they are told apart by storageDriver.

// storageDriver says that the host's storage is that of a driver of its own.
func (h *Host) storageDriver() bool {
	return h.hasDriver(vir.FromStorage)
}

// storageError makes an error about a pool or volume.
func (h *Host) storageError(code vir.ErrorNumber, format string, args ...any) error {
	if h.storageDriver() {
		return vir.Errorf(vir.FromStorage, code, format, args...)
	}
	return h.errorf(code, format, args...)
}

// poolOf finds the pool that a call is about: the test driver looks for its
// name, the storage driver for its UUID.
func (h *Host) poolOf(ref *remoteproto.StoragePool) (*StoragePool, error) {
	if !h.storageDriver() {
		return h.poolByName(ref.Name)
	}
	if p := h.pools.uuid(domxml.UUID(ref.UUID)); p != nil && p.load().exists() {
		return p, nil
	}
	return nil, h.storageError(vir.ErrNoStoragePool, "no storage pool with matching uuid '%s' (%s)", domxml.UUID(ref.UUID), ref.Name)
}

// mustBeInactive judges the state of a pool for a verb: "build", "start",
// "delete", "undefine".
func (p *StoragePool) mustBeInactive(verb string) error {
	r := p.load()
	if !r.active {
		return nil
	}
	how := "is"
	if p.host.storageDriver() {
		how = "is already"
		if verb == "delete" || verb == "undefine" {
			how = "is still"
		}
	}
	return p.host.storageError(vir.ErrOperationInvalid, "storage pool '%s' %s active", r.name, how)
}

// mustBeIdle refuses to take a pool away from under work that goes on without
// its job.
func (p *StoragePool) mustBeIdle() error {
	if p.works.Load() > 0 {
		return p.host.storageError(vir.ErrInternalError, "pool '%s' has asynchronous jobs running.", p.load().name)
	}
	return nil
}

// checkPoolType refuses a pool of a type that the backend has nothing of.
func (h *Host) checkPoolType(t domxml.StoragePoolType) error {
	if types, ok := h.backend.(drivers.StoragePoolTypes); ok && !types.HasStoragePoolType(t) {
		return vir.Errorf(vir.FromStorage, vir.ErrInternalError, "missing backend for pool type %d (%s)", domxml.StoragePoolTypeNumber(t), t)
	}
	return nil
}

// lookAgain is for a volume that somebody asks about: where others may have
// changed it, it is looked at first. One that is being made is as it was asked
// for.
func (v *volumeCall) lookAgain(ctx context.Context, afresh bool) error {
	looker, ok := v.pool.host.backend.(drivers.StorageVolumeLooker)
	if !ok || v.vol.building.Load() {
		return nil
	}
	doc, err := looker.LookAtStorageVolume(ctx, v.pool.load().def, v.doc, afresh)
	if err != nil {
		return err
	}
	if doc != v.doc {
		v.pool.volumes.change(v.vol, v.doc, doc)
		v.doc = doc
	}
	return nil
}
