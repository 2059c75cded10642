package qemupersonality

import (
	"github.com/govirtd/govirtd/domxml"
)

// completeHostdevs settles the picture that some devices have.
func (d *definition) completeHostdevs() error {
	for i := range d.Devices.Hostdevs {
		h := &d.Devices.Hostdevs[i]
		if h.Mode == "subsystem" && h.Type == "mdev" && h.Model == "vfio-pci" && h.Display == "" {
			h.Display = domxml.Off
		}
	}
	return nil
}

// validateHostdevs refuses what QEMU cannot pass through, or not in that way.
func (d *definition) validateHostdevs() error {
	v := &d.Devices
	for i := range v.Hostdevs {
		h := &v.Hostdevs[i]
		if h.Mode != "subsystem" {
			continue
		}
		switch h.Type {
		case "pci":
			if h.Source.WriteFiltering != "" {
				return errUnsupported("Write filtering of PCI device configuration space is not supported by qemu")
			}
		case "scsi":
			if a := h.Address; a != nil && a.Type == domxml.AddressDrive {
				if err := d.validateSCSIAddress(a); err != nil {
					return err
				}
			}
		case "scsi_host":
			if h.Boot != nil {
				return errUnsupported("booting from assigned devices is not supported by vhost SCSI devices")
			}
		case "mdev":
			if err := d.validateMdev(h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *definition) validateMdev(h *domxml.Hostdev) error {
	switch {
	case h.Boot != nil:
		return errUnsupported("booting from assigned devices is not supported by mediated devices of model %s", h.Model)
	case h.Model == "vfio-ccw" && !d.emu.HasType("vfio-ccw"):
		return errUnsupported("VFIO CCW device assignment is not supported by this version of QEMU")
	case h.Model == "vfio-ap" && !d.emu.HasType("vfio-ap"):
		return errUnsupported("VFIO AP device assignment is not supported by this version of QEMU")
	}
	if h.Display == domxml.On {
		if len(d.Devices.Graphics) == 0 {
			return errUnsupported("graphics device is needed for attribute value 'display=on' in <hostdev>")
		}
	}
	return nil
}
