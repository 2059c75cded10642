package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// hasPS2 says whether the board has a controller for mouse and keyboard.
func (d *definition) hasPS2() bool {
	if p := d.Features.PS2; p != nil && p.State == domxml.Off {
		return false
	}
	return d.isX86() && !d.isMicroVM()
}

// completeInputs adds what every PC has: a mouse and a keyboard.
func (d *definition) completeInputs() error {
	if !d.hasPS2() {
		return nil
	}
	for _, kind := range []string{"mouse", "keyboard"} {
		if !slices.ContainsFunc(d.Devices.Inputs, func(i domxml.Input) bool { return i.Type == kind && i.Bus == "ps2" }) {
			d.Devices.Inputs = append(d.Devices.Inputs, domxml.Input{Type: kind, Bus: "ps2"})
		}
	}
	return nil
}

// validateInputs refuses models that QEMU does not have.
func (d *definition) validateInputs() error {
	for _, n := range d.Devices.Inputs {
		if n.Bus == "virtio" && (n.Model == "virtio-transitional" || n.Model == "virtio-non-transitional") {
			return errUnsupported("virtio (non-)transitional models are not supported for input type=%s", n.Type)
		}
	}
	return nil
}
