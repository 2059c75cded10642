package argv

import "github.com/govirtd/govirtd/domxml"

// watchdogs are timers that do something when the guest hangs.
func (b *builder) watchdogs() error {
	action := ""
	for i := range b.d.Devices.Watchdogs {
		w := &b.d.Devices.Watchdogs[i]
		if w.Model == "itco" {
			// Part of the board, which has it switched off.
			b.arg("-global", "ICH9-LPC.noreboot=off")
		} else {
			p := props("driver", w.Model, "id", aliasName(w.Alias))
			b.deviceAddress(p, &w.DeviceInfo)
			b.device(p, w.Alias)
		}
		action = w.Action
	}
	if action != "" {
		if action == "dump" {
			action = "pause" // the daemon dumps
		}
		b.arg("-watchdog-action", action)
	}
	return nil
}

// balloon gives memory back to the host.
func (b *builder) balloon() error {
	m := b.d.Devices.Memballoon
	if m == nil || m.Model == "none" {
		return nil
	}
	model := m.Model
	if model == "virtio" {
		model = ""
	}
	p := props("driver", b.virtioDriver("virtio-balloon", model, m.Address))
	virtioDriverOptions(p, m.Driver)
	p.set("id", aliasName(m.Alias)).put("deflate-on-oom", m.AutoDeflate).put("free-page-reporting", m.FreePageReporting)
	b.deviceAddress(p, &m.DeviceInfo)
	b.device(p, m.Alias)
	return nil
}

// rngs are sources of random numbers.
func (b *builder) rngs() error {
	for i := range b.d.Devices.RNGs {
		r := &b.d.Devices.RNGs[i]
		if r.Backend == nil {
			continue
		}
		alias := aliasName(r.Alias)
		id := "obj" + alias
		switch r.Backend.Model {
		case "random":
			b.object(props("qom-type", "rng-random", "id", id, "filename", r.Backend.Path))
		case "egd":
			err := b.chardev(&charBackend{typ: r.Backend.Type, id: "char" + alias, alias: alias, sources: r.Backend.Sources,
				protocol: r.Backend.Protocol, log: r.Backend.Log})
			if err != nil {
				return err
			}
			b.object(props("qom-type", "rng-egd", "id", id, "chardev", "char"+alias))
		case "builtin":
			b.object(props("qom-type", "rng-builtin", "id", id))
		}
		model := r.Model
		p := props("driver", b.virtioDriver("virtio-rng", model, r.Address))
		virtioDriverOptions(p, r.Driver)
		p.set("rng", id).set("id", alias)
		if t := r.Rate; t != nil && t.Bytes > 0 {
			period := t.Period
			if period == 0 {
				period = 1000
			}
			p.set("max-bytes", t.Bytes).set("period", period)
		}
		b.deviceAddress(p, &r.DeviceInfo)
		b.device(p, r.Alias)
	}
	return nil
}

// nvramDevice is the memory of a pSeries machine's settings.
func (b *builder) nvramDevice() error {
	if n := b.d.Devices.NVRAM; n != nil && n.Address != nil && n.Address.Type == domxml.AddressSpaprVIO && n.Address.Reg != nil {
		b.arg("-global", "spapr-nvram.reg=0x"+hexa(*n.Address.Reg))
	}
	return nil
}

// vmcoreinfo lets dumps of a guest say where its kernel is.
func (b *builder) vmcoreinfo() error {
	if f := b.d.Features.VMCoreInfo; f != nil && f.State == domxml.On {
		b.device(props("driver", "vmcoreinfo"), nil)
	}
	return nil
}

// panics are how a guest says that it has crashed.
func (b *builder) panics() error {
	for i := range b.d.Devices.Panics {
		p := &b.d.Devices.Panics[i]
		switch p.Model {
		case "isa", "default", "":
			dev := props("driver", "pvpanic")
			if a := p.Address; a != nil && a.Type == domxml.AddressISA {
				dev.put("ioport", a.IOBase)
			}
			b.device(dev, p.Alias)
		case "pvpanic":
			dev := props("driver", "pvpanic-pci")
			b.deviceAddress(dev, &p.DeviceInfo)
			b.device(dev, p.Alias)
		}
	}
	return nil
}

// vsock is a socket between guest and host.
func (b *builder) vsock() error {
	v := b.d.Devices.VSock
	if v == nil {
		return nil
	}
	model := v.Model
	p := props("driver", b.virtioDriver("vhost-vsock", model, v.Address))
	virtioDriverOptions(p, v.Driver)
	p.set("id", aliasName(v.Alias)).set("guest-cid", value(v.CID).Address).set("vhostfd", itoa(b.vhostFD(aliasName(v.Alias))))
	b.deviceAddress(p, &v.DeviceInfo)
	b.device(p, v.Alias)
	return nil
}

// cryptos are devices that encrypt for the guest.
func (b *builder) cryptos() error {
	for i := range b.d.Devices.Cryptos {
		c := &b.d.Devices.Cryptos[i]
		id := "obj" + aliasName(c.Alias)
		kind := "cryptodev-backend-builtin"
		if c.Backend != nil && c.Backend.Model == "lkcf" {
			kind = "cryptodev-backend-lkcf"
		}
		p := props("qom-type", kind, "id", id)
		if c.Backend != nil {
			p.put("queues", c.Backend.Queues)
		}
		b.object(p)
		dev := props("driver", "virtio-crypto"+b.virtioSuffix(c.Address), "cryptodev", id)
		virtioDriverOptions(dev, c.Driver)
		dev.set("id", aliasName(c.Alias))
		b.deviceAddress(dev, &c.DeviceInfo)
		b.device(dev, c.Alias)
	}
	return nil
}

// pstore keeps a guest's last words.
func (b *builder) pstore() error {
	s := b.d.Devices.PStore
	if s == nil {
		return nil
	}
	b.object(props("qom-type", "memory-backend-file", "id", "mem"+aliasName(s.Alias), "share", true, "mem-path", s.Path,
		"size", value(s.Size).Value<<10))
	p := props("driver", "acpi-erst", "id", aliasName(s.Alias), "memdev", "mem"+aliasName(s.Alias))
	b.deviceAddress(p, &s.DeviceInfo)
	b.device(p, s.Alias)
	return nil
}

// asyncTeardown frees a guest's memory after it is gone.
func (b *builder) asyncTeardown() error {
	if a := b.d.Features.AsyncTeardown; a != nil && b.since(8, 1) {
		b.arg("-run-with", "async-teardown="+onOff(a.Enabled))
	}
	return nil
}
