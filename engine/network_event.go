package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNetworkEvents(b *binder) {
	needing[drivers.Networker](onConn(b, remoteproto.ConnectNetworkEventRegisterAny, connectNetworkEventRegisterAny).quick())
	needing[drivers.Networker](onConn(b, remoteproto.ConnectNetworkEventDeregisterAny, connectNetworkEventDeregisterAny).quick())
}

// lastNetworkEvent is the highest event id of the release we speak.
const lastNetworkEvent = int32(vir.NetworkEventIDMetadataChange)

func connectNetworkEventRegisterAny(c *call, a *remoteproto.ConnectNetworkEventRegisterAnyArgs) (*remoteproto.ConnectNetworkEventRegisterAnyRet, error) {
	if a.EventID < 0 || a.EventID > lastNetworkEvent {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "unsupported network event ID %d", a.EventID)
	}
	var filter *subject
	if a.Net != nil {
		filter = &subject{uuid: domxml.UUID(a.Net.UUID)}
	}
	id, err := c.conn.registerAny(networkEvents, a.EventID, lastNetworkEvent, filter)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectNetworkEventRegisterAnyRet{CallbackID: id}, nil
}

func connectNetworkEventDeregisterAny(c *call, a *remoteproto.ConnectNetworkEventDeregisterAnyArgs) (*proc.Void, error) {
	return c.conn.deregisterAny(networkEvents, a.CallbackID, "network")
}

// lifecycleEvent tells of a change of state (procedure 315).
func (n *Network) lifecycleEvent(r *networkRecord, kind vir.NetworkEventLifecycleType) *event {
	return numbered(networkEvents, int32(vir.NetworkEventIDLifecycle), subject{uuid: n.uuid},
		remoteproto.NetworkEventLifecycle.Info, remoteproto.NetworkEventLifecycleMsg{Net: n.ref(r), Event: int32(kind)})
}

// metadataEvent tells of a changed description, title or element (446).
func (n *Network) metadataEvent(r *networkRecord, kind int32, uri *string) *event {
	return numbered(networkEvents, int32(vir.NetworkEventIDMetadataChange), subject{uuid: n.uuid},
		remoteproto.NetworkEventCallbackMetadataChange.Info,
		remoteproto.NetworkEventCallbackMetadataChangeMsg{Net: n.ref(r), Type: kind, Nsuri: uri})
}
