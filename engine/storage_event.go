package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindPoolEvents(b *binder) {
	needing[drivers.StoragePools](onConn(b, remoteproto.ConnectStoragePoolEventRegisterAny, connectStoragePoolEventRegisterAny).quick())
	needing[drivers.StoragePools](onConn(b, remoteproto.ConnectStoragePoolEventDeregisterAny,
		func(c *call, a *remoteproto.ConnectStoragePoolEventDeregisterAnyArgs) (*proc.Void, error) {
			return c.conn.deregisterAny(storagePoolEvents, a.CallbackID, "storage pool")
		}).quick())
}

func connectStoragePoolEventRegisterAny(c *call, a *remoteproto.ConnectStoragePoolEventRegisterAnyArgs) (*remoteproto.ConnectStoragePoolEventRegisterAnyRet, error) {
	if a.EventID < 0 || a.EventID > int32(vir.StoragePoolEventIDRefresh) {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "unsupported storage pool event ID %d", a.EventID)
	}
	var filter *subject
	if a.Pool != nil {
		filter = &subject{uuid: domxml.UUID(a.Pool.UUID)}
	}
	id, err := c.conn.registerAny(storagePoolEvents, a.EventID, int32(vir.StoragePoolEventIDRefresh), filter)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectStoragePoolEventRegisterAnyRet{CallbackID: id}, nil
}

// lifecycle tells of a change of state (procedure 370).
func (p *StoragePool) lifecycle(kind vir.StoragePoolEventLifecycleType) []*event {
	return []*event{numbered(storagePoolEvents, int32(vir.StoragePoolEventIDLifecycle), subject{uuid: p.uuid},
		remoteproto.StoragePoolEventLifecycle.Info, remoteproto.StoragePoolEventLifecycleMsg{Pool: p.ref(), Event: int32(kind)})}
}

// refreshed tells that somebody has looked at the pool (procedure 371).
func (p *StoragePool) refreshed() []*event {
	return []*event{numbered(storagePoolEvents, int32(vir.StoragePoolEventIDRefresh), subject{uuid: p.uuid},
		remoteproto.StoragePoolEventRefresh.Info, remoteproto.StoragePoolEventRefreshMsg{Pool: p.ref()})}
}
