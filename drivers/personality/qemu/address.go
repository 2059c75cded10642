package qemupersonality

import (
	"github.com/govirtd/govirtd/domxml"
)

// assignAddresses gives each device its place, bus by bus.
func (d *definition) assignAddresses() error {
	return inOrder(
		d.assignVirtioSerial,
		d.assignPCI,
		d.assignUSB,
		d.assignSlots,
	)
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
