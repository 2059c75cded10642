package qemupersonality

import (
	"strconv"

	"github.com/govirtd/govirtd/domxml"
)

// virtioSerialPorts is how many ports a controller has unless it says so; port
// 0 is for a console.
const virtioSerialPorts = 31

// virtioSerialSet has the ports in use by the index of the controller.
type virtioSerialSet map[uint]map[uint]bool

// assignVirtioSerial gives channels and consoles ports on virtio controllers,
// and adds controllers when all are full.
func (d *definition) assignVirtioSerial() error {
	set := virtioSerialSet{}
	v := &d.Devices
	for i := range v.Controllers {
		if c := &v.Controllers[i]; c.Type == domxml.ControllerVirtioSerial {
			set[uint(*c.Index)] = map[uint]bool{}
		}
	}
	var consoles, channels []*domxml.Chardev
	for i := range v.Consoles {
		if c := &v.Consoles[i]; c.Target.Type == "virtio" {
			consoles = append(consoles, c)
		}
	}
	for i := range v.Channels {
		if c := &v.Channels[i]; c.Target.Type == "virtio" {
			channels = append(channels, c)
		}
	}
	for _, list := range [][]*domxml.Chardev{channels, consoles} {
		for _, c := range list {
			a := c.Address
			if a == nil || a.Type != domxml.AddressVirtioSerial || port(a) == 0 {
				continue
			}
			if err := d.reserveVirtioSerial(set, a); err != nil {
				return err
			}
		}
	}
	for _, c := range consoles {
		if c.Address == nil || c.Address.Type != domxml.AddressVirtioSerial {
			continue // the guest finds it anyway
		}
		if err := d.nextVirtioSerial(set, c, 0); err != nil {
			return err
		}
	}
	for _, c := range channels {
		if err := d.nextVirtioSerial(set, c, 1); err != nil {
			return err
		}
	}
	return nil
}

// port is the number of the port of an address, 0 for none.
func port(a *domxml.Address) uint {
	n, err := strconv.ParseUint(a.Port, 10, 32)
	if err != nil {
		return 0
	}
	return uint(n)
}

func (d *definition) portsOf(controller uint) uint {
	c := d.Controller(domxml.ControllerVirtioSerial, int(controller))
	if c == nil || c.Ports == nil {
		return virtioSerialPorts
	}
	return uint(*c.Ports)
}

func (d *definition) reserveVirtioSerial(set virtioSerialSet, a *domxml.Address) error {
	ports, ok := set[a.Controller]
	n := port(a)
	switch {
	case !ok:
		return errDevice("virtio serial controller %d is missing", a.Controller)
	case n >= d.portsOf(a.Controller):
		return errDevice("virtio serial controller %d does not have port %d", a.Controller, n)
	case ports[n]:
		return errDevice("virtio serial port %d on controller %d is already occupied", n, a.Controller)
	}
	ports[n] = true
	return nil
}

// nextVirtioSerial finds a port from first on.
func (d *definition) nextVirtioSerial(set virtioSerialSet, c *domxml.Chardev, first uint) error {
	a := c.Address
	if a != nil && a.Type == domxml.AddressVirtioSerial && port(a) != 0 {
		return nil
	}
	place := func(controller, n uint) {
		set[controller][n] = true
		c.Address = &domxml.Address{Type: domxml.AddressVirtioSerial, Controller: controller, Port: strconv.Itoa(int(n))}
	}
	free := func(controller uint) bool {
		for n := first; n < d.portsOf(controller); n++ {
			if !set[controller][n] {
				place(controller, n)
				return true
			}
		}
		return false
	}
	if a != nil && a.Type == domxml.AddressVirtioSerial {
		if _, ok := set[a.Controller]; ok && free(a.Controller) {
			return nil
		}
	}
	last := d.lastIndex(domxml.ControllerVirtioSerial)
	for i := 0; i <= last; i++ {
		if _, ok := set[uint(i)]; ok && free(uint(i)) {
			return nil
		}
	}
	i := last + 1
	d.AddController(domxml.Controller{Type: domxml.ControllerVirtioSerial, Index: &i})
	set[uint(i)] = map[uint]bool{}
	place(uint(i), first)
	return nil
}
