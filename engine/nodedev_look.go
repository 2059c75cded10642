package engine

import (
	"context"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Devices of a host that is looked at (drivers.NodeDeviceLister): they are
// looked at again when somebody asks and the last look is no longer fresh, and
// when the host says that something has changed.

// freshDevices is how long a look at the devices is good for.
const freshDevices = time.Second

// devicesSeen is when the devices were looked at last; the registry's job
// guards it.
type devicesSeen struct{ at time.Time }

// onDevices binds a procedure that reads devices.
func onDevices[A, R any](b *binder, p *proc.Proc[A, R], fn func(*call, *A) (*R, error)) setup[A] {
	s := onConn(b, p, func(c *call, a *A) (*R, error) {
		if err := c.host.lookAtDevices(c, freshDevices); err != nil {
			return nil, err
		}
		return fn(c, a)
	})
	return orNeeding[drivers.NodeDeviceLister](needing[drivers.NodeDevicer](s))
}

// lookAtDevices makes the devices those that there are, unless that has been
// done within the last while. Who hears of devices is told of the difference.
func (h *Host) lookAtDevices(ctx context.Context, while time.Duration) error {
	l, ok := h.backend.(drivers.NodeDeviceLister)
	if !ok {
		return nil
	}
	done, err := h.devices.lock(ctx, "a look at the devices of the host")
	if err != nil {
		return err
	}
	defer done()
	if time.Since(h.seen.at) < while {
		return nil
	}
	docs, err := l.NodeDevices(ctx)
	if err != nil {
		return err
	}
	first := h.seen.at.IsZero()
	h.seen.at = time.Now()
	before := map[string]bool{}
	gone := map[string]*nodeDevice{}
	for _, d := range h.devices.all() {
		before[d.name()], gone[d.name()] = true, d
	}
	var list []*nodeDevice
	var events []*event
	for _, doc := range docs {
		d := &nodeDevice{doc: doc, active: true, persistent: doc.Has(domxml.CapSystem)}
		delete(gone, d.name())
		list = append(list, d)
		if !before[d.name()] {
			events = append(events, deviceEvent(d, vir.NodeDeviceEventCreated))
		}
	}
	for _, d := range gone {
		events = append(events, deviceEvent(d, vir.NodeDeviceEventDeleted))
	}
	h.devices.replace(list)
	if first {
		return nil
	}
	for _, ev := range events {
		h.bus.publish(ev, nil)
	}
	return nil
}

// watchDevices looks at the devices whenever the host says that something has
// changed, for as long as the daemon lives.
func (h *Host) watchDevices() {
	w, ok := h.backend.(drivers.NodeDeviceWatcher)
	if !ok {
		return
	}
	ctx := context.Background()
	err := w.WatchNodeDevices(ctx, func() {
		if err := h.lookAtDevices(ctx, 0); err != nil {
			h.engine.log.Error("the devices of the host cannot be looked at", "error", err)
		}
	})
	if err != nil {
		h.engine.log.Warn("changes of the host's devices are not told", "error", err)
	}
}

// Devices that have been found cannot be defined, started or ended; that is for
// mediated ones, which we do not make.

func bindNodeDeviceDefinitions(b *binder) {
	needing[drivers.NodeDeviceLister](onConn(b, remoteproto.NodeDeviceDefineXML, func(_ *call, a *remoteproto.NodeDeviceDefineXMLArgs) (*remoteproto.NodeDeviceDefineXMLRet, error) {
		if a.Flags&uint32(vir.NodeDeviceDefineXMLValidate) != 0 {
			if err := domxml.ValidateNodeDeviceSchema([]byte(a.XMLDesc)); err != nil {
				return nil, err
			}
		}
		if _, err := domxml.ParseNodeDevice([]byte(a.XMLDesc), domxml.Creating()); err != nil {
			return nil, err
		}
		return nil, errDeviceType(vir.ErrConfigUnsupported)
	}))
	onDevice(b, remoteproto.NodeDeviceUndefine, func(a *remoteproto.NodeDeviceUndefineArgs) string { return a.Name }, func(d *nodeDevice) (*proc.Void, error) {
		if !d.persistent {
			return nil, vir.Errorf(vir.FromNodedev, vir.ErrOperationInvalid, "Node device '%s' is not defined", d.name())
		}
		return nil, errDeviceType(vir.ErrConfigUnsupported)
	})
	onDevice(b, remoteproto.NodeDeviceCreate, func(a *remoteproto.NodeDeviceCreateArgs) string { return a.Name }, func(d *nodeDevice) (*proc.Void, error) {
		return nil, vir.Errorf(vir.FromNodedev, vir.ErrOperationInvalid, "Device is already active")
	})
	onDevice(b, remoteproto.NodeDeviceGetAutostart, func(a *remoteproto.NodeDeviceGetAutostartArgs) string { return a.Name }, func(d *nodeDevice) (*remoteproto.NodeDeviceGetAutostartRet, error) {
		return &remoteproto.NodeDeviceGetAutostartRet{Autostart: boolInt(d.persistent)}, nil
	})
	onDevice(b, remoteproto.NodeDeviceSetAutostart, func(a *remoteproto.NodeDeviceSetAutostartArgs) string { return a.Name }, func(*nodeDevice) (*proc.Void, error) {
		return nil, errDeviceType(vir.ErrOperationUnsupported)
	})
}

// onDevice binds a procedure about one device that has been found.
func onDevice[A, R any](b *binder, p *proc.Proc[A, R], name func(*A) string, fn func(*nodeDevice) (*R, error)) {
	needing[drivers.NodeDeviceLister](onConn(b, p, func(c *call, a *A) (*R, error) {
		if err := c.host.lookAtDevices(c, freshDevices); err != nil {
			return nil, err
		}
		d, err := c.host.nodeDevice(name(a))
		if err != nil {
			return nil, err
		}
		return fn(d)
	}))
}

func errDeviceType(code vir.ErrorNumber) error {
	return vir.Errorf(vir.FromNodedev, code, "Unsupported device type")
}
