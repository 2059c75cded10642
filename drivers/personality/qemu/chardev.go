package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// completeChardevs names the kinds of ports.
func (d *definition) completeChardevs() error {
	for i := range d.Devices.Serials {
		d.completeSerial(&d.Devices.Serials[i])
	}
	return nil
}

// serialModels are the products by the kind of port.
var serialModels = map[string]string{
	"isa-serial": "isa-serial", "usb-serial": "usb-serial", "pci-serial": "pci-serial", "spapr-vio-serial": "spapr-vty",
	"isa-debug": "isa-debugcon",
}

func (d *definition) completeSerial(s *domxml.Chardev) {
	t := s.Target
	if t.Type == "" {
		switch {
		case d.isX86():
			t.Type = "isa-serial"
		case d.isPSeries():
			t.Type = "spapr-vio-serial"
		case d.isS390():
			t.Type = "sclp-serial"
		case d.isARM(), d.isRISCVVirt():
			t.Type = "system-serial"
		}
	}
	if t.Model == nil || t.Model.Name == "" {
		name := serialModels[t.Type]
		switch t.Type {
		case "system-serial":
			name = "pl011"
			if d.isRISCVVirt() {
				name = "16550a"
			}
		case "sclp-serial":
			name = "sclpconsole"
		}
		if name != "" {
			t.Model = &domxml.ChardevTargetModel{Name: name}
		}
	}
}
