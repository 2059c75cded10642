package qemupersonality

import (
	"github.com/govirtd/govirtd/domxml"
)

// assignAddresses gives each device its place, bus by bus.
func (d *definition) assignAddresses() error {
	return inOrder(
		d.assignVirtioSerial,
		d.assignSpapr,
		d.assignPCI,
		d.assignUSB,
		d.assignSlots,
		d.mirrorConsole,
	)
}

// mirrorConsole gives the console that is a serial port the place of that one.
func (d *definition) mirrorConsole() error {
	v := &d.Devices
	if len(v.Consoles) > 0 && v.Consoles[0].Target.Type == "serial" && len(v.Serials) > 0 {
		v.Consoles[0].Address = v.Serials[0].Address
	}
	return nil
}

// validateAddresses refuses places on buses that the machine does not have.
func (d *definition) validateAddresses() (err error) {
	d.EachDevice(func(dev *domxml.Device) bool {
		if a := dev.Address(); a != nil && a.Type == domxml.AddressCCW && !d.isS390CCW() {
			err = errUnsupported("CCW addresses are not supported by machine type '%s'", d.OS.Type.Machine)
		}
		return err == nil
	})
	return err
}
