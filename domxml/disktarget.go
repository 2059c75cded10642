package domxml

// TargetBus is the bus that a disk's target name stands for where a document
// names none: virtio of vda, scsi of sda, ide of hda, fdc of fda, xen of xvda;
// empty of other names.
func TargetBus(dev string) DiskBus { return busOf(dev) }

// TargetPrefix is how the target names of a bus begin. Buses that share names
// with SCSI have sd.
func TargetPrefix(bus DiskBus) string {
	for _, p := range diskPrefixes {
		if p.bus == bus {
			return p.prefix
		}
	}
	return "sd"
}

// FreeTarget is the first target name for a bus that no disk has.
func (d *Domain) FreeTarget(bus DiskBus) string {
	used := make(map[string]bool, len(d.Devices.Disks))
	for i := range d.Devices.Disks {
		used[d.Devices.Disks[i].Target.Dev] = true
	}
	for i := 0; ; i++ {
		if name := DiskTargetName(TargetPrefix(bus), i); !used[name] {
			return name
		}
	}
}

// TargetAddress is the place on the bus that a target name stands for; nil
// where the name or the bus stands for none.
func TargetAddress(dev string, bus DiskBus) *Address {
	k := Disk{Target: DiskTarget{Dev: dev, Bus: bus}}
	if k.assignAddress() != nil {
		return nil
	}
	return k.Address
}

// AddressTarget is the reverse of TargetAddress: sdi for a SCSI disk on unit 1
// of controller 1. ok is false where no name stands for the place.
func AddressTarget(a *Address, bus DiskBus) (dev string, ok bool) {
	if a == nil || a.Type != AddressDrive || a.Target != 0 {
		return "", false
	}
	var index uint
	switch bus {
	case DiskBusIDE:
		index = a.Controller*ideUnits + a.Bus*2 + a.Unit
	case DiskBusSCSI:
		index = a.Controller*scsiUnits + a.Unit
	case DiskBusSATA:
		index = a.Controller*sataUnits + a.Unit
	case DiskBusFDC:
		index = a.Controller*fdcUnits + a.Unit
	default:
		return "", false
	}
	if index > 1<<20 {
		return "", false
	}
	dev = DiskTargetName(TargetPrefix(bus), int(index))
	if at := TargetAddress(dev, bus); at == nil || *at != *DriveAddress(a.Controller, a.Bus, 0, a.Unit) {
		return "", false
	}
	return dev, true
}

// DiskByTarget is the disk with that target name, or nil.
func (d *Domain) DiskByTarget(dev string) *Disk {
	for i := range d.Devices.Disks {
		if d.Devices.Disks[i].Target.Dev == dev {
			return &d.Devices.Disks[i]
		}
	}
	return nil
}
