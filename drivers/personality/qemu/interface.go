package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// completeInterfaces chooses the card.
func (d *definition) completeInterfaces() error {
	for i := range d.Devices.Interfaces {
		n := &d.Devices.Interfaces[i]
		if n.Model == nil && n.Type != "hostdev" {
			n.Model = &domxml.InterfaceModel{Type: d.defaultNIC()}
		}
	}
	return nil
}

// defaultNIC is the card that guests of all ages know.
func (d *definition) defaultNIC() string {
	switch {
	case d.isS390(), d.isVirt():
		return "virtio"
	case d.isARM():
		if d.machine("versatilepb") {
			return "smc91c111"
		}
		return "lan9118"
	case d.emu.HasType("rtl8139"):
		return "rtl8139"
	case d.emu.HasType("e1000"):
		return "e1000"
	case d.emu.HasType("virtio-net-pci"):
		return "virtio"
	}
	return ""
}
