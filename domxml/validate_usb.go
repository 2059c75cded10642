package domxml

import "slices"

// validateUSB refuses devices on a bus that the document switches off, or
// does not have.
func (d *Domain) validateUSB() error {
	v := &d.Devices
	has := slices.ContainsFunc(v.Controllers, func(c Controller) bool { return c.Type == ControllerUSB && c.Model != "none" })
	nones := 0
	for i := range v.Controllers {
		if c := &v.Controllers[i]; c.Type == ControllerUSB && c.Model == "none" {
			nones++
		}
	}
	none := nones > 0
	switch {
	case none && (has || nones > 1):
		return errDetail("Can't add another USB controller: USB is disabled for this domain")
	case none && len(v.Hubs) > 0:
		return errUnsupported("Can't add USB hub: USB is disabled for this domain")
	case none && slices.ContainsFunc(v.Hostdevs, func(h Hostdev) bool {
		// the reference takes a disk for a container for one on the bus
		return h.Mode == "subsystem" && h.Type == "usb" || h.Mode == "capabilities" && h.Type == "storage"
	}):
		return errUnsupported("Can't add host USB device: USB is disabled in this host")
	case none && slices.ContainsFunc(v.Inputs, func(i Input) bool { return i.Bus == "usb" }):
		return errUnsupported("Can't add USB input device. USB bus is disabled")
	case !has && len(v.RedirDevs) > 0:
		return errUnsupported("cannot add redirected USB device: USB is disabled for this domain")
	}
	return nil
}
