package domxml

import "slices"

// completeConsoles numbers ports and makes the first serial port a console,
// which every machine has one of.
func (d *Domain) completeConsoles() error {
	v := &d.Devices
	numberPorts(v.Serials)
	numberPorts(v.Parallels)
	for i := range v.Consoles {
		c := &v.Consoles[i]
		if c.Target == nil {
			c.Target = &ChardevTarget{}
		}
		if c.Target.Type == "" {
			c.Target.Type = "serial"
		}
	}
	if d.OS.Type.Value == "hvm" {
		if err := d.pairConsole(); err != nil {
			return err
		}
	}
	for i := range v.Consoles {
		port := i
		if v.Consoles[i].Target.Type == "serial" {
			port = value(v.Consoles[i].Target.Port)
		}
		v.Consoles[i].Target.Port = &port
	}
	return nil
}

// pairConsole keeps the first serial port and the first console, if that is a
// serial one, the same.
func (d *Domain) pairConsole() error {
	v := &d.Devices
	for i := 1; i < len(v.Consoles); i++ {
		if v.Consoles[i].Target.Type == "serial" {
			return errUnsupported("Only the first console can be a serial port")
		}
	}
	first := len(v.Consoles) > 0 && v.Consoles[0].Target.Type == "serial"
	switch {
	case first && len(v.Serials) == 0:
		c := v.Consoles[0].clone()
		c.Target = &ChardevTarget{Port: new(int)}
		v.Serials = append(v.Serials, c)
		v.Consoles[0] = consoleOf(&v.Serials[0])
	case first:
		v.Consoles[0] = consoleOf(&v.Serials[0])
	case len(v.Serials) > 0 && v.Serials[0].isConsole():
		v.Consoles = slices.Insert(v.Consoles, 0, consoleOf(&v.Serials[0]))
	}
	return nil
}

// isConsole says whether a serial port is the one that machines boot with.
func (c *Chardev) isConsole() bool {
	switch c.Target.Type {
	case "usb-serial", "pci-serial", "isa-debug":
		return false
	}
	return true
}

// consoleOf is the console that is a serial port.
func consoleOf(s *Chardev) Chardev {
	c := s.clone()
	port := 0
	if s.Target != nil && s.Target.Port != nil {
		port = *s.Target.Port
	}
	c.Target = &ChardevTarget{Type: "serial", Port: &port}
	return c
}

func (c *Chardev) clone() Chardev {
	out := *c
	out.Target = nil
	return out
}

// numberPorts gives devices without a number the next one.
func numberPorts(list []Chardev) {
	highest := -1
	for i := range list {
		t := list[i].Target
		if t == nil {
			t = &ChardevTarget{}
			list[i].Target = t
		}
		if t.Port != nil && *t.Port < 0 {
			t.Port = nil
		}
		if t.Port != nil {
			highest = max(highest, *t.Port)
		}
	}
	for i := range list {
		if t := list[i].Target; t.Port == nil {
			highest++
			n := highest
			t.Port = &n
		}
	}
}

// needVirtioSerial gives channels and consoles on a virtio bus a controller.
func (d *Domain) needVirtioSerial() {
	v := &d.Devices
	need := func(list []Chardev) {
		for i := range list {
			if list[i].Target == nil || list[i].Target.Type != "virtio" {
				continue
			}
			n := 0
			if a := list[i].Address; a != nil && a.Type == AddressVirtioSerial {
				n = int(a.Controller)
			}
			if d.Controller(ControllerVirtioSerial, n) == nil {
				d.AddController(Controller{Type: ControllerVirtioSerial, Index: &n})
			}
		}
	}
	need(v.Channels)
	need(v.Consoles)
}

// addImpliedVideo gives a domain with a screen a card, whose model the
// personality chooses.
func (d *Domain) addImpliedVideo() {
	if len(d.Devices.Graphics) > 0 && len(d.Devices.Videos) == 0 {
		d.Devices.Videos = append(d.Devices.Videos, Video{Model: &VideoModel{Heads: 1}})
	}
}
