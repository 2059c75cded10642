package domxml

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

// ParseHostInterface reads the document of an interface of the host.
func ParseHostInterface(doc []byte, options ...Option) (*HostInterface, error) {
	return parse[HostInterface](doc, "interface", vir.FromInterface, options)
}

// FormatHostInterface writes the document of an interface of the host.
func FormatHostInterface(i *HostInterface, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "interface", i, flags), nil
}

// errHostInterface is a document about an interface that cannot be.
func errHostInterface(format string, args ...any) error {
	return vir.Errorf(vir.FromInterface, vir.ErrXMLError, format, args...)
}

// maxMTU bounds the size of packets that a document may ask for.
const maxMTU = 100000

// formatElement writes an opening and a closing line even without content.
func (i *HostInterface) formatElement(e *encoder, name string) {
	v := reflect.ValueOf(i).Elem()
	e.fields(name, v, planOf(v.Type()), &field{pair: true, always: true})
}

func (i *HostInterface) parseNode(d *decoder, n node) error {
	return i.parse(d, n, nil)
}

// parse reads an interface: one that stands alone, or a part, which has one of
// the types.
func (i *HostInterface) parse(d *decoder, n node, part []HostInterfaceType) error {
	kind, ok := n.Attr("type")
	if !ok {
		return errMissing("type", "interface")
	}
	i.Type = HostInterfaceType(kind)
	if !slices.Contains(i.Type.values(), kind) {
		return errValue("type", "interface", kind, "")
	}
	if part != nil && !slices.Contains(part, i.Type) {
		return errHostInterface("interface has unsupported type '%s'", kind)
	}
	if i.Name, ok = n.Attr("name"); !ok {
		return errHostInterface("interface has no name")
	}
	if part == nil {
		if err := i.parseAlone(d, n); err != nil {
			return err
		}
	}
	if link := n.Child("link"); link.Valid() && i.Type != HostInterfaceBridge {
		i.Link = &HostLink{}
		if err := d.plain(link, i.Link); err != nil {
			return err
		}
	}
	switch i.Type {
	case HostInterfaceEthernet:
		if mac := childAttr(n, "mac", "address"); mac != "" {
			i.MAC = &HostInterfaceMAC{Address: mac}
		}
		return nil
	case HostInterfaceBridge:
		return i.parseBridge(d, n.Child("bridge"))
	case HostInterfaceBond:
		return i.parseBond(d, n.Child("bond"))
	}
	return i.parseVLAN(n.Child("vlan"))
}

// parseAlone reads what parts of others do not have.
func (i *HostInterface) parseAlone(d *decoder, n node) error {
	if mode := childAttr(n, "start", "mode"); mode != "" {
		i.Start = &HostInterfaceStart{Mode: HostInterfaceStartMode(mode)}
		if !slices.Contains(i.Start.Mode.values(), mode) {
			return errHostInterface("unknown interface startmode %s", mode)
		}
	}
	if size := childAttr(n, "mtu", "size"); size != "" {
		i.MTU = &MTU{}
		if parseUint(reflect.ValueOf(&i.MTU.Size).Elem(), size, &scalarOptions{}) != nil {
			return vir.ErrorWithoutCause()
		}
		if i.MTU.Size > maxMTU {
			return errHostInterface("value of the 'size' attribute of 'mtu' element must be at most %d", maxMTU)
		}
	}
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement("protocol") {
			continue
		}
		if len(i.Protocols) == maxList {
			return errXML("more than %d elements '%s'", maxList, "protocol")
		}
		var p HostInterfaceProtocol
		if err := p.parse(d, c); err != nil {
			return err
		}
		i.Protocols = append(i.Protocols, p)
	}
	return nil
}

func (p *HostInterfaceProtocol) parse(d *decoder, n node) error {
	family, ok := n.Attr("family")
	if !ok {
		return errHostInterface("protocol misses the family attribute")
	}
	if family != "ipv4" && family != "ipv6" {
		return errHostInterface("unsupported protocol family '%s'", family)
	}
	if err := d.plain(n, p); err != nil {
		return err
	}
	if family == "ipv4" {
		p.AutoConf = false // there is no such thing
	}
	p.IPs = slices.DeleteFunc(p.IPs, func(ip HostInterfaceIP) bool { return ip.Address == "" })
	if p.Route != nil && p.Route.Gateway == "" {
		p.Route = nil
	}
	return nil
}

// parts reads the interfaces of a bridge or a bond.
func parts(d *decoder, n node, types ...HostInterfaceType) (out []HostInterface, err error) {
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement("interface") {
			continue
		}
		if len(out) == maxList {
			return nil, errXML("more than %d elements '%s'", maxList, "interface")
		}
		var i HostInterface
		if err := i.parse(d, c, types); err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

func (i *HostInterface) parseBridge(d *decoder, n node) (err error) {
	if !n.Valid() {
		return errHostInterface("bridge interface misses the bridge element")
	}
	b := &HostBridge{}
	i.Bridge = b
	if stp, _ := n.Attr("stp"); stp == "on" || stp == "off" {
		b.STP = OnOff(stp)
	}
	if delay, ok := n.Attr("delay"); ok {
		b.Delay = &delay
	}
	b.Interfaces, err = parts(d, n, HostInterfaceEthernet, HostInterfaceBond, HostInterfaceVLAN)
	return err
}

func (i *HostInterface) parseBond(d *decoder, n node) (err error) {
	if !n.Valid() {
		return errHostInterface("bond interface misses the bond element")
	}
	b := &HostBond{}
	i.Bond = b
	if mode, _ := n.Attr("mode"); mode != "" {
		b.Mode = BondMode(mode)
		if !slices.Contains(b.Mode.values(), mode) {
			return errHostInterface("unknown bonding mode %s", mode)
		}
	}
	if b.Interfaces, err = parts(d, n, HostInterfaceEthernet); err != nil {
		return err
	}
	if m := n.Child("miimon"); m.Valid() {
		b.MIIMon = &BondMIIMon{}
		return b.MIIMon.parse(m)
	}
	if m := n.Child("arpmon"); m.Valid() {
		b.ARPMon = &BondARPMon{}
		return b.ARPMon.parse(m)
	}
	return nil
}

// signed reads an attribute that is a number of any sign.
func signed(n node, name string) (value int, there, good bool) {
	s, ok := n.Attr(name)
	if !ok {
		return 0, false, true
	}
	digits, _ := digits(s, &scalarOptions{})
	v, err := strconv.ParseInt(digits, 10, 32)
	return int(v), true, err == nil
}

func (m *BondMIIMon) parse(n node) error {
	var there, good bool
	if m.Freq, there, good = signed(n, "freq"); !there || !good {
		return errHostInterface("bond interface miimon freq missing or invalid")
	}
	if m.DownDelay, _, good = signed(n, "downdelay"); !good {
		return errHostInterface("bond interface miimon downdelay invalid")
	}
	if m.UpDelay, _, good = signed(n, "updelay"); !good {
		return errHostInterface("bond interface miimon updelay invalid")
	}
	m.DownDelay, m.UpDelay = max(m.DownDelay, 0), max(m.UpDelay, 0)
	m.Carrier, _ = n.Attr("carrier")
	if !slices.Contains([]string{"", "ioctl", "netif"}, m.Carrier) {
		return errHostInterface("unknown mii bonding carrier %s", m.Carrier)
	}
	return nil
}

func (m *BondARPMon) parse(n node) error {
	var there, good bool
	if m.Interval, there, good = signed(n, "interval"); !there || !good {
		return errHostInterface("bond interface arpmon interval missing or invalid")
	}
	if m.Target, _ = n.Attr("target"); m.Target == "" {
		return errHostInterface("bond interface arpmon target missing")
	}
	m.Validate, _ = n.Attr("validate")
	if !slices.Contains([]string{"", "none", "active", "backup", "all"}, m.Validate) {
		return errHostInterface("unknown arp bonding validate %s", m.Validate)
	}
	return nil
}

func (i *HostInterface) parseVLAN(n node) error {
	if !n.Valid() {
		return errHostInterface("vlan interface misses the vlan element")
	}
	v := &HostVLAN{}
	i.VLAN = v
	if v.Tag, _ = n.Attr("tag"); v.Tag == "" {
		return errHostInterface("vlan interface misses the tag attribute")
	}
	if v.Interface.Name = childAttr(n, "interface", "name"); v.Interface.Name == "" {
		return errHostInterface("vlan interface misses name attribute")
	}
	return nil
}
