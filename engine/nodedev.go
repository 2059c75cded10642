package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Devices of the host (virNodeDevice...).

func bindNodeDevices(b *binder) {
	onDevices(b, remoteproto.NodeNumOfDevices, nodeNumOfDevices)
	onDevices(b, remoteproto.NodeListDevices, nodeListDevices).
		wire(func(a *remoteproto.NodeListDevicesArgs) error {
			return checkMax(a.Maxnames, "maxnames", remoteproto.NodeDeviceListMax, "REMOTE_NODE_DEVICE_LIST_MAX")
		})
	onDevices(b, remoteproto.ConnectListAllNodeDevices, connectListAllNodeDevices)
	onDevices(b, remoteproto.NodeDeviceLookupByName, nodeDeviceLookupByName)
	onDevices(b, remoteproto.NodeDeviceLookupSCSIHostByWWN, nodeDeviceLookupSCSIHostByWWN)
	onDevices(b, remoteproto.NodeDeviceGetXMLDesc, nodeDeviceGetXMLDesc)
	onDevices(b, remoteproto.NodeDeviceGetParent, nodeDeviceGetParent)
	onDevices(b, remoteproto.NodeDeviceNumOfCaps, nodeDeviceNumOfCaps)
	onDevices(b, remoteproto.NodeDeviceListCaps, nodeDeviceListCaps).
		wire(func(a *remoteproto.NodeDeviceListCapsArgs) error {
			return checkMax(a.Maxnames, "maxnames", remoteproto.NodeDeviceCapsListMax, "REMOTE_NODE_DEVICE_CAPS_LIST_MAX")
		})
	onDevices(b, remoteproto.NodeDeviceIsActive, nodeDeviceIsActive)
	onDevices(b, remoteproto.NodeDeviceIsPersistent, nodeDeviceIsPersistent)
	bindNodeDeviceDefinitions(b)
}

// nodeDevice is one device at one moment; it never changes.
type nodeDevice struct {
	doc                *domxml.NodeDevice
	active, persistent bool
}

func (d *nodeDevice) name() string { return d.doc.Name }

func (d *nodeDevice) ref() remoteproto.NodeDevice { return remoteproto.NodeDevice{Name: d.name()} }

// parent is the name of the parent, or empty.
func (d *nodeDevice) parent() string {
	if d.doc.Parent == nil {
		return ""
	}
	return d.doc.Parent.Name
}

// deviceNamed is the device of that name, or nil.
func (h *Host) deviceNamed(name string) *nodeDevice {
	return h.devices.find(func(d *nodeDevice) bool { return d.name() == name })
}

func (h *Host) nodeDevice(name string) (*nodeDevice, error) {
	if d := h.deviceNamed(name); d != nil {
		return d, nil
	}
	return nil, h.errorOf(vir.FromNodedev, vir.ErrNoNodeDevice, "no node device with matching name '%s'", name)
}

// capable is the condition of the older lists: nothing, or a capability.
func capable(kind *string) func(*nodeDevice) bool {
	return func(d *nodeDevice) bool { return kind == nil || d.doc.Has(domxml.NodeDeviceCapabilityType(*kind)) }
}

func nodeNumOfDevices(c *call, a *remoteproto.NodeNumOfDevicesArgs) (*remoteproto.NodeNumOfDevicesRet, error) {
	return &remoteproto.NodeNumOfDevicesRet{Num: countIn(c.host.devices, capable(a.Cap))}, nil
}

func nodeListDevices(c *call, a *remoteproto.NodeListDevicesArgs) (*remoteproto.NodeListDevicesRet, error) {
	return &remoteproto.NodeListDevicesRet{Names: names(c.host.devices, a.Maxnames, capable(a.Cap), (*nodeDevice).name)}, nil
}

// listedCapabilities are the capabilities of the list flags.
var listedCapabilities = []struct {
	flag vir.ConnectListAllNodeDeviceFlags
	kind domxml.NodeDeviceCapabilityType
}{
	{vir.ConnectListNodeDevicesCapSystem, domxml.CapSystem},
	{vir.ConnectListNodeDevicesCapPCIDev, domxml.CapPCI},
	{vir.ConnectListNodeDevicesCapUSBDev, domxml.CapUSBDevice},
	{vir.ConnectListNodeDevicesCapUSBInterface, domxml.CapUSBInterface},
	{vir.ConnectListNodeDevicesCapNet, domxml.CapNet},
	{vir.ConnectListNodeDevicesCapSCSIHost, domxml.CapSCSIHost},
	{vir.ConnectListNodeDevicesCapSCSITarget, domxml.CapSCSITarget},
	{vir.ConnectListNodeDevicesCapSCSI, domxml.CapSCSI},
	{vir.ConnectListNodeDevicesCapStorage, domxml.CapStorage},
	{vir.ConnectListNodeDevicesCapFCHost, domxml.CapFCHost},
	{vir.ConnectListNodeDevicesCapVports, domxml.CapVPorts},
	{vir.ConnectListNodeDevicesCapSCSIGeneric, domxml.CapSCSIGeneric},
	{vir.ConnectListNodeDevicesCapDRM, domxml.CapDRM},
	{vir.ConnectListNodeDevicesCapMDEVTypes, domxml.CapMDevTypes},
	{vir.ConnectListNodeDevicesCapMDEV, domxml.CapMDev},
	{vir.ConnectListNodeDevicesCapCCWDev, domxml.CapCCW},
	{vir.ConnectListNodeDevicesCapCSSDev, domxml.CapCSS},
	{vir.ConnectListNodeDevicesCapVDPA, domxml.CapVDPA},
	{vir.ConnectListNodeDevicesCapAPCard, domxml.CapAPCard},
	{vir.ConnectListNodeDevicesCapAPQueue, domxml.CapAPQueue},
	{vir.ConnectListNodeDevicesCapAPMatrix, domxml.CapAPMatrix},
	{vir.ConnectListNodeDevicesCapVPD, domxml.CapVPD},
	{vir.ConnectListNodeDevicesCapCcwgroupDev, domxml.CapCCWGroup},
	{vir.ConnectListNodeDevicesCapCcwgroupMember, domxml.CapCCWGroupMember},
}

// listed says whether a device passes the list flags.
func (d *nodeDevice) listed(flags vir.ConnectListAllNodeDeviceFlags) bool {
	f := uint32(flags)
	if !choice(f, uint32(vir.ConnectListNodeDevicesActive), uint32(vir.ConnectListNodeDevicesInactive), d.active) ||
		!choice(f, uint32(vir.ConnectListNodeDevicesPersistent), uint32(vir.ConnectListNodeDevicesTransient), d.persistent) {
		return false
	}
	asked := false
	for _, l := range listedCapabilities {
		if flags&l.flag == 0 {
			continue
		}
		if asked = true; d.doc.Has(l.kind) {
			return true
		}
	}
	return !asked
}

func connectListAllNodeDevices(c *call, a *remoteproto.ConnectListAllNodeDevicesArgs) (*remoteproto.ConnectListAllNodeDevicesRet, error) {
	list, n, err := listAll(c.host.devices, a.NeedResults, remoteproto.NodeDeviceListMax, "node_devices", func(d *nodeDevice) bool {
		return d.listed(vir.ConnectListAllNodeDeviceFlags(a.Flags))
	}, (*nodeDevice).ref)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectListAllNodeDevicesRet{Devices: list, Ret: n}, nil
}

func nodeDeviceLookupByName(c *call, a *remoteproto.NodeDeviceLookupByNameArgs) (*remoteproto.NodeDeviceLookupByNameRet, error) {
	d, err := c.host.nodeDevice(a.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeDeviceLookupByNameRet{Dev: d.ref()}, nil
}

// nodeDeviceLookupSCSIHostByWWN finds a host adapter by its names in the
// fabric, which the reference's test driver cannot.
func nodeDeviceLookupSCSIHostByWWN(c *call, a *remoteproto.NodeDeviceLookupSCSIHostByWWNArgs) (*remoteproto.NodeDeviceLookupSCSIHostByWWNRet, error) {
	d := c.host.devices.find(func(d *nodeDevice) bool {
		fc := d.doc.FCHost()
		return fc != nil && fc.WWNN == a.WWNN && fc.WWPN == a.WWPN
	})
	if d == nil {
		return nil, c.host.errorOf(vir.FromNodedev, vir.ErrNoNodeDevice, "Cannot find device with wwnn '%s' and wwpn '%s'", a.WWNN, a.WWPN)
	}
	return &remoteproto.NodeDeviceLookupSCSIHostByWWNRet{Dev: d.ref()}, nil
}

func nodeDeviceGetXMLDesc(c *call, a *remoteproto.NodeDeviceGetXMLDescArgs) (*remoteproto.NodeDeviceGetXMLDescRet, error) {
	d, err := c.host.nodeDevice(a.Name)
	if err != nil {
		return nil, err
	}
	var form domxml.FormatFlags
	if a.Flags&uint32(vir.NodeDeviceXMLInactive) != 0 {
		if !d.persistent {
			return nil, c.host.errorOf(vir.FromNodedev, vir.ErrOperationInvalid, "node device '%s' is not persistent", d.name())
		}
		form = domxml.FormatInactive
	}
	text, err := domxml.FormatNodeDevice(d.doc, form)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeDeviceGetXMLDescRet{XML: string(text)}, nil
}

func nodeDeviceGetParent(c *call, a *remoteproto.NodeDeviceGetParentArgs) (*remoteproto.NodeDeviceGetParentRet, error) {
	d, err := c.host.nodeDevice(a.Name)
	if err != nil {
		return nil, err
	}
	out := &remoteproto.NodeDeviceGetParentRet{}
	if p := d.parent(); p != "" {
		out.ParentName = &p
	}
	return out, nil
}

func nodeDeviceNumOfCaps(c *call, a *remoteproto.NodeDeviceNumOfCapsArgs) (*remoteproto.NodeDeviceNumOfCapsRet, error) {
	d, err := c.host.nodeDevice(a.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeDeviceNumOfCapsRet{Num: int32(len(d.doc.Capabilities))}, nil
}

func nodeDeviceListCaps(c *call, a *remoteproto.NodeDeviceListCapsArgs) (*remoteproto.NodeDeviceListCapsRet, error) {
	d, err := c.host.nodeDevice(a.Name)
	if err != nil {
		return nil, err
	}
	out := &remoteproto.NodeDeviceListCapsRet{}
	for i := range d.doc.Capabilities {
		if len(out.Names) < int(a.Maxnames) {
			out.Names = append(out.Names, string(d.doc.Capabilities[i].Type))
		}
	}
	return out, nil
}

func nodeDeviceIsActive(c *call, a *remoteproto.NodeDeviceIsActiveArgs) (*remoteproto.NodeDeviceIsActiveRet, error) {
	d, err := c.host.nodeDevice(a.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeDeviceIsActiveRet{Active: boolInt(d.active)}, nil
}

func nodeDeviceIsPersistent(c *call, a *remoteproto.NodeDeviceIsPersistentArgs) (*remoteproto.NodeDeviceIsPersistentRet, error) {
	d, err := c.host.nodeDevice(a.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeDeviceIsPersistentRet{Persistent: boolInt(d.persistent)}, nil
}
