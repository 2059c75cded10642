package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// Devices about which there is little to say.

// completeVSock chooses the model.
func (d *definition) completeVSock() error {
	if v := d.Devices.VSock; v != nil && v.Model == "" {
		v.Model = "virtio"
	}
	return nil
}

// completeRedirDevs has nothing to add.
func (d *definition) completeRedirDevs() error { return nil }

// completeSounds has nothing to add.
func (d *definition) completeSounds() error { return nil }

// validateNVRAM knows that it is a part of one machine.
func (d *definition) validateNVRAM() error {
	if d.Devices.NVRAM != nil && !d.isPSeries() {
		return errUnsupported("nvram device is only supported for PPC64")
	}
	return nil
}

// validateRNGs checks the daemon that random numbers may come from.
func (d *definition) validateRNGs() error {
	for i := range d.Devices.RNGs {
		if b := d.Devices.RNGs[i].Backend; b.Model == "egd" {
			if err := d.validateEnd(chardevEnd{b.Type, b.Sources, b.Protocol}); err != nil {
				return err
			}
		}
	}
	return nil
}

// validateCryptos knows the ways of computing that QEMU was built with.
func (d *definition) validateCryptos() error {
	for i := range d.Devices.Cryptos {
		b := d.Devices.Cryptos[i].Backend
		if !d.emu.HasType("cryptodev-backend-" + b.Model) {
			return errUnsupported("crypto backend %s is not supported", b.Model)
		}
	}
	return nil
}

// validatePStore wants the bus that it sits on.
func (d *definition) validatePStore() error {
	p := d.Devices.PStore
	if p == nil {
		return nil
	}
	if a := p.Address; a != nil && a.Type != domxml.AddressPCI {
		return errUnsupported("ACPI ERST device must reside on a PCI bus")
	}
	return nil
}
