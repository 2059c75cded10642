package argv

import "github.com/govirtd/govirtd/domxml"

// inputs are keyboards, mice and tablets. Those on PS/2 are part of the board.
func (b *builder) inputs() error {
	for i := range b.d.Devices.Inputs {
		n := &b.d.Devices.Inputs[i]
		switch {
		case n.Type == "evdev":
			b.object(evdev(n))
		case n.Bus == "usb":
			driver := map[string]string{"mouse": "usb-mouse", "tablet": "usb-tablet", "keyboard": "usb-kbd"}[n.Type]
			if driver == "" {
				return errUnsupported("Unsupported input device type '%s'", n.Type)
			}
			p := props("driver", driver, "id", aliasName(n.Alias))
			b.deviceAddress(p, &n.DeviceInfo)
			b.device(p, n.Alias)
		case n.Bus == "virtio":
			b.virtioInput(n)
		}
	}
	return nil
}

func (b *builder) virtioInput(n *domxml.Input) {
	name := map[string]string{
		"mouse": "virtio-mouse", "tablet": "virtio-tablet", "keyboard": "virtio-keyboard", "passthrough": "virtio-input-host",
	}[n.Type]
	p := props("driver", b.virtioDriver(name, n.Model, n.Address))
	virtioDriverOptions(p, n.Driver)
	p.set("id", aliasName(n.Alias))
	if n.Type == "passthrough" {
		p.set("evdev", inputDevice(n.Source))
	}
	b.deviceAddress(p, &n.DeviceInfo)
	b.device(p, n.Alias)
}

func inputDevice(s *domxml.InputSource) string {
	if s == nil {
		return ""
	}
	if s.EvDev != "" {
		return s.EvDev
	}
	return s.Dev
}

// evdev is a device of the host that can be switched between guest and host.
func evdev(n *domxml.Input) *Props {
	p := props("qom-type", "input-linux", "id", aliasName(n.Alias), "evdev", inputDevice(n.Source))
	if s := n.Source; s != nil {
		p.put("repeat", s.Repeat)
		if s.Grab == "all" {
			p.set("grab_all", true)
		}
		p.put("grab-toggle", s.GrabToggle)
	}
	return p
}
