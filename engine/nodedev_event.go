package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNodeDeviceEvents(b *binder) {
	orNeeding[drivers.NodeDeviceLister](needing[drivers.NodeDevicer](
		onConn(b, remoteproto.ConnectNodeDeviceEventRegisterAny, connectNodeDeviceEventRegisterAny).quick().
			wire(func(a *remoteproto.ConnectNodeDeviceEventRegisterAnyArgs) error {
				return checkEventID(a.EventID, int32(vir.NodeDeviceEventIDUpdate), "node device")
			})))
	orNeeding[drivers.NodeDeviceLister](needing[drivers.NodeDevicer](
		onConn(b, remoteproto.ConnectNodeDeviceEventDeregisterAny, connectNodeDeviceEventDeregisterAny).quick()))
}

// checkEventID refuses the ids of events that a family does not have.
func checkEventID(id, last int32, noun string) error {
	if id < 0 || id > last {
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "unsupported %s event ID %d", noun, id)
	}
	return nil
}

func connectNodeDeviceEventRegisterAny(c *call, a *remoteproto.ConnectNodeDeviceEventRegisterAnyArgs) (*remoteproto.ConnectNodeDeviceEventRegisterAnyRet, error) {
	var filter *subject
	if a.Dev != nil {
		filter = &subject{name: a.Dev.Name}
	}
	id, err := c.conn.registerAny(nodeDeviceEvents, a.EventID, int32(vir.NodeDeviceEventIDUpdate), filter)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectNodeDeviceEventRegisterAnyRet{CallbackID: id}, nil
}

func connectNodeDeviceEventDeregisterAny(c *call, a *remoteproto.ConnectNodeDeviceEventDeregisterAnyArgs) (*proc.Void, error) {
	return c.conn.deregisterAny(nodeDeviceEvents, a.CallbackID, "node device")
}

// deviceEvent tells that a device has come or gone (procedure 376).
func deviceEvent(d *nodeDevice, kind vir.NodeDeviceEventLifecycleType) *event {
	return numbered(nodeDeviceEvents, int32(vir.NodeDeviceEventIDLifecycle), subject{name: d.name()},
		remoteproto.NodeDeviceEventLifecycle.Info, remoteproto.NodeDeviceEventLifecycleMsg{Dev: d.ref(), Event: int32(kind)})
}
