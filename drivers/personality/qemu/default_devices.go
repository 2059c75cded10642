package qemupersonality

import (
	"cmp"
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// board is what a kind of machine has without being asked.
type board struct {
	root          string // the model of PCI controller 0
	usb, sata     bool
	itco, balloon bool
	panic         bool
}

// boardOf describes the machine of a document.
func (d *definition) boardOf() board {
	b := board{balloon: true, usb: true}
	switch {
	case d.isISAPC():
		b.usb = false
	case d.isQ35():
		b.root, b.sata, b.itco = "pcie-root", true, true
	case d.isI440FX():
		b.root = "pci-root"
	case d.isX86():
	case d.isVirt():
		b.root, b.usb = "pcie-root", false
	case d.isARM():
		b.usb, b.balloon = d.machine("versatilepb", "realview-eb", "realview-eb-mpcore", "realview-pb-a8", "realview-pbx-a9"), !d.machine("vexpress-a15")
	case d.isPSeries():
		b.root, b.panic = "pci-root", true
	case d.isPowerNV():
		b.root, b.usb = "pcie-root", false
	case d.isPPC():
		b.root = "pci-root"
	case d.isS390():
		b.usb, b.panic = false, true
	case d.isRISCV():
		b.usb = false
	}
	return b
}

// addDefaultDevices adds what the board has and the document does not name.
func (d *definition) addDefaultDevices() error {
	b := d.boardOf()
	v := &d.Devices
	if b.usb && d.Controller(domxml.ControllerUSB, 0) == nil {
		c := domxml.Controller{Type: domxml.ControllerUSB, Index: new(int)}
		if d.isQ35() {
			c.Model = d.firstUSB("qemu-xhci", "nec-xhci")
		}
		d.AddController(c)
	}
	if b.sata && !d.hasSATA() {
		d.AddController(domxml.Controller{Type: domxml.ControllerSATA, Index: new(int)})
	}
	if b.root != "" {
		if err := d.addRoot(b.root); err != nil {
			return err
		}
	}
	if b.itco && !slices.ContainsFunc(v.Watchdogs, func(w domxml.Watchdog) bool { return w.Model == "itco" }) {
		action := "reset"
		if len(v.Watchdogs) > 0 {
			action = v.Watchdogs[0].Action // QEMU does the same for all
		}
		v.Watchdogs = append(v.Watchdogs, domxml.Watchdog{Model: "itco", Action: action})
	}
	if v.Memballoon == nil {
		model := "none"
		if b.balloon {
			model = "virtio"
		}
		v.Memballoon = &domxml.Memballoon{Model: model}
	}
	return nil
}

// addRoot gives the domain the bus that all others hang from, or finds that it
// has another one.
func (d *definition) addRoot(model string) error {
	c := d.Controller(domxml.ControllerPCI, 0)
	if c == nil {
		d.AddController(domxml.Controller{Type: domxml.ControllerPCI, Index: new(int), Model: model})
		return nil
	}
	if c.Model != model {
		return errXML("The PCI controller with index='0' must be model='%s' for this machine type, but model='%s' was found instead", model, cmp.Or(c.Model, "(null)"))
	}
	return nil
}

// hasSATA looks for the controller that the chipset of a Q35 has.
func (d *definition) hasSATA() bool {
	return slices.ContainsFunc(d.Devices.Controllers, func(c domxml.Controller) bool {
		return c.Type == domxml.ControllerSATA && (c.Index == nil || *c.Index == 0)
	})
}
