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
