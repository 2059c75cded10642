package testpersonality

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.HotplugRefuser = (*Personality)(nil)

func errHotplug(format string, args ...any) error {
	return vir.Errorf(vir.FromTest, vir.ErrOperationUnsupported, format, args...)
}

// RefuseAttach knows the few devices that the test driver plugs in.
func (*Personality) RefuseAttach(dev *domxml.Device) error {
	switch {
	case dev.Disk() != nil:
		return refuseDisk(dev.Disk())
	case dev.Interface() != nil:
		if t := dev.Interface().Type; t != "bridge" && t != "ethernet" {
			return errHotplug("hotplug of interface type of %s is not implemented yet", t)
		}
		return nil
	case dev.Hostdev() != nil:
		return refuseHostdev(dev.Hostdev())
	}
	return errHotplug("live attach of device '%s' is not supported", dev.Kind.Class())
}

func refuseDisk(k *domxml.Disk) error {
	switch k.Device {
	case "floppy":
		return errHotplug("floppy device hotplug isn't supported")
	case "cdrom":
		if k.Target.Bus == domxml.DiskBusVirtio {
			return errHotplug("cdrom device with virtio bus isn't supported")
		}
	}
	if k.Target.Bus != domxml.DiskBusVirtio && k.Target.Bus != domxml.DiskBusUSB {
		return errHotplug("disk bus '%s' cannot be hotplugged.", k.Target.Bus)
	}
	return nil
}

// subsystemWords are what the reference's error text says for the types of
// devices of the host: names from another list at the same places.
var subsystemWords = map[string]string{"usb": "default", "scsi": "vfio", "scsi_host": "xen", "mdev": "(null)"}

func refuseHostdev(h *domxml.Hostdev) error {
	if h.Mode != "subsystem" {
		return vir.Errorf(vir.FromTest, vir.ErrConfigUnsupported, "hotplug is not supported for hostdev mode '%s'", h.Mode)
	}
	if w, ok := subsystemWords[h.Type]; ok {
		return vir.Errorf(vir.FromTest, vir.ErrConfigUnsupported, "hotplug is not supported for hostdev subsys type '%s'", w)
	}
	return nil
}

// RefuseDetach knows the few devices that the test driver unplugs.
func (*Personality) RefuseDetach(dev *domxml.Device) error {
	switch {
	case dev.Disk() != nil:
		k := dev.Disk()
		switch k.Target.Bus {
		case domxml.DiskBusVirtio, domxml.DiskBusUSB, domxml.DiskBusSCSI:
			if k.Device != "floppy" {
				return nil
			}
		}
		if k.Device == "cdrom" || k.Device == "floppy" {
			return errHotplug("disk device type '%s' cannot be detached", k.Device)
		}
		return errHotplug("This type of disk cannot be hot unplugged")
	case dev.Interface() != nil:
		if t := dev.Interface().Type; t != "bridge" && t != "ethernet" {
			return errHotplug("live detach of interface type %s is not implemented yet", t)
		}
		return nil
	case dev.Hostdev() != nil:
		if m := dev.Hostdev().Mode; m != "subsystem" {
			return vir.Errorf(vir.FromTest, vir.ErrConfigUnsupported, "hot unplug is not supported for hostdev mode '%s'", m)
		}
		return nil
	}
	return errHotplug("live detach of device '%s' is not supported", dev.Kind.Class())
}

// RefuseUpdate: the test driver changes disks only.
func (*Personality) RefuseUpdate(dev *domxml.Device) error {
	if dev.Disk() == nil {
		return errHotplug("persistent update of device '%s' is not supported", dev.Kind.Class())
	}
	return nil
}
