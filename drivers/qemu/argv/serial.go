package argv

import "github.com/govirtd/govirtd/domxml"

// serials are serial ports.
func (b *builder) serials() error {
	for i := range b.d.Devices.Serials {
		c := &b.d.Devices.Serials[i]
		if err := b.chardev(chardevBackend(c, "")); err != nil {
			return err
		}
		p := b.serialDevice(c)
		if p == nil {
			b.arg("-serial", "chardev:char"+aliasName(c.Alias))
			continue
		}
		b.device(p, c.Alias)
	}
	return nil
}

// serialDevice is the guest's port, nil for one of the board.
func (b *builder) serialDevice(c *domxml.Chardev) *Props {
	model := ""
	if c.Target != nil && c.Target.Model != nil {
		model = c.Target.Model.Name
	}
	switch model {
	case "":
		switch {
		case c.Target != nil && c.Target.Type == "usb-serial":
			model = "usb-serial"
		case c.Target != nil && c.Target.Type == "pci-serial":
			model = "pci-serial"
		default:
			model = "isa-serial"
		}
	case "pl011", "16550a":
		return nil
	}
	p := props("driver", model, "chardev", "char"+aliasName(c.Alias), "id", aliasName(c.Alias))
	if model == "isa-serial" && c.Target != nil && c.Target.Port != nil {
		p.set("index", *c.Target.Port)
	}
	b.deviceAddress(p, &c.DeviceInfo)
	return p
}

// parallels are parallel ports.
func (b *builder) parallels() error {
	for i := range b.d.Devices.Parallels {
		c := &b.d.Devices.Parallels[i]
		backend := chardevBackend(c, "")
		backend.parallel = true
		if err := b.chardev(backend); err != nil {
			return err
		}
		b.device(props("driver", "isa-parallel", "chardev", "char"+aliasName(c.Alias), "id", aliasName(c.Alias)), c.Alias)
	}
	return nil
}

// channels are pipes between guest and host.
func (b *builder) channels() error {
	for i := range b.d.Devices.Channels {
		c := &b.d.Devices.Channels[i]
		if c.Target == nil {
			continue
		}
		if err := b.chardev(chardevBackend(c, "vdagent")); err != nil {
			return err
		}
		alias := aliasName(c.Alias)
		switch c.Target.Type {
		case "guestfwd":
			forward := "tcp:" + c.Target.Address + ":" + itoa(value(c.Target.Port)) + "-chardev:char" + alias
			b.arg("-netdev", props("type", "user", "guestfwd", []any{props("str", forward)}, "id", alias).String())
		case "virtio":
			p := props("driver", "virtserialport")
			b.virtioPort(p, c)
			name := c.Target.Name
			if name == "" && c.Type == "spicevmc" {
				name = "com.redhat.spice.0"
			}
			p.set("chardev", "char"+alias).set("id", alias).put("name", name)
			b.device(p, c.Alias)
		}
	}
	return nil
}

// virtioPort is the place of a port on a virtio serial bus.
func (b *builder) virtioPort(p *Props, c *domxml.Chardev) {
	a := c.Address
	if a == nil || a.Type != domxml.AddressVirtioSerial {
		return
	}
	bus := controllerAlias(b.d, domxml.ControllerVirtioSerial, int(a.Controller))
	if bus == "" {
		bus = "virtio-serial" + itoa(a.Controller)
	}
	p.set("bus", bus+"."+itoa(a.Bus)).set("nr", number(a.Port))
}

// consoles are text consoles that are not serial ports.
func (b *builder) consoles() error {
	for i := range b.d.Devices.Consoles {
		c := &b.d.Devices.Consoles[i]
		driver := ""
		if c.Target != nil {
			driver = map[string]string{"virtio": "virtconsole", "sclp": "sclpconsole", "sclplm": "sclplmconsole"}[c.Target.Type]
		}
		if driver == "" {
			continue // another name of the first serial port
		}
		if err := b.chardev(chardevBackend(c, "")); err != nil {
			return err
		}
		p := props("driver", driver)
		if driver == "virtconsole" {
			b.virtioPort(p, c)
		}
		b.device(p.set("chardev", "char"+aliasName(c.Alias)).set("id", aliasName(c.Alias)), c.Alias)
	}
	return nil
}

// smartcards are cards of the host, or of a client, in a reader of the guest.
func (b *builder) smartcards() error {
	for i := range b.d.Devices.Smartcards {
		s := &b.d.Devices.Smartcards[i]
		alias := aliasName(s.Alias)
		bus := "ccid0.0"
		if a := s.Address; a != nil && a.Type == domxml.AddressCCID {
			bus = "ccid" + itoa(a.Controller) + ".0"
			if n := controllerAlias(b.d, domxml.ControllerCCID, int(a.Controller)); n != "" {
				bus = n + ".0"
			}
		}
		p := &Props{}
		switch s.Mode {
		case "host":
			p = props("driver", "ccid-card-emulated", "backend", "nss-emulated")
		case "host-certificates":
			p = props("driver", "ccid-card-emulated", "backend", "certificates")
			for n, c := range s.Certificates {
				p.set("cert"+itoa(n+1), c)
			}
			db := s.Database
			if db == "" {
				db = "/etc/pki/nssdb"
			}
			p.set("db", db)
		default:
			err := b.chardev(&charBackend{typ: s.Type, id: "char" + alias, alias: alias, sources: s.Sources, protocol: s.Protocol,
				log: s.Log, channel: "smartcard"})
			if err != nil {
				return err
			}
			p = props("driver", "ccid-card-passthru", "chardev", "char"+alias)
		}
		b.device(p.set("id", alias).set("bus", bus), s.Alias)
	}
	return nil
}

// redirs are USB devices of clients.
func (b *builder) redirs() error {
	for i := range b.d.Devices.RedirDevs {
		r := &b.d.Devices.RedirDevs[i]
		alias := aliasName(r.Alias)
		err := b.chardev(&charBackend{typ: r.Type, id: "char" + alias, alias: alias, sources: r.Sources, protocol: r.Protocol,
			log: r.Log, channel: "usbredir"})
		if err != nil {
			return err
		}
		p := props("driver", "usb-redir", "chardev", "char"+alias, "id", alias)
		if f := b.d.Devices.RedirFilter; f != nil && len(f.USBDevs) > 0 {
			p.set("filter", redirFilter(f))
		}
		if r.Boot != nil {
			p.put("bootindex", r.Boot.Order)
		}
		b.deviceAddress(p, &r.DeviceInfo)
		b.device(p, r.Alias)
	}
	return nil
}

// redirFilter says which devices may be passed in: class:vendor:product:version:allow
// for each rule, -1 for any.
func redirFilter(f *domxml.RedirFilter) string {
	text := ""
	for i, d := range f.USBDevs {
		if i > 0 {
			text += "|"
		}
		allow := "0"
		if d.Allow == domxml.Yes {
			allow = "1"
		}
		text += filterField(d.Class, 2) + ":" + filterField(d.Vendor, 4) + ":" + filterField(d.Product, 4) + ":" + filterVersion(d.Version) + ":" + allow
	}
	return text
}
