package domxml

// validateVideos wants a card that is none to be alone.
func (d *Domain) validateVideos() error {
	if len(d.Devices.Videos) < 2 {
		return nil
	}
	for i := range d.Devices.Videos {
		if m := d.Devices.Videos[i].Model; m != nil && m.Type == "none" {
			return errUnsupported("a 'none' video type must be the only video device defined for the domain")
		}
	}
	return nil
}

// validateIOMMU wants options only of the model that has them, and together
// with what they need.
func (d *Domain) validateIOMMU() error {
	u := d.Devices.IOMMU
	if u != nil && u.Model != "virtio" && u.Address != nil {
		return errXML("iommu model '%s' can't have address", u.Model)
	}
	if u == nil || u.Driver == nil {
		return nil
	}
	v := u.Driver
	switch {
	case u.Model != "intel" && *v != (IOMMUDriver{}):
		return errXML("iommu model '%s' doesn't support additional attributes", u.Model)
	case v.IntRemap == On && (d.Features.IOAPIC == nil || d.Features.IOAPIC.Driver != "qemu"):
		return errUnsupported("IOMMU interrupt remapping requires split I/O APIC (ioapic driver='qemu')")
	case v.EIM == On && v.IntRemap != On:
		return errUnsupported("IOMMU eim requires interrupt remapping to be enabled")
	}
	return nil
}
