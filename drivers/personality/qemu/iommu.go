package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// completeIOMMU switches on what many CPUs need of it.
func (d *definition) completeIOMMU() error {
	u := d.Devices.IOMMU
	if d.VCPU.Value <= eimLimit || !d.isQ35() {
		if u != nil && u.Driver != nil && u.Driver.IntRemap == domxml.On && d.Features.IOAPIC == nil && d.isX86() {
			d.Features.IOAPIC = &domxml.IOAPIC{Driver: "qemu"}
		}
		return nil
	}
	if u == nil {
		u = &domxml.IOMMU{Model: "intel"}
		d.Devices.IOMMU = u
	}
	if u.Model != "intel" {
		return nil
	}
	if u.Driver == nil {
		u.Driver = &domxml.IOMMUDriver{}
	}
	if u.Driver.IntRemap == "" {
		u.Driver.IntRemap = domxml.On
	}
	if u.Driver.EIM == "" {
		u.Driver.EIM = domxml.On
	}
	if d.Features.IOAPIC == nil && u.Driver.IntRemap == domxml.On {
		d.Features.IOAPIC = &domxml.IOAPIC{Driver: "qemu"}
	}
	return nil
}

// validateIOMMU knows which machine can have which.
func (d *definition) validateIOMMU() error {
	u := d.Devices.IOMMU
	if u == nil {
		return nil
	}
	switch u.Model {
	case "intel":
		if !d.isQ35() {
			return errUnsupported("IOMMU device: '%s' is only supported with Q35 machines", u.Model)
		}
	case "smmuv3":
		if !d.isARMVirt() {
			return errUnsupported("IOMMU device: '%s' is only supported with ARM Virt machines", u.Model)
		}
	case "virtio":
		if !d.isARMVirt() && !d.isQ35() {
			return errUnsupported("IOMMU device: '%s' is only supported with Q35 and ARM Virt machines", u.Model)
		}
		if !bool(d.Features.ACPI) {
			return errUnsupported("IOMMU device: '%s' requires ACPI", u.Model)
		}
		if u.Address != nil && u.Address.Type != domxml.AddressPCI {
			return errUnsupported("IOMMU device: '%s' needs a PCI address", u.Model)
		}
	}
	return nil
}
