package domxml

import "slices"

// validateUSB wants a bus for what clients plug in.
func (d *Domain) validateUSB() error {
	v := &d.Devices
	has := slices.ContainsFunc(v.Controllers, func(c Controller) bool { return c.Type == ControllerUSB && c.Model != "none" })
	if !has && len(v.RedirDevs) > 0 {
		return errUnsupported("cannot add redirected USB device: USB is disabled for this domain")
	}
	return nil
}

// checkNoUSB wants the word that there is none to be the only one about it in
// the document.
func (d *Domain) checkNoUSB() error {
	v := &d.Devices
	none, n := d.noUSB(), 0
	for i := range v.Controllers {
		if v.Controllers[i].Type == ControllerUSB {
			n++
		}
	}
	if none && n > 1 {
		return errDetail("Can't add another USB controller: USB is disabled for this domain")
	}
	return nil
}

func (d *Domain) noUSB() bool {
	return slices.ContainsFunc(d.Devices.Controllers, func(c Controller) bool { return c.Type == ControllerUSB && c.Model == "none" })
}

// checkUSB refuses devices on a bus that the document switches off.
func (d *Domain) checkUSB() error {
	v := &d.Devices
	switch {
	case !d.noUSB():
	case len(v.Hubs) > 0:
		return errUnsupported("Can't add USB hub: USB is disabled for this domain")
	case slices.ContainsFunc(v.Hostdevs, func(h Hostdev) bool {
		// the reference takes a disk for a container for one on the bus
		return h.Mode == "subsystem" && h.Type == "usb" || h.Mode == "capabilities" && h.Type == "storage"
	}):
		return errUnsupported("Can't add host USB device: USB is disabled in this host")
	case slices.ContainsFunc(v.Inputs, func(i Input) bool { return i.Bus == "usb" }):
		return errUnsupported("Can't add USB input device. USB bus is disabled")
	}
	return nil
}
