package domxml

import "slices"

func (c *Controller) parseNode(d *decoder, n node) error {
	if err := d.plain(n, c); err != nil {
		return err
	}
	if c.Type == "" {
		c.Type = ControllerIDE
	}
	if c.Model != "" && !slices.Contains(controllerModels[c.Type], c.Model) {
		return errUnsupported("Unknown model type '%s'", c.Model)
	}
	c.tie()
	if port, ok := companions[c.Model]; ok && c.Type == ControllerUSB && c.Master == nil {
		c.Master = &ControllerMaster{StartPort: &port}
	} else if c.Master != nil && c.Master.StartPort == nil {
		c.Master.StartPort = new(int)
	}
	if c.Type == ControllerPCI {
		return c.checkPCI(n)
	}
	return nil
}

// companions share the ports of a faster controller, from a port on.
var companions = map[string]int{"ich9-uhci1": 0, "ich9-uhci2": 2, "ich9-uhci3": 4}

// tie drops what belongs to another kind.
func (c *Controller) tie() {
	if c.Type != ControllerPCI {
		c.PCIModel, c.Target, c.PCIHole64 = nil, nil, nil
	}
	if c.Type != ControllerVirtioSerial {
		c.Vectors = nil
	}
	if c.Type != ControllerVirtioSerial && c.Type != ControllerUSB {
		c.Ports = nil
	}
	if c.Type != ControllerUSB {
		c.Master = nil
	}
	if c.Type != ControllerXenbus {
		c.MaxGrantFrames, c.MaxEventChannels = nil, nil
	}
}

func (c *Controller) checkPCI(node) error {
	if c.Address != nil && (c.Model == "pci-root" || c.Model == "pcie-root") {
		return errUnsupported("pci-root and pcie-root controllers should not have an address")
	}
	if c.PCIHole64 != nil && c.Model != "pci-root" && c.Model != "pcie-root" {
		return errUnsupported("pcihole64 attribute can only be set for pci-root and pcie-root controllers")
	}
	return nil
}

// sortControllers puts controllers of a kind into the order of their numbers;
// those without one stay where they are.
func sortControllers(list []Controller) { sortInserting(list, sameController, orderControllers) }

// numberControllers gives those without a number the lowest free one of their
// kind. Companions of a USB controller share its number.
func (d *Domain) numberControllers() {
	type place struct {
		kind  ControllerType
		index int
	}
	used, next := map[place]bool{}, map[ControllerType]int{}
	for i := range d.Devices.Controllers {
		c := &d.Devices.Controllers[i]
		used[place{c.Type, c.index()}] = true
	}
	for i := range d.Devices.Controllers {
		c := &d.Devices.Controllers[i]
		if c.Index != nil {
			continue
		}
		if c.Type == ControllerUSB && c.Master != nil && i > 0 {
			if m := &d.Devices.Controllers[i-1]; m.Type == ControllerUSB && m.Index != nil {
				c.Index = new(*m.Index)
				continue
			}
		}
		n := next[c.Type]
		for used[place{c.Type, n}] {
			n++
		}
		c.Index, next[c.Type] = &n, n+1
	}
}

// checkNumbers refuses a number that is there twice.
func (d *Domain) checkNumbers() error {
	list := d.Devices.Controllers
	for i := range list {
		for j := range i {
			a, b := &list[j], &list[i]
			if a.Type != b.Type || a.index() != b.index() {
				continue
			}
			if a.Type == ControllerUSB && (a.Master != nil || b.Master != nil) {
				continue
			}
			return errXML("Multiple '%s' controllers with index '%d'", b.Type, b.index())
		}
	}
	return nil
}

// validateControllers checks them one by one.
func (d *Domain) validateControllers() error {
	if err := d.checkNumbers(); err != nil {
		return err
	}
	list := d.Devices.Controllers
	for i := range list {
		if err := list[i].validateTarget(); err != nil {
			return err
		}
		if err := list[i].validateOptions(); err != nil {
			return err
		}
	}
	return d.validateUSBMasters()
}

// validateTarget checks the numbers of a PCI controller.
func (c *Controller) validateTarget() error {
	t := c.Target
	if t == nil {
		return nil
	}
	var port *int
	if t.Port != nil {
		port = new(int(*t.Port))
	}
	for _, n := range []struct {
		name        string
		value       *int
		first, last int
	}{{"chassisNr", t.ChassisNr, 1, 255}, {"chassis", t.Chassis, 0, 255}, {"port", port, 0, 255}, {"busNr", t.BusNr, 1, 254}, {"target index", t.Index, 0, 30}} {
		if n.value != nil && (*n.value < n.first || *n.value > n.last) {
			return errUnsupported("PCI controller %s '%d' out of range - must be %d-%d", n.name, *n.value, n.first, n.last)
		}
	}
	if t.Index != nil && (*t.Index == 0) != (c.index() == 0) {
		return errUnsupported("Only the PCI controller with index 0 can have target index 0, and vice versa")
	}
	return nil
}

// validateUSBMasters wants a controller that is no companion, if not the one
// that companions have.
func (d *Domain) validateUSBMasters() error {
	companion, master := false, false
	for i := range d.Devices.Controllers {
		if c := &d.Devices.Controllers[i]; c.Type == ControllerUSB {
			companion = companion || c.Master != nil
			master = master || c.Master == nil
		}
	}
	if companion && !master {
		return errDetail("No master USB controller specified")
	}
	return nil
}
