package domxml

// MaxMemoryKiB is the memory that the domain has at most.
func (d *Domain) MaxMemoryKiB() uint64 { return d.Memory.Value }

// MemoryKiB is the memory that the domain has now.
func (d *Domain) MemoryKiB() uint64 { return d.CurrentMemory.Value }

// SetMaxMemoryKiB changes how much there is at most; the balloon holds no more.
func (d *Domain) SetMaxMemoryKiB(n uint64) {
	d.Memory.Memory = KiB(n)
	if d.CurrentMemory.Value > n {
		d.CurrentMemory = KiB(n)
	}
}

// SetMemoryKiB changes how much there is now.
func (d *Domain) SetMemoryKiB(n uint64) { d.CurrentMemory = KiB(n) }

// HasMemballoon says whether memory can be taken back.
func (d *Domain) HasMemballoon() bool {
	return d.Devices.Memballoon != nil && d.Devices.Memballoon.Model != "none"
}

// DiskTargets are the target names of the disks of a kind: disk, cdrom ...
func (d *Domain) DiskTargets(device string) (names []string) {
	for i := range d.Devices.Disks {
		if k := &d.Devices.Disks[i]; k.Device == device {
			names = append(names, k.Target.Dev)
		}
	}
	return names
}

// DiskByPath is the target name of the disk that a caller means by its target
// or by its source; empty if there is none.
func (d *Domain) DiskByPath(path string) string {
	for i := range d.Devices.Disks {
		if d.Devices.Disks[i].Target.Dev == path {
			return path
		}
	}
	for i := range d.Devices.Disks {
		k := &d.Devices.Disks[i]
		if path != "" && k.Source != nil && (k.Source.File == path || k.Source.Dev == path) {
			return k.Target.Dev
		}
	}
	return ""
}

// InterfaceByDevice is the target name of the card that a caller means by its
// target or address; empty if there is none.
func (d *Domain) InterfaceByDevice(device string) string {
	mac, isMAC := ParseMAC(device)
	for i := range d.Devices.Interfaces {
		c := &d.Devices.Interfaces[i]
		if c.Target == nil {
			continue
		}
		if c.Target.Dev == device || isMAC && c.MAC != nil && c.MAC.Address == mac {
			return c.Target.Dev
		}
	}
	return ""
}
