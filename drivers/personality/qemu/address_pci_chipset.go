package qemupersonality

import (
	"github.com/govirtd/govirtd/domxml"
)

// placeChipset gives the devices of the chipset the places that they have on
// real boards.
func (d *definition) placeChipset(set *pciSet, clients []pciClient) error {
	switch {
	case len(set.buses) == 0:
		return nil
	case d.isI440FX():
		return d.placePIIX3(set, clients)
	case d.isQ35():
		return d.placeQ35(set, clients)
	}
	return nil
}

// placePIIX3 is the chipset of the older PC: an ISA bridge at 1.0, IDE at 1.1,
// USB at 1.2, power management at 1.3, and the screen at 2.0.
func (d *definition) placePIIX3(set *pciSet, clients []pciClient) error {
	place := func(c *pciClient, function uint, what string) error {
		at := domxml.PCIAddress(0, 0, 1, function)
		if c.has() {
			if a := *c.address; a.Domain != 0 || a.Bus != 0 || a.Slot != 1 || a.Function != function {
				return errUnsupported("%s must have PCI address 0:0:1.%d", what, function)
			}
			return nil
		}
		if c.elsewhere() {
			return nil
		}
		if err := set.reserve(at, c.kind); err != nil {
			return err
		}
		c.set(at)
		return nil
	}
	for i := range clients {
		c := &clients[i]
		if c.controller == nil || *c.controller.Index != 0 {
			continue
		}
		switch {
		case c.controller.Type == domxml.ControllerIDE:
			if err := place(c, 1, "Primary IDE controller"); err != nil {
				return err
			}
		case c.controller.Type == domxml.ControllerUSB && c.controller.Model == "piix3-uhci":
			if err := place(c, 2, "PIIX3 USB controller"); err != nil {
				return err
			}
		}
	}
	for _, f := range []uint{0, 3} {
		if at := domxml.PCIAddress(0, 0, 1, f); set.functionFree(at) {
			if err := set.reserve(at, pciDevice); err != nil {
				return err
			}
		}
	}
	return d.placePrimaryVideo(set, clients, 2)
}

// placeQ35 is the chipset of the newer PC: SATA at 1f.2 beside what is there
// always, USB at 1d and 1a, sound at 1b, a bridge at 1e, and the screen at 1.0.
func (d *definition) placeQ35(set *pciSet, clients []pciClient) error {
	for i := range clients {
		c := &clients[i]
		if c.controller == nil || c.has() || c.elsewhere() {
			continue
		}
		var at *domxml.Address
		switch k := c.controller; {
		case k.Type == domxml.ControllerSATA && *k.Index == 0:
			at = domxml.PCIAddress(0, 0, 0x1f, 2)
		case k.Type == domxml.ControllerPCI && k.Model == "dmi-to-pci-bridge":
			if at = domxml.PCIAddress(0, 0, 0x1e, 0); !set.slotFree(0, 0x1e) {
				at = nil
			}
		}
		if at == nil {
			continue
		}
		kind := c.kind
		if !set.functionFree(at) {
			continue
		}
		if err := set.reserve(at, kind); err != nil {
			return err
		}
		c.set(at)
	}
	for _, f := range []uint{0, 3} {
		if at := domxml.PCIAddress(0, 0, 0x1f, f); set.functionFree(at) {
			if err := set.reserve(at, pcieDevice); err != nil {
				return err
			}
		}
	}
	return d.placePrimaryVideo(set, clients, 1)
}

// placePrimaryVideo puts the first screen where firmware looks for it.
func (d *definition) placePrimaryVideo(set *pciSet, clients []pciClient, slot uint) error {
	for i := range clients {
		c := &clients[i]
		if !c.primary || c.has() || c.elsewhere() {
			continue
		}
		at := domxml.PCIAddress(0, 0, slot, 0)
		if !set.slotFree(0, slot) {
			return nil // the next free place
		}
		if err := set.reserve(at, c.kind); err != nil {
			return err
		}
		c.set(at)
	}
	return nil
}

// placeCompanion puts a companion of a USB controller into the slot of its
// master.
func (d *definition) placeCompanion(set *pciSet, c *pciClient) error {
	at, err := set.next(c.kind)
	if err != nil {
		return err
	}
	c.set(at)
	return nil
}
