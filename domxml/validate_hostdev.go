package domxml

import "reflect"

// validateHostdevs refuses a device of the host that is passed in twice, and
// places that devices of a kind cannot have.
func (d *Domain) validateHostdevs() error {
	list := d.Devices.Hostdevs
	for i := range list {
		for j := range i {
			if list[j].same(&list[i]) {
				return errXML("Hostdev already exists in the domain configuration")
			}
		}
	}
	for i := range list {
		if err := list[i].validateAddress(); err != nil {
			return err
		}
	}
	return nil
}

// same says whether both are one device of the host.
func (h *Hostdev) same(o *Hostdev) bool {
	if h.Mode != "subsystem" || o.Mode != "subsystem" || h.Type != o.Type {
		return false
	}
	a, b := h.Source, o.Source
	switch h.Type {
	case "usb":
		if a.Address != nil && b.Address != nil {
			return reflect.DeepEqual(a.Address, b.Address)
		}
		return a.Vendor != nil && b.Vendor != nil && *a.Vendor == *b.Vendor && *a.Product == *b.Product
	case "pci":
		return reflect.DeepEqual(a.Address, b.Address)
	case "scsi":
		if a.Protocol == "iscsi" {
			return a.Protocol == b.Protocol && a.Name == b.Name && reflect.DeepEqual(a.Hosts, b.Hosts)
		}
		return reflect.DeepEqual(a.Adapter, b.Adapter) && reflect.DeepEqual(a.Address, b.Address) && b.Protocol != "iscsi"
	case "scsi_host":
		return a.WWPN == b.WWPN
	case "mdev":
		return a.Address != nil && reflect.DeepEqual(a.Address, b.Address)
	}
	return false
}

func (h *Hostdev) validateAddress() error {
	a := h.Address
	if a == nil || h.Mode != "subsystem" {
		return nil
	}
	switch h.Type {
	case "scsi":
		if a.Type != AddressDrive {
			return errUnsupported("SCSI host device must use 'drive' address type")
		}
	case "usb":
		if a.Type != AddressUSB {
			return errUnsupported("USB host device must use 'usb' address type")
		}
	case "pci":
		if a.Type != AddressPCI && a.Type != AddressUnassigned {
			return errInternal("PCI host devices must use 'pci' or 'unassigned' address type")
		}
	case "mdev":
		if want := mdevAddresses[h.Model]; want != "" && a.Type != want {
			return errXML("Unsupported address type '%s' with mediated device model '%s'", a.Type, h.Model)
		}
	}
	return nil
}

// mdevAddresses are where mediated devices of a model can be.
var mdevAddresses = map[string]AddressType{"vfio-pci": AddressPCI, "vfio-ccw": AddressCCW}

// validateDrives refuses two devices in one place of a SCSI bus.
func (d *Domain) validateDrives() error {
	type place struct {
		bus                           DiskBus
		controller, channel, id, unit uint
	}
	at := func(bus DiskBus, a *Address) place { return place{bus, a.Controller, a.Bus, a.Target, a.Unit} }
	disks := map[place]*Disk{}
	for i := range d.Devices.Disks {
		k := &d.Devices.Disks[i]
		if k.Address == nil || k.Address.Type != AddressDrive {
			continue
		}
		p := at(k.Target.Bus, k.Address)
		if o := disks[p]; o != nil {
			return errUnsupported("Found duplicate drive address for disk with target name '%s' controller='%d' bus='%d' target='%d' unit='%d'",
				o.Target.Dev, p.controller, p.channel, p.id, p.unit)
		}
		disks[p] = k
	}
	hosts := map[place]bool{}
	for i := range d.Devices.Hostdevs {
		h := &d.Devices.Hostdevs[i]
		if h.Type != "scsi" || h.Address == nil || h.Address.Type != AddressDrive {
			continue
		}
		p := at(DiskBusSCSI, h.Address)
		if disks[p] != nil {
			return errXML("SCSI host address controller='%d' bus='%d' target='%d' unit='%d' in use by a SCSI disk",
				p.controller, p.channel, p.id, p.unit)
		}
		if hosts[p] {
			return errUnsupported("SCSI host address controller='%d' bus='%d' target='%d' unit='%d' in use by another SCSI host device",
				p.controller, p.channel, p.id, p.unit)
		}
		hosts[p] = true
	}
	return nil
}
