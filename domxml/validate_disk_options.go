package domxml

import (
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// validateBus wants a bus that such devices can be on.
func (k *Disk) validateBus() error {
	switch bus := k.Target.Bus; k.Device {
	case "disk", "lun", "cdrom":
		if bus == DiskBusFDC {
			return errInternal("Invalid bus type '%s' for %s", bus, k.Device)
		}
	case "floppy":
		if bus != DiskBusFDC {
			return errInternal("Invalid bus type '%s' for floppy disk", bus)
		}
	}
	return nil
}

// validateOptions refuses what only other disks have.
func (k *Disk) validateOptions() error {
	virtio := k.Target.Bus == DiskBusVirtio
	if k.Device != "lun" {
		if k.RawIO != "" {
			return errUnsupported("rawio can be used only with device='lun'")
		}
		if k.SGIO != "" {
			return errUnsupported("sgio can be used only with device='lun'")
		}
	}
	if k.Model != "" && !virtio {
		return errUnsupported("disk model '%s' not supported for bus '%s'", k.Model, k.Target.Bus)
	}
	if k.Target.Tray != "" && k.Device != "floppy" && k.Device != "cdrom" {
		return errUnsupported("tray is only valid for cdrom and floppy")
	}
	if err := k.validateStartupPolicy(); err != nil {
		return err
	}
	if k.Source != nil {
		if err := k.Source.validateFor(k); err != nil {
			return err
		}
	}
	if k.Driver != nil {
		if err := k.Driver.validate(k); err != nil {
			return err
		}
	}
	if len(k.ThrottleFilters) > 0 && k.IOTune != nil {
		return vir.Errorf(vir.FromDomain, vir.ErrOperationUnsupported, "block 'throttlefilters' can't be used together with 'iotune' for disk '%s'", k.Target.Dev)
	}
	return k.IOTune.validate()
}

func (k *Disk) validateStartupPolicy() error {
	if k.Source == nil || k.Source.StartupPolicy == "" {
		return nil
	}
	p := k.Source.StartupPolicy
	if p == "requisite" && k.Device != "cdrom" && k.Device != "floppy" {
		return errXML("disk startupPolicy '%s' is allowed only for cdrom or floppy", p)
	}
	if k.Type == DiskNetwork {
		return errXML("disk startupPolicy '%s' is not allowed for disk of 'network' type", p)
	}
	return nil
}

// validateFor judges a source by what kind of disk it is for.
func (s *DiskSource) validateFor(k *Disk) error {
	switch {
	case s.Reservations != nil && k.Device != "lun":
		return errUnsupported("<reservations/> allowed only for lun devices")
	case k.Type == DiskNVMe && s.Namespace == 0:
		return errUnsupported("NVMe namespace can't be zero")
	}
	return nil
}

// validate judges the driver's options.
func (v *DiskDriver) validate(k *Disk) error {
	virtio := k.Target.Bus == DiskBusVirtio
	if !virtio {
		switch {
		case v.IOEventFD != "":
			return errUnsupported("disk ioeventfd mode supported only for virtio bus")
		case v.EventIdx != "":
			return errUnsupported("disk event_idx mode supported only for virtio bus")
		case v.Queues != 0:
			return errUnsupported("queues attribute in disk driver element is only supported for virtio bus")
		case v.QueueSize != 0:
			return errUnsupported("queue_size attribute in disk driver is only supported for virtio bus")
		}
		if err := v.VirtioOptions.validateAbsent(); err != nil {
			return err
		}
	}
	if v.IOThread != 0 && len(v.IOThreads) > 0 {
		return errXML("disk driver 'iothread' attribute can't be used together with 'iothreads' subelement")
	}
	if v.DiscardNoUnref == On {
		switch {
		case v.Type != "qcow2":
			return errUnsupported("'discard_no_unref' only works with qcow2 disk format")
		case bool(k.Readonly):
			return errUnsupported("'discard_no_unref' is not compatible with read-only disk")
		}
	}
	if k.Device == "lun" && v.Type != "" && v.Type != "raw" {
		return errUnsupported("disk device 'lun' must use 'raw' format")
	}
	return nil
}

// validateAbsent is for devices that are not virtio ones.
func (o *VirtioOptions) validateAbsent() error {
	for _, x := range []struct {
		name  string
		value OnOff
	}{{"iommu", o.IOMMU}, {"ats", o.ATS}, {"packed", o.Packed}, {"page_per_vq", o.PagePerVQ}} {
		if x.value != "" {
			return errUnsupported("%s driver option is only supported for virtio devices", x.name)
		}
	}
	return nil
}

// validate wants limits for all transfers, or one for each direction.
func (t *IOTune) validate() error {
	if t == nil {
		return nil
	}
	for _, x := range []struct {
		what               string
		total, read, write uint64
	}{
		{"bytes_sec", t.TotalBytesSec, t.ReadBytesSec, t.WriteBytesSec},
		{"iops_sec", t.TotalIOPSSec, t.ReadIOPSSec, t.WriteIOPSSec},
		{"bytes_sec_max", t.TotalBytesSecMax, t.ReadBytesSecMax, t.WriteBytesSecMax},
		{"iops_sec_max", t.TotalIOPSSecMax, t.ReadIOPSSecMax, t.WriteIOPSSecMax},
	} {
		if x.total != 0 && (x.read != 0 || x.write != 0) {
			return errXML("total and read/write %s cannot be set at the same time", x.what)
		}
	}
	return nil
}

// validateVhostUser refuses what the process that serves such a disk decides.
func (k *Disk) validateVhostUser() error {
	if k.Type != DiskVhostUser {
		return nil
	}
	not := func(what string) error { return errUnsupported("%s is not supported with vhostuser disk", what) }
	v := k.Driver
	if v == nil {
		v = &DiskDriver{}
	}
	s := k.Source
	if s == nil {
		s = &DiskSource{}
	}
	if k.Target.Bus != DiskBusVirtio {
		return errUnsupported("vhostuser disk supports only virtio bus")
	}
	if k.Snapshot != "no" {
		return errUnsupported("only snapshot=no is supported with vhostuser disk")
	}
	for _, x := range []struct {
		set  bool
		what string
	}{
		// what there can be is refused in this order
		{k.BackingStore != nil, "backingStore"}, {k.Encryption != nil || s.Encryption != nil, "encryption"},
		{k.Auth != nil || s.Auth != nil, "auth"}, {k.Geometry != nil, "geometry"}, {k.BlockIO != nil, "blockio"},
		{len(s.SecLabels) > 0, "seclabel"}, {k.IOTune != nil, "iotune"}, {k.Serial != "", "serial"}, {k.WWN != "", "wwn"},
		{k.Vendor != "", "vendor"}, {k.Product != "", "product"}, {bool(k.Shareable), "shareable"},
		{bool(k.Readonly), "readonly"}, {k.Transient != nil, "transient"},
		{v.Cache != "", "cache"}, {v.ErrorPolicy != "", "error_policy"}, {v.IO != "", "io"}, {v.IOEventFD != "", "ioeventfd"},
		{v.CopyOnRead != "", "copy_on_read"}, {v.Discard != "", "discard"}, {v.IOThread != 0, "iothread"},
		{v.DetectZeroes != "", "detect_zeroes"},
	} {
		if x.set {
			return not(x.what)
		}
	}
	return nil
}

// validateThrottles wants the groups that disks name.
func (d *Domain) validateThrottles() error {
	for i := range d.Devices.Disks {
		for _, f := range d.Devices.Disks[i].ThrottleFilters {
			if !slices.ContainsFunc(d.ThrottleGroups, func(g IOTune) bool { return g.GroupName.Name == f.Group }) {
				return errXML("throttle group '%s' not found", f.Group)
			}
		}
	}
	return nil
}
