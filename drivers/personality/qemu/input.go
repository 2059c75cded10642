package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// completeInputs adds what every PC has: a mouse and a keyboard.
func (d *definition) completeInputs() error {
	if !(d.isI440FX() || d.isQ35() || d.isISAPC() || d.isX86() && !d.isMicroVM()) {
		return nil
	}
	for _, kind := range []string{"mouse", "keyboard"} {
		if !slices.ContainsFunc(d.Devices.Inputs, func(i domxml.Input) bool { return i.Type == kind && i.Bus == "ps2" }) {
			d.Devices.Inputs = append(d.Devices.Inputs, domxml.Input{Type: kind, Bus: "ps2"})
		}
	}
	return nil
}
