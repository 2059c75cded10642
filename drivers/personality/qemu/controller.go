package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// completeControllers gives controllers their models, the implied ones too.
func (d *definition) completeControllers() error {
	list := d.Devices.Controllers
	for i := range list {
		c := &list[i]
		switch c.Type {
		case domxml.ControllerSCSI:
			if c.Model == "" || c.Model == "auto" {
				if c.Model = d.scsiModel(); c.Model == "" {
					return errUnsupported("Unable to determine model for SCSI controller idx=%d", *c.Index)
				}
			}
		case domxml.ControllerUSB:
			if err := d.completeUSB(c); err != nil {
				return err
			}
		case domxml.ControllerPCI:
			if err := d.completePCI(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// scsiModel is that of a SCSI controller which names none.
func (d *definition) scsiModel() string {
	switch {
	case d.isPSeries():
		return "ibmvscsi"
	case d.isS390(), d.isVirt():
		return "virtio-scsi"
	case d.emu.HasType("lsi53c895a"):
		return "lsilogic"
	case d.emu.HasType("virtio-scsi-pci"):
		return "virtio-scsi"
	}
	return ""
}

// usbModels are the devices of QEMU behind the models of controllers.
var usbModels = map[string]string{
	"piix3-uhci": "piix3-usb-uhci", "piix4-uhci": "piix4-usb-uhci", "ehci": "usb-ehci", "ich9-ehci1": "ich9-usb-ehci1",
	"ich9-uhci1": "ich9-usb-uhci1", "ich9-uhci2": "ich9-usb-uhci2", "ich9-uhci3": "ich9-usb-uhci3",
	"vt82c686b-uhci": "vt82c686b-usb-uhci", "pci-ohci": "pci-ohci", "nec-xhci": "nec-usb-xhci", "qemu-xhci": "qemu-xhci",
}

// maxXHCIPorts is how many ports the virtual USB 3 controllers have at most.
const maxXHCIPorts = 15

// completeUSB chooses the model that the machine would have.
func (d *definition) completeUSB(c *domxml.Controller) error {
	if c.Model == "" {
		first := d.firstUSB
		switch {
		case d.isVirt():
			c.Model = first("qemu-xhci", "nec-xhci")
		case d.isPSeries():
			c.Model = first("qemu-xhci", "nec-xhci", "pci-ohci")
		case d.isPPC():
			c.Model = first("pci-ohci")
		case d.isS390():
			c.Model = "none"
		case d.isX86() || d.arch("alpha", "mips", "mipsel", "mips64", "mips64el"):
			c.Model = first("piix3-uhci")
		default:
			c.Model = first("qemu-xhci", "nec-xhci", "pci-ohci", "piix3-uhci")
		}
	}
	if c.Model == "nec-xhci" || c.Model == "qemu-xhci" {
		if c.Ports != nil && *c.Ports > maxXHCIPorts {
			return errUnsupported("'%s' controller only supports up to '%d' ports", c.Model, maxXHCIPorts)
		}
	}
	return nil
}

// firstUSB is the first of some models that the emulator has.
func (d *definition) firstUSB(models ...string) string {
	for _, m := range models {
		if d.emu.HasType(usbModels[m]) {
			return m
		}
	}
	return ""
}

// pciModelName is the product behind a model of PCI controllers.
func (d *definition) pciModelName(model string) string {
	switch model {
	case "pci-bridge":
		return "pci-bridge"
	case "dmi-to-pci-bridge":
		return "i82801b11-bridge"
	case "pcie-root-port":
		if d.emu.HasType("pcie-root-port") {
			return "pcie-root-port"
		}
		return "ioh3420"
	case "pcie-switch-upstream-port":
		return "x3130-upstream"
	case "pcie-switch-downstream-port":
		return "xio3130-downstream"
	case "pci-expander-bus":
		return "pxb"
	case "pcie-expander-bus":
		return "pxb-pcie"
	case "pcie-to-pci-bridge":
		return "pcie-pci-bridge"
	case "pci-root":
		if d.isPSeries() {
			return "spapr-pci-host-bridge"
		}
	}
	return ""
}

// completePCI names the product; the numbers of ports follow with addresses.
func (d *definition) completePCI(c *domxml.Controller) error {
	if c.Model == "" {
		return errDomainInternal("PCI controller model was not set correctly")
	}
	if (c.Model == "pci-root" || c.Model == "pcie-root") && *c.Index != 0 {
		return errXML("pci-root and pcie-root controllers should have index 0")
	}
	switch {
	case c.Model == "pci-expander-bus" && !d.isI440FX():
		return errUnsupported("pci-expander-bus controllers are only supported on 440fx-based machinetypes")
	case c.Model == "pcie-expander-bus" && !d.isQ35() && !d.isARMVirt():
		return errUnsupported("pcie-expander-bus controllers are not supported with this machine type")
	}
	if c.Target != nil && c.Target.Node != nil {
		node, n := *c.Target.Node, len(d.numaCells())
		if node >= n {
			return errXML("%s with index %d is configured for a NUMA node (%d) not present in the domain's <cpu><numa> array (%d)", c.Model, *c.Index, node, n)
		}
		if *c.Index == 0 {
			return errDomain("The PCI controller with index=0 can't be associated with a NUMA node")
		}
	}
	if name := d.pciModelName(c.Model); (c.PCIModel == nil || c.PCIModel.Name == "") && name != "" {
		c.PCIModel = &domxml.ControllerModel{Name: name}
	}
	return nil
}

// lastIndex is the highest index of the controllers of a kind, or -1.
func (d *definition) lastIndex(kind domxml.ControllerType) int {
	last := -1
	for i := range d.Devices.Controllers {
		if c := &d.Devices.Controllers[i]; c.Type == kind && c.Index != nil {
			last = max(last, *c.Index)
		}
	}
	return last
}

// usbDisabled says that the document wants no USB at all.
func (d *definition) usbDisabled() bool {
	return slices.ContainsFunc(d.Devices.Controllers, func(c domxml.Controller) bool {
		return c.Type == domxml.ControllerUSB && c.Model == "none"
	})
}
