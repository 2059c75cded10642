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

// piix3Place is where the chipset of the older PC has a controller; ok is false
// of all others.
func piix3Place(c *pciClient) (function uint, what string, ok bool) {
	if c.controller == nil || *c.controller.Index != 0 {
		return 0, "", false
	}
	switch {
	case c.controller.Type == domxml.ControllerIDE:
		return 1, "Primary IDE controller", true
	case c.controller.Type == domxml.ControllerUSB && c.controller.Model == "piix3-uhci":
		return 2, "PIIX3 USB controller at index 0", true
	}
	return 0, "", false
}

// placePIIX3 is the chipset of the older PC: an ISA bridge at 1.0, IDE at 1.1,
// USB at 1.2, power management at 1.3, and the screen at 2.0.
func (d *definition) placePIIX3(set *pciSet, clients []pciClient) error {
	for i := range clients {
		c := &clients[i]
		function, what, ok := piix3Place(c)
		if !ok {
			continue
		}
		if c.has() {
			if a := *c.address; a.Domain != 0 || a.Bus != 0 || a.Slot != 1 || a.Function != function {
				return errInternal("%s must have PCI address 0:0:1.%d", what, function)
			}
		}
		at := domxml.PCIAddress(0, 0, 1, function)
		if err := set.reserve(at, c.kind); err != nil {
			return err
		}
		if !c.has() {
			c.set(at)
		}
	}
	for _, f := range []uint{0, 3} {
		if err := set.reserve(domxml.PCIAddress(0, 0, 1, f), pciDevice); err != nil {
			return err
		}
	}
	return d.placePrimaryVideo(set, clients, 2)
}

// The slots of the newer PC's chipset.
const (
	q35Chipset = 0x1f // an ISA bridge, SATA, SMBus
	q35Bridge  = 0x1e
	q35USB     = 0x1d // then q35USB2
	q35USB2    = 0x1a
	q35Sound   = 0x1b
)

// placeQ35 is the chipset of the newer PC: SATA at 1f.2 beside what is there
// always, USB at 1d and 1a, sound at 1b, a bridge at 1e, and the screen at 1.0.
func (d *definition) placeQ35(set *pciSet, clients []pciClient) error {
	for i := range clients {
		c := &clients[i]
		k := c.controller
		at := (*domxml.Address)(nil)
		switch {
		case k != nil && k.Type == domxml.ControllerSATA && *k.Index == 0:
			at = domxml.PCIAddress(0, 0, q35Chipset, 2)
			if c.has() {
				if a := *c.address; a.Domain != 0 || a.Bus != 0 || a.Slot != at.Slot || a.Function != at.Function {
					return errInternal("Primary SATA controller must have PCI address 0:0:1f.2")
				}
			}
		case c.has():
		case k != nil && k.Type == domxml.ControllerUSB && k.Model == "ich9-uhci1":
			for _, slot := range []uint{q35USB, q35USB2} {
				if at == nil && set.slotFree(0, slot) {
					at = domxml.PCIAddress(0, 0, slot, 0)
					at.Multifunction = domxml.On
				}
			}
		case k != nil && k.Model == "dmi-to-pci-bridge" && set.slotFree(0, q35Bridge):
			at = domxml.PCIAddress(0, 0, q35Bridge, 0)
		case c.sound && set.slotFree(0, q35Sound):
			at = domxml.PCIAddress(0, 0, q35Sound, 0)
		}
		if at == nil || c.has() || c.elsewhere() {
			continue
		}
		if err := set.reserve(at, c.kind); err != nil {
			return err
		}
		c.set(at)
	}
	for _, f := range []uint{0, 3} {
		if err := set.reserve(domxml.PCIAddress(0, 0, q35Chipset, f), pcieDevice); err != nil {
			return err
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

// usb2Functions are where the parts of a USB 2 controller are in its slot.
var usb2Functions = map[string]uint{"ich9-ehci1": 7, "ich9-uhci1": 0, "ich9-uhci2": 1, "ich9-uhci3": 2}

// placeUSB2 puts the parts of a USB 2 controller, which have the same number,
// into one slot.
func (d *definition) placeUSB2(set *pciSet, clients []pciClient, c *pciClient) error {
	at := domxml.PCIAddress(0, 0, 0, usb2Functions[c.controller.Model])
	if at.Function == 0 {
		at.Multifunction = domxml.On
	}
	for i := range clients {
		o := &clients[i]
		if o.controller == nil || o.controller.Type != domxml.ControllerUSB || *o.controller.Index != *c.controller.Index || !o.has() {
			continue
		}
		if _, ok := usb2Functions[o.controller.Model]; !ok {
			continue
		}
		at.Bus, at.Slot = (*o.address).Bus, (*o.address).Slot
		if err := set.reserve(at, c.kind); err != nil {
			return err
		}
		c.set(at)
		return nil
	}
	free, err := set.next(c.kind)
	if err != nil {
		return err
	}
	slot := &set.buses[free.Bus].slots[free.Slot]
	slot.used = slot.used&^(1<<free.Function) | 1<<at.Function
	at.Bus, at.Slot = free.Bus, free.Slot
	c.set(at)
	return nil
}
