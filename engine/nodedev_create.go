package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNodeDeviceCreate(b *binder) {
	needing[drivers.NodeDevicer](onConn(b, remoteproto.NodeDeviceCreateXML, nodeDeviceCreateXML).knows(uint32(vir.NodeDeviceCreateXMLValidate)))
	needing[drivers.NodeDevicer](onConn(b, remoteproto.NodeDeviceDestroy, nodeDeviceDestroy))
}

// nodeDeviceCreateXML makes a virtual host adapter on one that can have such.
func nodeDeviceCreateXML(c *call, a *remoteproto.NodeDeviceCreateXMLArgs) (*remoteproto.NodeDeviceCreateXMLRet, error) {
	doc := []byte(a.XMLDesc)
	if a.Flags&uint32(vir.NodeDeviceCreateXMLValidate) != 0 {
		if err := domxml.ValidateNodeDeviceSchema(doc); err != nil {
			return nil, err
		}
	}
	want, err := domxml.ParseNodeDevice(doc, domxml.Creating())
	if err != nil {
		return nil, err
	}
	if want.FCHost() == nil {
		return nil, vir.Errorf(vir.FromNodedev, vir.ErrInternalError, "Device is not a fibre channel HBA")
	}
	h := c.host
	want.Generate(h.random)
	done, err := h.devices.lock(c, "virNodeDeviceCreateXML")
	if err != nil {
		return nil, err
	}
	defer done()
	parent, err := h.vportParent(want)
	if err != nil {
		return nil, err
	}
	made, err := h.backend.(drivers.NodeDevicer).CreateVPort(c, want, parent.doc, func(name string) *domxml.NodeDevice {
		if d := h.deviceNamed(name); d != nil {
			return d.doc
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d := &nodeDevice{doc: made}
	h.devices.put(h.deviceNamed(made.Name), d)
	h.bus.publish(deviceEvent(d, vir.NodeDeviceEventCreated), c.Call)
	return &remoteproto.NodeDeviceCreateXMLRet{Dev: d.ref()}, nil
}

// vportParent finds the adapter for a virtual port: by name, by its own names
// in the fabric, by the fabric, or any one.
func (h *Host) vportParent(want *domxml.NodeDevice) (*nodeDevice, error) {
	var p domxml.NodeDeviceParent
	if want.Parent != nil {
		p = *want.Parent
	}
	fabric := func(match func(*domxml.NodeDeviceSubCapability) bool) *nodeDevice {
		return h.devices.find(func(d *nodeDevice) bool {
			fc := d.doc.FCHost()
			return fc != nil && d.doc.Has(domxml.CapVPorts) && match(fc)
		})
	}
	var found *nodeDevice
	switch {
	case p.Name != "":
		found = h.deviceNamed(p.Name)
		if found != nil && !found.doc.Has(domxml.CapVPorts) {
			return nil, vir.Errorf(vir.FromNodedev, vir.ErrInternalError, "Parent device %s is not capable of vport operations", p.Name)
		}
	case p.WWNN != "":
		found = fabric(func(fc *domxml.NodeDeviceSubCapability) bool { return fc.WWNN == p.WWNN && fc.WWPN == p.WWPN })
	case p.FabricWWN != "":
		found = fabric(func(fc *domxml.NodeDeviceSubCapability) bool { return fc.FabricWWN == p.FabricWWN })
	default:
		found = h.devices.find(func(d *nodeDevice) bool { return d.doc.Has(domxml.CapVPorts) })
		if found == nil {
			return nil, vir.Errorf(vir.FromNodedev, vir.ErrInternalError, "Could not find any vport capable device")
		}
	}
	if found == nil {
		return nil, vir.Errorf(vir.FromNodedev, vir.ErrInternalError, "Could not find parent device for '%s'", want.Name)
	}
	return found, nil
}

// nodeDeviceDestroy removes any device in a fabric whose parent is there;
// others stay, and the caller does not hear of it.
func nodeDeviceDestroy(c *call, a *remoteproto.NodeDeviceDestroyArgs) (*proc.Void, error) {
	h := c.host
	done, err := h.devices.lock(c, "virNodeDeviceDestroy")
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := h.nodeDevice(a.Name)
	if err != nil {
		return nil, err
	}
	if d.doc.FCHost() == nil || h.deviceNamed(d.parent()) == nil {
		return nil, nil
	}
	if err := h.backend.(drivers.NodeDevicer).DestroyDevice(c, d.doc); err != nil {
		return nil, err
	}
	h.devices.remove(d)
	h.bus.publish(deviceEvent(d, vir.NodeDeviceEventDeleted), c.Call)
	return nil, nil
}
