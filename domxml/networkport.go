package domxml

import (
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// NetworkPort is the document of a port: where an interface of a domain plugs
// into a network.
type NetworkPort struct {
	XMLName struct{} `xml:"networkport"`

	UUID  UUID             `xml:"uuid" vir:"always"`
	Owner NetworkPortOwner `xml:"owner" vir:"always"`
	// Group is the portgroup that it belongs to.
	Group string     `xml:"group,omitempty"`
	MAC   NetworkMAC `xml:"mac" vir:"always"`

	VirtualPort *VirtualPort   `xml:"virtualport"`
	Bandwidth   *QoS           `xml:"bandwidth" vir:"pair"`
	VLAN        *VLAN          `xml:"vlan"`
	Port        *InterfacePort `xml:"port"`
	RXFilters   *RXFilters     `xml:"rxfilters"`
	// Plug is what the network has chosen for the port; nil leaves it the choice.
	Plug *NetworkPlug `xml:"plug"`
}

// NetworkPortOwner is the domain.
type NetworkPortOwner struct {
	Name string `xml:"name"`
	UUID UUID   `xml:"uuid" vir:"always"`
}

// RXFilters says whether the guest may set filters on the host's device.
type RXFilters struct {
	TrustGuest YesNo `xml:"trustGuest,attr,omitempty"`
}

// NetworkPlug is the other end of a port. Which fields count depends on the
// type.
type NetworkPlug struct {
	Type            PlugType        `xml:"type,attr"`
	Bridge          string          `xml:"bridge,attr,omitempty"`
	MACTableManager MACTableManager `xml:"macTableManager,attr,omitempty"`
	Dev             string          `xml:"dev,attr,omitempty"`
	Mode            string          `xml:"mode,attr,omitempty"`
	Managed         YesNo           `xml:"managed,attr,omitempty"`
	Driver          *HostdevDriver  `xml:"driver"`
	Address         *PlugAddress    `xml:"address"`
}

// PlugType is the kind of a plug.
type PlugType string

// The kinds of plugs: a bridge that libvirt made, one of the host's own, a
// macvtap device, a PCI device.
const (
	PlugNetwork    PlugType = "network"
	PlugBridge     PlugType = "bridge"
	PlugDirect     PlugType = "direct"
	PlugHostdevPCI PlugType = "hostdev-pci"
)

func (PlugType) values() []string { return []string{"network", "bridge", "direct", "hostdev-pci"} }

// PlugAddress is a PCI device of the host.
type PlugAddress struct {
	Domain   uint `xml:"domain,attr" vir:"hex=6 always"`
	Bus      uint `xml:"bus,attr" vir:"hex=4 always"`
	Slot     uint `xml:"slot,attr" vir:"hex=4 always"`
	Function uint `xml:"function,attr" vir:"hex=3 always"`
}

// ParseNetworkPort reads the document of a port.
func ParseNetworkPort(doc []byte) (*NetworkPort, error) {
	// Everything about a port is about something that runs.
	return parse[NetworkPort](doc, "networkport", vir.FromNetwork, []Option{Live()})
}

// FormatNetworkPort writes the document of a port.
func FormatNetworkPort(p *NetworkPort) ([]byte, error) { return AppendNetworkPort(nil, p) }

// AppendNetworkPort writes the document of a port behind b.
func AppendNetworkPort(b []byte, p *NetworkPort) ([]byte, error) {
	return appendDocument(b, "networkport", p, 0), nil
}

// ValidateNetworkPortSchema refuses what ports do not have
// (VIR_NETWORK_PORT_CREATE_VALIDATE).
func ValidateNetworkPortSchema(doc []byte) error {
	return validateKind(doc, "networkport", vir.FromNetwork)
}

func errPort(format string, args ...any) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrInternalError, format, args...)
}

func (p *NetworkPort) parseNode(d *decoder, n node) (err error) {
	s := childText(n, "uuid")
	if s == "" {
		return errPort("network port has no uuid")
	}
	var ok bool
	if p.UUID, ok = ParseUUID(s); !ok {
		return errPort("Unable to parse UUID '%s'", s)
	}
	if o := n.Child("owner"); o.Valid() {
		p.Owner.Name = childText(o, "name")
		s = childText(o, "uuid")
	} else {
		s = ""
	}
	if p.Owner.Name == "" {
		return errPort("network port has no owner name")
	}
	if s == "" {
		return errPort("network port has no owner UUID")
	}
	if p.Owner.UUID, ok = ParseUUID(s); !ok {
		return errPort("Unable to parse UUID '%s'", s)
	}
	p.Group = childText(n, "group")
	if s = attrOf(n.Child("mac"), "address"); s == "" {
		return errPort("network port has no mac")
	}
	if p.MAC.Address, ok = ParseMAC(s); !ok {
		return errPort("Unable to parse MAC '%s'", s)
	}
	if p.Bandwidth, err = parseBandwidth(d, n, mayFloor|mayClassID); err != nil {
		return err
	}
	return p.parseParts(d, n)
}

func (p *NetworkPort) parseParts(d *decoder, n node) error {
	if c := n.Child("vlan"); c.Valid() {
		p.VLAN = &VLAN{}
		if err := d.decode(c, p.VLAN); err != nil {
			return err
		}
	}
	if c := n.Child("rxfilters"); c.Valid() {
		p.RXFilters = &RXFilters{}
		if err := parseYesNo(c, "trustGuest", &p.RXFilters.TrustGuest); err != nil {
			return err
		}
	}
	if c := n.Child("port"); c.Valid() {
		p.Port = &InterfacePort{}
		if err := parseYesNo(c, "isolated", &p.Port.Isolated); err != nil {
			return err
		}
	}
	if c := n.Child("virtualport"); c.Valid() {
		p.VirtualPort = &VirtualPort{}
		if err := d.decode(c, p.VirtualPort); err != nil {
			return err
		}
	}
	if c := n.Child("plug"); c.Valid() && attrOf(c, "type") != "" {
		p.Plug = &NetworkPlug{}
		return p.Plug.parse(d, c)
	}
	return nil
}

func (g *NetworkPlug) parse(d *decoder, n node) error {
	if g.Type = PlugType(attrOf(n, "type")); !slices.Contains(g.Type.values(), string(g.Type)) {
		return errValue("type", n.Name(), string(g.Type), "")
	}
	switch g.Type {
	case PlugNetwork, PlugBridge:
		if g.Bridge = attrOf(n, "bridge"); g.Bridge == "" {
			return errNet("Missing network port bridge name")
		}
		if s, ok := n.Attr("macTableManager"); ok {
			if g.MACTableManager = MACTableManager(s); s != "kernel" && s != "libvirt" {
				return errNet("Invalid macTableManager setting '%s' in network port", s)
			}
		}
	case PlugDirect:
		if g.Dev = attrOf(n, "dev"); g.Dev == "" {
			return errNet("Missing network port link device name")
		}
		g.Mode = "vepa"
		if s, ok := n.Attr("mode"); ok {
			if g.Mode = s; !slices.Contains([]string{"vepa", "private", "bridge", "passthrough"}, s) {
				return errNet("Invalid mode setting '%s' in network port", s)
			}
		}
	case PlugHostdevPCI:
		if err := parseYesNo(n, "managed", &g.Managed); err != nil {
			return err
		}
		if c := n.Child("driver"); c.Valid() {
			g.Driver = &HostdevDriver{}
			if err := d.decode(c, g.Driver); err != nil {
				return err
			}
		}
		c := n.Child("address")
		if !c.Valid() {
			return errNet("Missing network port PCI address")
		}
		var v pciAddress
		if err := d.plain(c, &v); err != nil {
			return err
		}
		g.Address = &PlugAddress{Domain: v.Domain, Bus: v.Bus, Slot: v.Slot, Function: v.Function}
	}
	return nil
}
