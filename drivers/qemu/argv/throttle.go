package argv

import "github.com/govirtd/govirtd/domxml"

// throttleGroups are limits that disks share through filters. The limits of a
// single disk are set in the monitor once the guest is there.
func (b *builder) throttleGroups() error {
	for i := range b.d.ThrottleGroups {
		b.object(ThrottleGroup(&b.d.ThrottleGroups[i]))
	}
	return nil
}

// ThrottleGroup is the object of a group of limits.
func ThrottleGroup(t *domxml.IOTune) *Props {
	return props("qom-type", "throttle-group", "id", "throttle-"+t.GroupName.Name, "limits", throttleLimits(t))
}

// throttleLimits are the limits as the emulator names them; 0 is none.
func throttleLimits(t *domxml.IOTune) *Props {
	p := props(
		"bps-total", t.TotalBytesSec, "bps-read", t.ReadBytesSec, "bps-write", t.WriteBytesSec,
		"iops-total", t.TotalIOPSSec, "iops-read", t.ReadIOPSSec, "iops-write", t.WriteIOPSSec,
		"bps-total-max", t.TotalBytesSecMax, "bps-read-max", t.ReadBytesSecMax, "bps-write-max", t.WriteBytesSecMax,
		"iops-total-max", t.TotalIOPSSecMax, "iops-read-max", t.ReadIOPSSecMax, "iops-write-max", t.WriteIOPSSecMax,
		"iops-size", t.SizeIOPSSec,
	)
	p.put("bps-total-max-length", t.TotalBytesSecMaxLength).put("bps-read-max-length", t.ReadBytesSecMaxLength)
	p.put("bps-write-max-length", t.WriteBytesSecMaxLength).put("iops-total-max-length", t.TotalIOPSSecMaxLength)
	p.put("iops-read-max-length", t.ReadIOPSSecMaxLength).put("iops-write-max-length", t.WriteIOPSSecMaxLength)
	return p
}

// DeviceID is how the monitor finds the device of a disk.
func DeviceID(k *domxml.Disk) string {
	if k.Target.Bus == domxml.DiskBusVirtio {
		return "/machine/peripheral/" + aliasName(k.Alias) + "/virtio-backend"
	}
	return aliasName(k.Alias)
}

// HasLimits says whether a disk has limits of its own.
func HasLimits(k *domxml.Disk) bool {
	return k.IOTune != nil && *k.IOTune != domxml.IOTune{GroupName: k.IOTune.GroupName}
}

// SetIOThrottle are the arguments of block_set_io_throttle for the limits of a
// disk: the emulator has none on its command line. Disks of a group share its
// limits.
func SetIOThrottle(k *domxml.Disk, t *domxml.IOTune) *Props {
	p := props("id", DeviceID(k),
		"bps", t.TotalBytesSec, "bps_rd", t.ReadBytesSec, "bps_wr", t.WriteBytesSec,
		"iops", t.TotalIOPSSec, "iops_rd", t.ReadIOPSSec, "iops_wr", t.WriteIOPSSec,
		"bps_max", t.TotalBytesSecMax, "bps_rd_max", t.ReadBytesSecMax, "bps_wr_max", t.WriteBytesSecMax,
		"iops_max", t.TotalIOPSSecMax, "iops_rd_max", t.ReadIOPSSecMax, "iops_wr_max", t.WriteIOPSSecMax,
		"iops_size", t.SizeIOPSSec,
	)
	p.put("group", t.GroupName.Name)
	p.put("bps_max_length", t.TotalBytesSecMaxLength).put("bps_rd_max_length", t.ReadBytesSecMaxLength)
	p.put("bps_wr_max_length", t.WriteBytesSecMaxLength).put("iops_max_length", t.TotalIOPSSecMaxLength)
	p.put("iops_rd_max_length", t.ReadIOPSSecMaxLength).put("iops_wr_max_length", t.WriteIOPSSecMaxLength)
	return p
}
