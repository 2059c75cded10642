package domxml

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// check wants what a source of its type cannot do without, and settles what
// it has unless it says otherwise.
func (s *DiskSource) check() error {
	switch s.Type {
	case DiskNetwork:
		return s.checkNetwork()
	case DiskVolume:
		if (s.Pool == "") != (s.Volume == "") {
			return errXML("'pool' and 'volume' must be specified together for 'pool' type source")
		}
	case DiskVhostUser:
		if s.SourceType == "" {
			return errXML("missing 'type' attribute for vhostuser disk source")
		}
	case DiskVhostVDPA:
		if s.Dev == "" {
			return errMissing("dev", "source")
		}
	case DiskNVMe:
		if s.SourceType == "" {
			return errXML("missing 'type' attribute to disk source")
		}
		if s.Managed == "" {
			s.Managed = Yes
		}
	}
	return nil
}

func (s *DiskSource) checkNetwork() error {
	if s.Protocol == "" {
		return errMissing("protocol", "source")
	}
	if s.Name == "" && s.Protocol != "nbd" {
		return errXML("missing name for disk source")
	}
	if s.Protocol == "iscsi" && !strings.Contains(s.Name, "/") {
		s.Name += "/0"
	}
	if s.Protocol == "ssh" && s.Identity != nil && s.Identity.Username == "" {
		return errMissing("username", "identity")
	}
	if s.Protocol == "ssh" && s.Identity != nil && s.Identity.KeyFile == "" && s.Identity.AgentSock == "" {
		return errXML("element 'identity' requires either 'keyfile' or 'agentsock' attribute")
	}
	if s.Protocol != "https" && s.Protocol != "ftps" {
		s.SSL = nil
	}
	switch s.Protocol {
	case "rbd", "gluster":
		if !strings.Contains(s.Name, "/") {
			return errXML("can't split path '%s' into pool name and image name", s.Name)
		}
	}
	if err := s.checkCookies(); err != nil {
		return err
	}
	for i := range s.Hosts {
		h := &s.Hosts[i]
		if h.Transport == "tcp" {
			h.Transport = ""
		}
		if h.Transport == "unix" && h.Socket == "" {
			return errXML("missing socket for unix transport")
		}
		if h.Transport != "unix" && h.Socket != "" {
			return errXML("transport '%s' does not support socket attribute", h.transport())
		}
		if h.Transport != "unix" && h.Name == "" {
			return errXML("missing name for host")
		}
		if h.Transport == "" && h.Port == 0 {
			h.Port = defaultPorts[s.Protocol]
		}
	}
	return nil
}

// defaultPorts are what servers listen on.
var defaultPorts = map[string]uint{
	"nbd": 10809, "gluster": 24007, "iscsi": 3260, "http": 80, "https": 443, "ftp": 21, "ftps": 990, "tftp": 69, "vxhs": 9999,
	"ssh": 22,
}

func (h *DiskHost) transport() string {
	if h.Transport == "" {
		return "tcp"
	}
	return h.Transport
}

// parsed wants a name and a secret, which is found in one way only.
func (a *Auth) parsed(*decoder, node) error {
	if a.Username == "" {
		return errStorage("missing username for auth")
	}
	s := a.Secret
	switch {
	case s == nil:
		return errStorage("Missing <secret> element in auth")
	case s.UUID == nil && s.Usage == "":
		return vir.Errorf(vir.FromNone, vir.ErrXMLError, "missing secret uuid or usage attribute")
	case s.UUID != nil && s.Usage != "":
		return vir.Errorf(vir.FromNone, vir.ErrXMLError, "either secret uuid or usage expected")
	}
	return nil
}

// parseNode ends the chain where no type is said, whatever else is.
func (b *BackingStore) parseNode(d *decoder, n node) error {
	kind := attrOf(n, "type")
	if kind == "" {
		return nil
	}
	if !slices.Contains(DiskType("").values(), kind) {
		return errXML("unknown storage source type '%s'", kind)
	}
	if err := d.plain(n, b); err != nil {
		return err
	}
	if b.Format == nil {
		return errXML("missing disk backing store format")
	}
	if !slices.Contains(diskFormats, b.Format.Type) || b.Format.Type == "none" {
		return errXML("unknown storage source format '%s'", b.Format.Type)
	}
	if b.Source == nil {
		return errXML("missing disk backing store source")
	}
	b.Source.tie(b.Type)
	return b.Source.check()
}

// checkCookies wants names once, and what fits into a header.
func (s *DiskSource) checkCookies() error {
	const bad = " \t\r\n\",;\\"
	for i, c := range s.Cookies {
		value := c.Value
		if len(value) > 1 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
			value = value[1 : len(value)-1]
		}
		switch {
		case c.Name == "":
			return errXML("missing cookie name")
		case c.Value == "":
			return errXML("missing value for cookie '%s'", c.Name)
		case strings.ContainsAny(c.Name, bad+"()<>@:/[]?={}"):
			return errStorage("cookie name '%s' contains invalid characters", c.Name)
		case strings.ContainsAny(value, bad):
			return errStorage("value of cookie '%s' contains invalid characters", c.Name)
		case slices.ContainsFunc(s.Cookies[:i], func(o Cookie) bool { return o.Name == c.Name }):
			return errStorage("duplicate cookie '%s'", c.Name)
		}
	}
	return nil
}

// parsed wants to know how the helper is reached.
func (r *Reservations) parsed(*decoder, node) error {
	if r.Managed == No && (r.Source == nil || r.Source.Type == "") {
		return errStorage("missing connection type for <reservations/>")
	}
	return nil
}
