package argv

import (
	"fmt"

	"github.com/govirtd/govirtd/domxml"
)

// address puts a device in its place.
func (b *builder) address(p *Props, a *domxml.Address) {
	if a == nil {
		return
	}
	switch a.Type {
	case domxml.AddressPCI:
		b.pciAddress(p, a)
	case domxml.AddressUSB:
		bus := controllerAlias(b.d, domxml.ControllerUSB, int(a.Bus))
		if bus == "" {
			bus = "usb"
		}
		p.set("bus", bus+".0").put("port", a.Port)
	case domxml.AddressCCW:
		p.set("devno", fmt.Sprintf("%x.%x.%04x", value(a.CSSID), a.SSID, a.DevNo))
	case domxml.AddressSpaprVIO:
		if a.Reg != nil {
			p.set("reg", *a.Reg)
		}
	case domxml.AddressISA:
		p.put("iobase", a.IOBase).put("irq", a.IRQ)
	case domxml.AddressDIMM:
		p.set("slot", a.Slot).put("addr", a.Base)
	}
}

// deviceAddress is address for a device whose element ends with its number in
// the firmware's tables, and its ROM.
func (b *builder) deviceAddress(p *Props, i *domxml.DeviceInfo) {
	if a := i.Address; a != nil && a.Type == domxml.AddressPCI && a.ZPCI != nil && a.ZPCI.UID != nil {
		// What an s390 guest sees in the place of a PCI bus.
		b.arg("-device", props("driver", "zpci", "uid", *a.ZPCI.UID).put("fid", a.ZPCI.FID).
			set("target", aliasName(i.Alias)).set("id", "zpci"+itoa(*a.ZPCI.UID)).String())
	}
	b.address(p, i.Address)
	if i.ACPI != nil {
		p.put("acpi-index", i.ACPI.Index)
	}
}

func (b *builder) pciAddress(p *Props, a *domxml.Address) {
	bus := controllerAlias(b.d, domxml.ControllerPCI, int(a.Bus))
	if bus == "" {
		bus = "pci." + itoa(a.Bus)
	}
	if c := findController(b.d, domxml.ControllerPCI, int(a.Bus)); c != nil && c.PCIModel != nil &&
		c.PCIModel.Name == "spapr-pci-host-bridge" && a.Bus > 0 {
		bus += ".0"
	}
	p.set("bus", bus)
	if a.Multifunction != "" {
		p.set("multifunction", a.Multifunction == domxml.On)
	}
	addr := "0x" + hexa(a.Slot)
	if a.Function != 0 {
		addr += ".0x" + hexa(a.Function)
	}
	p.set("addr", addr)
}

// rom is the option ROM of a device.
func (b *builder) rom(p *Props, r *domxml.ROM) error {
	if r == nil {
		return nil
	}
	if r.Enabled == domxml.No {
		p.set("romfile", "")
		return nil
	}
	if r.Bar != "" {
		p.set("rombar", map[domxml.OnOff]int{domxml.On: 1, domxml.Off: 0}[r.Bar])
	}
	p.put("romfile", r.File)
	return nil
}

// virtioSuffix is what the names of virtio devices end with on a bus.
func (b *builder) virtioSuffix(a *domxml.Address) string {
	if a == nil {
		return "-pci"
	}
	switch a.Type {
	case domxml.AddressCCW:
		return "-ccw"
	case domxml.AddressVirtioMMIO:
		return "-device"
	case domxml.AddressSpaprVIO, domxml.AddressUSB:
		return ""
	}
	return "-pci"
}

// virtioDriver is the name of a virtio device, for a guest that wants to be
// spared the older form or the newer one.
func (b *builder) virtioDriver(name, model string, a *domxml.Address) string {
	s := name + b.virtioSuffix(a)
	switch model {
	case "virtio-transitional":
		return s + "-transitional"
	case "virtio-non-transitional":
		return s + "-non-transitional"
	}
	return s
}

// virtioOptions are switches that all virtio devices have.
func virtioOptions(p *Props, o *domxml.VirtioOptions) {
	if o != nil {
		p.put("iommu_platform", o.IOMMU).put("ats", o.ATS).put("packed", o.Packed).put("page-per-vq", o.PagePerVQ)
	}
}

func virtioDriverOptions(p *Props, d *domxml.VirtioDriver) {
	if d != nil {
		virtioOptions(p, &d.VirtioOptions)
	}
}

func aliasName(a *domxml.Alias) string {
	if a == nil {
		return ""
	}
	return a.Name
}

// controllerAlias is what a controller is called, empty if there is none.
// Those of the board keep the board's name.
func controllerAlias(d *domxml.Domain, typ domxml.ControllerType, index int) string {
	c := findController(d, typ, index)
	if c == nil {
		return ""
	}
	if board := ControllerAlias(d, c); onBoard(board) {
		return board
	}
	return aliasName(c.Alias)
}

// onBoard says whether a bus is the board's own by its name.
func onBoard(name string) bool {
	return name == "ide" || name == "scsi" || name == "pci.0" || name == "pcie.0"
}

func findController(d *domxml.Domain, typ domxml.ControllerType, index int) *domxml.Controller {
	for i := range d.Devices.Controllers {
		c := &d.Devices.Controllers[i]
		if c.Type == typ && c.Index != nil && *c.Index == index {
			return c
		}
	}
	return nil
}
