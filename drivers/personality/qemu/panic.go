package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// completePanics chooses what the machine has.
func (d *definition) completePanics() error {
	for i := range d.Devices.Panics {
		p := &d.Devices.Panics[i]
		if p.Model != "" {
			continue
		}
		switch {
		case d.isPSeries():
			p.Model = "pseries"
		case d.isS390():
			p.Model = "s390"
		case d.isVirt():
			p.Model = "pvpanic"
		default:
			p.Model = "isa"
		}
	}
	return nil
}

// validatePanics knows the place of each.
func (d *definition) validatePanics() error {
	for i := range d.Devices.Panics {
		p := &d.Devices.Panics[i]
		at := domxml.AddressType("")
		if p.Address != nil {
			at = p.Address.Type
		}
		switch p.Model {
		case "isa":
			if at != "" && at != domxml.AddressISA {
				return errUnsupported("panic is supported only with ISA address type")
			}
		case "hyperv":
			if !d.isX86() {
				return errUnsupported("only x86 guests support panic device of model 'hyperv'")
			}
			if at != "" {
				return errUnsupported("setting the panic device address is not supported for model 'hyperv'")
			}
		case "pseries":
			if !d.isPSeries() {
				return errUnsupported("only pSeries guests support panic device of model 'pseries'")
			}
		case "s390":
			if !d.isS390() {
				return errUnsupported("only S390 guests support panic device of model 's390'")
			}
		case "pvpanic":
			if at != "" && at != domxml.AddressPCI {
				return errUnsupported("pvpanic is supported only with PCI address type")
			}
		}
	}
	return nil
}
