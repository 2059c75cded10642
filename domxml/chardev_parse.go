package domxml

import (
	"slices"
)

// parseNode reads a device; its element's name says which kind it is.
func (c *Chardev) parseNode(d *decoder, n node) error {
	c.Type, _ = n.Attr("type")
	if c.Type == "" {
		c.Type = "pty"
	}
	if !slices.Contains(chardevTypes, c.Type) {
		return errUnsupported("unknown type presented to host for character device: %s", c.Type)
	}
	kind := c.Type
	if err := d.plain(n, c); err != nil {
		return err
	}
	c.Type = kind
	terminal := ""
	if d.live && c.Type == "pty" && len(c.Sources) > 0 {
		terminal = c.Sources[0].Path // which the host has chosen
	}
	c.Reconnects = slices.ContainsFunc(c.Sources, func(s ChardevSource) bool { return s.Reconnect.said() != nil })
	forwards := c.Target != nil && c.Target.Type == "guestfwd"
	if err := (chardevEnd{c.Type, &c.Sources, &c.Protocol, n.Name() == "channel" && !forwards}).parsed(); err != nil {
		return err
	}
	if terminal != "" {
		c.Sources = []ChardevSource{{Path: terminal, Chosen: true}}
	}
	if err := c.parseTarget(n); err != nil {
		return err
	}
	if c.Type == "spicevmc" && !spiceTarget(n.Name(), c.Target.Type) {
		return errUnsupported("spicevmc device type only supports virtio")
	}
	return nil
}

// spiceTarget says whether the agent of SPICE may be behind a target. The
// reference compares the number that virtio has among the targets of channels,
// which the second one of every device has.
func spiceTarget(device, target string) bool {
	switch device {
	case "serial":
		return target == "usb-serial"
	case "console":
		return target == "xen"
	}
	return target == "virtio"
}

// chardevEnd is the other end of a character device, wherever one is used.
type chardevEnd struct {
	kind     string
	sources  *[]ChardevSource
	protocol **ChardevProtocol
	// pathless is for channels, whose socket gets a path when they start.
	pathless bool
}

// parsed puts the other end into canonical form. A UDP socket has a place to
// receive at and one to send to; all others have one source.
func (c chardevEnd) parsed() error {
	var connect, bind *ChardevSource
	for i := range *c.sources {
		s := &(*c.sources)[i]
		switch {
		case c.kind == "udp" && s.Mode == "bind":
			bind = s
		case connect == nil:
			connect = s
		case c.kind != "udp":
			return errXML("only one source element is allowed for character device")
		}
	}
	if err := c.check(connect, bind); err != nil {
		return err
	}
	var out []ChardevSource
	for _, s := range []*ChardevSource{bind, connect} {
		if s != nil {
			s.tie(c.kind)
			if !s.empty() {
				out = append(out, *s)
			}
		}
	}
	*c.sources = out
	if c.kind != "tcp" {
		*c.protocol = nil
	} else if *c.protocol == nil || (*c.protocol).Type == "" {
		*c.protocol = &ChardevProtocol{Type: "raw"}
	}
	return nil
}

func (s *ChardevSource) empty() bool {
	t := *s
	t.Append = ""
	if t.Mode != "" && t.Path == "" && t.Host == "" && t.Service == "" {
		return true // how to open nothing
	}
	return t.Mode == "" && t.Channel == "" && t.Path == "" && t.Host == "" && t.Service == "" && t.TLS == "" && t.Master == "" &&
		t.Slave == "" && t.Clipboard == nil && t.Mouse == nil && len(t.SecLabels) == 0 && t.Reconnect == nil
}

// tie drops what a source of the kind does not have.
func (s *ChardevSource) tie(kind string) {
	keep := ChardevSource{SecLabels: s.SecLabels}
	switch kind {
	case "dev", "pipe":
		keep.Path = s.Path
	case "pty", "null", "vc", "stdio", "spicevmc":
		keep.SecLabels = nil
	case "file":
		keep.Path, keep.Append = s.Path, s.Append
	case "unix":
		keep.Mode, keep.Path, keep.Reconnect = s.Mode, s.Path, s.Reconnect.said()
		if keep.Mode == "" {
			keep.Mode = "connect"
		}
	case "tcp":
		keep.Mode, keep.Host, keep.Service, keep.TLS, keep.Reconnect = s.Mode, s.Host, s.Service, s.TLS, s.Reconnect.said()
		if keep.Mode == "" {
			keep.Mode = "connect"
		}
	case "udp":
		keep.Mode, keep.Host, keep.Service = s.Mode, s.Host, s.Service
		if keep.Mode == "" {
			keep.Mode = "connect"
		}
	case "nmdm":
		keep.Master, keep.Slave = s.Master, s.Slave
	case "spiceport", "dbus":
		keep.Channel = s.Channel
	case "qemu-vdagent":
		keep.Clipboard, keep.Mouse = s.Clipboard, s.Mouse
	}
	*s = keep
}

// check wants what the kind cannot do without.
func (c chardevEnd) check(s, bind *ChardevSource) error {
	if s == nil {
		s = &ChardevSource{}
	}
	missing := func(what string) error {
		return errInternal("Missing source %s attribute for char device", what)
	}
	switch c.kind {
	case "unix":
		if s.Path == "" && !c.pathless {
			return missing("path")
		}
	case "file", "dev", "pipe":
		if s.Path == "" {
			return missing("path")
		}
	case "nmdm":
		if s.Master == "" && s.Slave != "" {
			return missing("master")
		}
		if s.Slave == "" && s.Master != "" {
			return missing("slave")
		}
	case "tcp":
		if s.Host == "" {
			return missing("host")
		}
		if s.Service == "" {
			return missing("service")
		}
	case "udp":
		if s.Service == "" {
			return missing("service")
		}
	case "spiceport", "dbus":
		if s.Channel == "" {
			return errUnsupported("Missing source channel attribute for char device")
		}
	}
	if r := s.Reconnect; r != nil && r.Enabled == Yes && r.Timeout == nil {
		return errMissing("timeout", "reconnect")
	}
	if s.Reconnect.said() != nil && (s.Mode == "bind" || s.Mode == "server") {
		return errInternal("chardev reconnect is possible only for connect mode")
	}
	return nil
}

// chardevTargets are the kinds of each device.
var chardevTargets = map[string][]string{
	"serial":  {"isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "system-serial", "sclp-serial", "isa-debug"},
	"console": {"serial", "xen", "uml", "virtio", "lxc", "openvz", "sclp", "sclplm"},
	"channel": {"guestfwd", "virtio", "xen"},
}

// parseTarget puts the guest's side into canonical form.
func (c *Chardev) parseTarget(n node) error {
	if c.Target == nil {
		c.Target = &ChardevTarget{}
	}
	t := c.Target
	if n.Name() == "parallel" {
		t.Type = "" // there is one kind only, whatever a document calls it
	}
	if kinds := chardevTargets[n.Name()]; t.Type != "" && !slices.Contains(kinds, t.Type) {
		return errUnsupported("unknown target type '%s' specified for character device", t.Type)
	}
	switch n.Name() {
	case "channel":
		switch t.Type {
		case "virtio", "xen":
			t.Port, t.Address = nil, ""
		case "guestfwd":
			t.Name = ""
			if t.Address == "" {
				return errXML("guestfwd channel does not define a target address")
			}
			if t.Port == nil {
				return errMissing("port", "target")
			}
		case "":
			return errXML("target type must be specified for channel device")
		}
	case "console":
		t.Name, t.Address, t.Model = "", "", nil
	default:
		t.Name, t.Address = "", ""
	}
	return nil
}
