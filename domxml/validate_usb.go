package domxml

import "slices"

// validateUSB refuses devices on a bus that the document switches off, or
// does not have.
func (d *Domain) validateUSB() error {
	v := &d.Devices
	has := slices.ContainsFunc(v.Controllers, func(c Controller) bool { return c.Type == ControllerUSB && c.Model != "none" })
	none := slices.ContainsFunc(v.Controllers, func(c Controller) bool { return c.Type == ControllerUSB && c.Model == "none" })
	switch {
	case none && has:
		return errDetail("Can't add another USB controller: USB is disabled for this domain")
	case none && len(v.Hubs) > 0:
		return errUnsupported("Can't add USB hub: USB is disabled for this domain")
	case none && slices.ContainsFunc(v.Inputs, func(i Input) bool { return i.Bus == "usb" }):
		return errUnsupported("Can't add USB input device. USB bus is disabled")
	case !has && len(v.RedirDevs) > 0:
		return errUnsupported("cannot add redirected USB device: USB is disabled for this domain")
	}
	return nil
}
