package qemupersonality

import (
	"github.com/govirtd/govirtd/domxml"
)

// numberPCI gives the PCI controllers what guests see of them: the numbers of
// chassis, ports and buses.
func (d *definition) numberPCI() error {
	list := d.Devices.Controllers
	for i := range list {
		c := &list[i]
		if c.Type != domxml.ControllerPCI {
			continue
		}
		if c.Address != nil && c.Address.PCI() && c.Address.Bus >= uint(*c.Index) {
			return errUnsupported("PCI controller at index %d (0x%02x) has bus='0x%02x', but index must be larger than bus", *c.Index, *c.Index, c.Address.Bus)
		}
		t := c.Target
		if t == nil {
			t = &domxml.ControllerTarget{}
		}
		switch c.Model {
		case "pci-bridge":
			if t.ChassisNr == nil {
				t.ChassisNr = new(*c.Index)
			}
		case "pcie-root-port", "pcie-switch-downstream-port":
			if t.Chassis == nil {
				t.Chassis = new(*c.Index)
			}
			if t.Port == nil {
				port := c.Address.Slot
				if c.Model == "pcie-root-port" {
					port = port<<3 + c.Address.Function
				}
				t.Port = &port
			}
		case "pci-expander-bus", "pcie-expander-bus":
			if t.BusNr == nil {
				n, err := d.freeBusNumber()
				if err != nil {
					return err
				}
				t.BusNr = &n
			}
		default:
			continue
		}
		c.Target = t
	}
	return nil
}

// freeBusNumber is for an expander: two below the lowest of the others.
func (d *definition) freeBusNumber() (int, error) {
	lowest := 256
	for i := range d.Devices.Controllers {
		c := &d.Devices.Controllers[i]
		if c.Type == domxml.ControllerPCI && c.Target != nil && c.Target.BusNr != nil {
			lowest = min(lowest, *c.Target.BusNr)
		}
	}
	if lowest <= d.lastIndex(domxml.ControllerPCI)+2 {
		return 0, errInternal("No free busNr lower than current lowest busNr is available to auto-assign to bus %d. Must be manually assigned", lowest)
	}
	return lowest - 2, nil
}
