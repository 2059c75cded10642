package qemupersonality

import (
	"regexp"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// completeChardevs names the kinds of ports, and forgets sockets that the host
// had chosen for an earlier run.
func (d *definition) completeChardevs() error {
	for i := range d.Devices.Serials {
		d.completeSerial(&d.Devices.Serials[i])
	}
	for i := range d.Devices.Channels {
		c := &d.Devices.Channels[i]
		if err := d.completeChannel(c); err != nil {
			return err
		}
	}
	return nil
}

// completeChannel leaves the socket of a channel to the host where the
// document names one of the host's own, or none. The host listens there.
func (d *definition) completeChannel(c *domxml.Chardev) error {
	if c.Type != "unix" || c.Target.Type != "virtio" {
		return nil
	}
	if len(c.Sources) > 0 && c.Sources[0].Path != "" && !d.isOwnSocket(c.Sources[0].Path) {
		return nil
	}
	if c.Reconnects {
		return errDomainInternal("chardev reconnect is possible only for connect mode")
	}
	c.Sources = nil
	return nil
}

// ownSocket is how paths in the folder of channels go on that the host chose:
// in a folder of the domain, domain-NAME or ID-NAME, or named after it.
var ownSocket = regexp.MustCompile(`^(target/)?(domain-[^/]+/|[0-9]+-[^/]+/|[^/]+\.)[^/]+$`)

func (d *definition) isOwnSocket(path string) bool {
	for _, dir := range d.cfg.ChannelDirs {
		if rest, ok := strings.CutPrefix(path, dir+"/"); ok && ownSocket.MatchString(rest) {
			return true
		}
	}
	return false
}

// serialModels are the products by the kind of port.
var serialModels = map[string]string{
	"isa-serial": "isa-serial", "usb-serial": "usb-serial", "pci-serial": "pci-serial", "spapr-vio-serial": "spapr-vty",
	"isa-debug": "isa-debugcon", "sclp-serial": "sclpconsole", "system-serial": "pl011",
}

// completeSerial gives a port the kind that the machine has.
func (d *definition) completeSerial(s *domxml.Chardev) {
	t := s.Target
	if t.Type == "" {
		switch {
		case d.isX86():
			t.Type = "isa-serial"
		case d.isPSeries():
			t.Type = "spapr-vio-serial"
		case d.isS390():
			t.Type = "sclp-serial"
		case d.isARM(), d.isRISCVVirt():
			t.Type = "system-serial"
		case d.isLoongArchVirt():
			t.Type = "isa-serial"
		}
	}
	if (t.Model == nil || t.Model.Name == "") && (t.Type != "system-serial" || d.isARM() || d.isRISCVVirt()) {
		name := serialModels[t.Type]
		if t.Type == "system-serial" && d.isRISCVVirt() {
			name = "16550a"
		}
		if name != "" {
			t.Model = &domxml.ChardevTargetModel{Name: name}
		}
	}
}

// chardevEnd is the host's side of a character device.
type chardevEnd struct {
	kind     string
	sources  []domxml.ChardevSource
	protocol *domxml.ChardevProtocol
}

// validateChardevs checks all ends, then what the ports are.
func (d *definition) validateChardevs() error {
	v := &d.Devices
	for _, list := range [][]domxml.Chardev{v.Serials, v.Parallels, v.Channels, v.Consoles} {
		for i := range list {
			c := &list[i]
			if err := d.validateEnd(chardevEnd{c.Type, c.Sources, c.Protocol}); err != nil {
				return err
			}
		}
	}
	for i := range v.Serials {
		if err := d.validateSerial(&v.Serials[i]); err != nil {
			return err
		}
	}
	for i := range v.Consoles {
		if err := d.validateConsole(&v.Consoles[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *definition) validateEnd(e chardevEnd) error {
	switch e.kind {
	case "tcp":
		if p := e.protocol; p != nil && p.Type != "" && p.Type != "raw" && p.Type != "telnet" {
			return errUnsupported("tcp chardev protocol '%s' not supported", p.Type)
		}
	case "spicevmc", "spiceport":
		if !d.hasGraphics("spice") {
			return errUnsupported("chardev '%s' not supported without spice graphics", e.kind)
		}
	}
	for _, s := range e.sources {
		if r := s.Reconnect; r != nil && r.Enabled == domxml.Yes && r.Timeout != nil && *r.Timeout == 0 {
			return vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, "chardev reconnect source timeout cannot be '0'")
		}
	}
	return nil
}

func (d *definition) hasGraphics(kind string) bool {
	return slices.ContainsFunc(d.Devices.Graphics, func(g domxml.Graphics) bool { return g.Type == kind })
}

// serialAddresses are where ports of a kind are.
var serialAddresses = map[string]domxml.AddressType{
	"isa-serial": domxml.AddressISA, "isa-debug": domxml.AddressISA, "usb-serial": domxml.AddressUSB, "pci-serial": domxml.AddressPCI,
	"spapr-vio-serial": domxml.AddressSpaprVIO,
}

func (d *definition) validateSerial(s *domxml.Chardev) error {
	t := s.Target
	if a := s.Address; a != nil {
		if want := serialAddresses[t.Type]; want != "" && a.Type != want {
			return errUnsupported("Target type '%s' requires address type '%s'", t.Type, want)
		}
	}
	model := ""
	if t.Model != nil {
		model = t.Model.Name
	}
	for kind, name := range serialModels {
		if name == model && kind != t.Type {
			return errUnsupported("Target model '%s' requires target type '%s'", model, kind)
		}
	}
	fits := true
	switch t.Type {
	case "isa-serial", "isa-debug":
		fits = d.isX86() || d.isLoongArchVirt() || d.arch("alpha", "mips", "mipsel", "mips64", "mips64el")
	case "spapr-vio-serial":
		fits = d.isPSeries()
	case "sclp-serial":
		fits = d.isS390()
	case "system-serial":
		fits = d.isARM() || d.isRISCVVirt() || d.isX86()
	}
	if !fits {
		return errUnsupported("Serial device with target type '%s' and target model '%s' not compatible with guest architecture or machine type", t.Type, model)
	}
	return nil
}

func (d *definition) validateConsole(c *domxml.Chardev) error {
	switch c.Target.Type {
	case "sclp":
		if !d.emu.HasType("sclpconsole") {
			return errUnsupported("sclpconsole is not supported in this QEMU binary")
		}
	case "sclplm":
		if !d.emu.HasType("sclplmconsole") {
			return errUnsupported("sclplmconsole is not supported in this QEMU binary")
		}
	case "virtio", "serial":
	default:
		return errUnsupported("unsupported console target type %s", c.Target.Type)
	}
	return nil
}

// validateSmartcards knows that there is one slot, with one card.
func (d *definition) validateSmartcards() error {
	v := &d.Devices
	for i := range v.Smartcards {
		s := &v.Smartcards[i]
		if i > 0 || s.Address != nil && s.Address.Type == domxml.AddressCCID && (s.Address.Controller != 0 || s.Address.Slot != 0) {
			return errUnsupported("this QEMU binary lacks multiple smartcard support")
		}
		if s.Mode == "passthrough" {
			if err := d.validateEnd(chardevEnd{s.Type, s.Sources, s.Protocol}); err != nil {
				return err
			}
		}
	}
	return nil
}

// validateRedirDevs checks where the devices come from.
func (d *definition) validateRedirDevs() error {
	for i := range d.Devices.RedirDevs {
		r := &d.Devices.RedirDevs[i]
		if err := d.validateEnd(chardevEnd{r.Type, r.Sources, r.Protocol}); err != nil {
			return err
		}
	}
	return nil
}
