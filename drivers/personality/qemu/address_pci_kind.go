package qemupersonality

import (
	"fmt"
	"slices"

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

// integratedKind is that of parts of the board.
func (d *definition) integratedKind() pciKind {
	if d.hasPCIeRoot() {
		return pcieDevice | pciIntegrated
	}
	return pciDevice | pciIntegrated
}

// filesystemKind is that of a way of sharing folders.
func (d *definition) filesystemKind(f *domxml.Filesystem) pciKind {
	if f.Driver == nil {
		return d.virtioKind(f.Model)
	}
	switch f.Driver.Type {
	case "", "path", "handle", "virtiofs":
		return d.virtioKind(f.Model)
	case "mtp":
		return 0
	}
	return pciNowhere
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
	case domxml.ControllerFDC, domxml.ControllerCCID:
		return 0
	}
	return pciNowhere
}

// interfaceKind is 0 for cards that are not on a PCI bus.
func (d *definition) interfaceKind(n *domxml.Interface) pciKind {
	if n.Type == "hostdev" {
		if isUSBNIC(n) {
			return 0
		}
		if n.Source != nil {
			return d.hostKind(n.Source.Host)
		}
		return d.expressKind()
	}
	model := ""
	if n.Model != nil {
		model = n.Model.Type
	}
	switch model {
	case "virtio", "virtio-transitional", "virtio-non-transitional":
		return d.virtioKind(model)
	case "usb-net", "spapr-vlan":
		return 0
	}
	if slices.Contains(plainNICs, model) {
		return plainPCI
	}
	return d.expressKind() // of those that nobody knows, too
}

// plainNICs are cards for conventional slots.
var plainNICs = []string{
	"rtl8139", "e1000", "vmxnet3", "netfront", "lan9118", "smc91c111", "vlance", "vmxnet", "vmxnet2", "Am79C970A", "Am79C973",
	"82540EM", "82545EM", "82543GC",
}

// isUSBNIC says whether a card is on a USB bus.
func isUSBNIC(n *domxml.Interface) bool {
	if n.Type == "hostdev" {
		return n.Source != nil && n.Source.Host != nil && n.Source.Host.Type == "usb"
	}
	return n.Model != nil && n.Model.Type == "usb-net"
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
	case h.Type == "pci" && h.Source != nil:
		return d.hostKind(h.Source.Address)
	case h.Type == "pci", h.Type == "mdev" && h.Model == "vfio-pci":
		return d.expressKind()
	case h.Type == "scsi_host":
		return d.virtioKind(h.Model)
	}
	return 0
}

// hostKind is that of a device of the host: an Express one unless the host has
// it and knows better.
func (d *definition) hostKind(a *domxml.HostdevAddress) pciKind {
	if a == nil || a.Slot == nil || d.cfg.ConventionalPCI == nil {
		return d.expressKind()
	}
	part := func(n *uint) uint {
		if n == nil {
			return 0
		}
		return *n
	}
	if d.cfg.ConventionalPCI(fmt.Sprintf("%04x:%02x:%02x.%x", part(a.Domain), part(a.Bus), part(a.Slot), part(a.Function))) {
		return plainPCI
	}
	return d.expressKind()
}
