package qemupersonality

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// virtio is the kind of a virtio device: transitional ones are conventional,
// others Express where the machine has it.
func (d *definition) virtioKind(model string) pciKind {
	if model == "virtio-transitional" {
		return pciDevice | pciHotplug
	}
	return d.expressKind()
}

// expressKind is that of devices which are Express ones where the machine can.
func (d *definition) expressKind() pciKind {
	if d.hasPCIeRoot() {
		return pcieDevice | pciHotplug
	}
	return pciDevice | pciHotplug
}

const plainPCI = pciDevice | pciHotplug

// controllerKind is 0 for controllers that are not on a PCI bus.
func (d *definition) controllerKind(c *domxml.Controller) pciKind {
	switch c.Type {
	case domxml.ControllerPCI:
		return pciModels[c.Model].is
	case domxml.ControllerUSB:
		switch c.Model {
		case "none", "qusb1", "qusb2":
			return 0
		case "qemu-xhci", "nec-xhci":
			return d.expressKind()
		}
		return plainPCI
	case domxml.ControllerSCSI:
		switch c.Model {
		case "virtio-scsi", "virtio-transitional", "virtio-non-transitional":
			return d.virtioKind(c.Model)
		case "ibmvscsi":
			return 0
		}
		return plainPCI
	case domxml.ControllerVirtioSerial:
		return d.virtioKind(c.Model)
	case domxml.ControllerSATA, domxml.ControllerIDE:
		return plainPCI
	}
	return 0
}

// interfaceKind is 0 for cards that are not on a PCI bus.
func (d *definition) interfaceKind(n *domxml.Interface) pciKind {
	if n.Type == "hostdev" {
		return d.expressKind()
	}
	model := ""
	if n.Model != nil {
		model = n.Model.Type
	}
	switch {
	case strings.HasPrefix(model, "virtio"):
		return d.virtioKind(model)
	case model == "e1000e", model == "vmxnet3", model == "igb":
		return d.expressKind()
	case model == "usb-net", model == "spapr-vlan":
		return 0
	}
	return plainPCI
}

func (d *definition) videoKind(v *domxml.Video) pciKind {
	switch v.Model.Type {
	case "virtio", "bochs":
		return d.expressKind()
	case "none", "ramfb":
		return 0
	}
	return plainPCI
}

func (d *definition) hostdevKind(h *domxml.Hostdev) pciKind {
	switch {
	case h.Mode != "subsystem":
		return 0
	case h.Type == "pci", h.Type == "mdev" && h.Model == "vfio-pci":
		return d.expressKind()
	case h.Type == "scsi_host":
		return d.virtioKind(h.Model)
	}
	return 0
}
