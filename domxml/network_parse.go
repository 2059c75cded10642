package domxml

import (
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// ParseNetwork reads the document of a network. What is impossible is refused
// here; nothing is drawn by lot, see Generate.
func ParseNetwork(doc []byte, options ...Option) (*Network, error) {
	return parse[Network](doc, "network", vir.FromNetwork, options)
}

// FormatNetwork writes the document of a network.
func FormatNetwork(n *Network, flags FormatFlags) ([]byte, error) {
	return AppendNetwork(nil, n, flags)
}

// AppendNetwork writes the document of a network behind b.
func AppendNetwork(b []byte, n *Network, flags FormatFlags) ([]byte, error) {
	return appendDocument(b, "network", n, flags), nil
}

// ValidateNetworkSchema refuses what networks do not have
// (VIR_NETWORK_DEFINE_VALIDATE).
func ValidateNetworkSchema(doc []byte) error {
	return validateKind(doc, "network", vir.FromNetwork)
}

// Generate draws the identifier of a network that has none.
func (w *Network) Generate(random func([]byte)) {
	if w.UUIDSet {
		return
	}
	random(w.UUID[:])
	w.UUID.SetVersion4()
	w.UUIDSet = true
}

// parseNode reads a network in the reference's order, since clients see the
// first error only.
func (w *Network) parseNode(d *decoder, n node) error {
	if err := w.parseIdentity(d, n); err != nil {
		return err
	}
	d.network = w.Name
	for _, part := range []func(*decoder, node) error{
		w.parseAttrs, w.parseDomain, w.parseBandwidth, w.parseBridge, w.parseMAC, w.parseMTU, w.parseServices, w.parseForward,
	} {
		if err := part(d, n); err != nil {
			return err
		}
	}
	if err := w.checkMode(n); err != nil {
		return err
	}
	w.parseDNSMasq(n)
	return nil
}

// parseIdentity reads what a network is known by and described with.
func (w *Network) parseIdentity(d *decoder, n node) error {
	w.Name = childText(n, "name")
	if w.Name == "" {
		return vir.NewError(vir.FromNetwork, vir.ErrNoName)
	}
	w.Title, w.Description = childText(n, "title"), childText(n, "description")
	if strings.Contains(w.Title, "\n") {
		return errNet("Network title can't contain newlines")
	}
	if s := childText(n, "uuid"); s != "" {
		var ok bool
		if w.UUID, ok = ParseUUID(s); !ok {
			return vir.Errorf(vir.FromNetwork, vir.ErrInternalError, "malformed uuid element")
		}
		w.UUIDSet = true
	}
	if m := n.Child("metadata"); m.Valid() && (d.stored || m.First().Valid()) {
		w.Metadata = &Metadata{}
		return d.decode(m, w.Metadata)
	}
	return nil
}

// Validate refuses a name that a file cannot have.
func (w *Network) Validate() error {
	if strings.Contains(w.Name, "/") {
		return vir.Errorf(vir.FromXML, vir.ErrXMLDetail, "invalid char in name: /")
	}
	return nil
}

func (w *Network) parseAttrs(d *decoder, n node) error {
	switch v := YesNo(attrOf(n, "ipv6")); v {
	case Yes:
		w.IPv6 = v
	case No, "":
	default:
		return errNet("Invalid ipv6 setting '%s' in network '%s'", v, w.Name)
	}
	w.Connections = d.connections(n)
	return parseYesNo(n, "trustGuestRxFilters", &w.TrustGuestRXFilters)
}

// connections is how many interfaces are connected, in a live document.
func (d *decoder) connections(n node) uint {
	if !d.live {
		return 0
	}
	c, _ := strconv.ParseUint(attrOf(n, "connections"), 10, 32)
	return uint(c)
}

// parseYesNo reads an attribute that must say yes or no if it is there.
func parseYesNo(n node, attr string, to *YesNo) error {
	s, ok := n.Attr(attr)
	if !ok {
		return nil
	}
	if s != "yes" && s != "no" {
		return errValue(attr, n.Name(), s, "")
	}
	*to = YesNo(s)
	return nil
}

func (w *Network) parseDomain(_ *decoder, n node) error {
	c := n.Child("domain")
	if !c.Valid() {
		return nil
	}
	var m NetworkDomain
	name, named := c.Attr("name")
	m.Name = name
	if err := parseYesNo(c, "localOnly", &m.LocalOnly); err != nil {
		return err
	}
	if err := parseYesNo(c, "register", &m.Register); err != nil {
		return err
	}
	if m.Register == Yes && m.LocalOnly != Yes {
		return errNetUnsupported("attribute 'register=yes' in <domain> element requires 'localOnly=yes' in network %s", w.Name)
	}
	if named {
		w.Domain = &m
	}
	return nil
}

func (w *Network) parseBandwidth(d *decoder, n node) (err error) {
	if w.Bandwidth, err = parseBandwidth(d, n, 0); err != nil {
		return err
	}
	if c := n.Child("vlan"); c.Valid() {
		w.VLAN = &VLAN{}
		return d.decode(c, w.VLAN)
	}
	return nil
}

func (w *Network) parseBridge(_ *decoder, n node) error {
	c := n.Child("bridge")
	if !c.Valid() {
		return nil
	}
	b := &NetworkBridge{Name: attrOf(c, "name"), Zone: attrOf(c, "zone")}
	if s := attrOf(c, "stp"); s != "" {
		if b.STP = On; s == "off" {
			b.STP = Off
		}
	}
	if s, ok := c.Attr("delay"); ok {
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return errNet("Invalid delay value in network '%s'", w.Name)
		}
		b.Delay = &v
	}
	if s, ok := c.Attr("macTableManager"); ok && s != "" {
		if b.MACTableManager = MACTableManager(s); s != "kernel" && s != "libvirt" {
			return errNet("Invalid macTableManager setting '%s' in network '%s'", s, w.Name)
		}
	}
	w.Bridge = b
	return nil
}

func (w *Network) parseMAC(_ *decoder, n node) error {
	s := attrOf(n.Child("mac"), "address")
	if s == "" {
		return nil
	}
	m, ok := ParseMAC(s)
	if !ok {
		return errNet("Invalid bridge mac address '%s' in network '%s'", s, w.Name)
	}
	if m.IsMulticast() {
		return errNet("Invalid multicast bridge mac address '%s' in network '%s'", s, w.Name)
	}
	w.MAC = &NetworkMAC{Address: m}
	return nil
}

func (w *Network) parseMTU(_ *decoder, n node) error {
	s := attrOf(n.Child("mtu"), "size")
	if s == "" {
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v > 1<<32-1 || v < -(1<<31) {
		return errNet("Invalid mtu size '%s' in network '%s'", s, w.Name)
	}
	if v != 0 {
		w.MTU = &MTU{Size: uint(uint32(v))} // a negative number counts from the other end
	}
	return nil
}

// parseServices reads what the network has for its guests, and the ports.
func (w *Network) parseServices(d *decoder, n node) error {
	if c := n.Child("dns"); c.Valid() {
		w.DNS = &NetworkDNS{}
		if err := d.decode(c, w.DNS); err != nil {
			return err
		}
	}
	if c := n.Child("port"); c.Valid() {
		var p InterfacePort
		if err := parseYesNo(c, "isolated", &p.Isolated); err != nil {
			return err
		}
		if p.Isolated != "" {
			w.Port = &p
		}
	}
	if c := n.Child("virtualport"); c.Valid() {
		w.VirtualPort = &VirtualPort{}
		if err := d.decode(c, w.VirtualPort); err != nil {
			return err
		}
		if w.VirtualPort.Type == "" {
			return vir.Errorf(vir.FromNone, vir.ErrXMLError, "missing required virtualport type")
		}
	}
	var err error
	if w.PortGroups, err = decodeAll[PortGroup](d, n, "portgroup"); err != nil {
		return err
	}
	if w.IPs, err = decodeAll[NetworkIP](d, n, "ip"); err != nil {
		return err
	}
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement("route") {
			continue
		}
		var r Route
		if err := r.parseFor(c, w.Name); err != nil {
			return err
		}
		w.Routes = append(w.Routes, r)
	}
	return w.checkRoutes()
}

// decodeAll reads the elements of a name.
func decodeAll[T any](d *decoder, n node, name string) (out []T, err error) {
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement(name) {
			continue
		}
		if len(out) == maxList {
			return nil, errXML("more than %d elements '%s'", maxList, name)
		}
		var v T
		if err := d.decode(c, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (p *PortGroup) parseNode(d *decoder, n node) (err error) {
	if p.Name = attrOf(n, "name"); p.Name == "" {
		return errNet("Missing required name attribute in portgroup")
	}
	if attrOf(n, "default") == "yes" {
		p.Default = Yes
	}
	if err := parseYesNo(n, "trustGuestRxFilters", &p.TrustGuestRXFilters); err != nil {
		return err
	}
	if c := n.Child("virtualport"); c.Valid() {
		p.VirtualPort = &VirtualPort{}
		if err := d.decode(c, p.VirtualPort); err != nil {
			return err
		}
	}
	if p.Bandwidth, err = parseBandwidth(d, n, 0); err != nil {
		return err
	}
	if c := n.Child("vlan"); c.Valid() {
		p.VLAN = &VLAN{}
		return d.decode(c, p.VLAN)
	}
	return nil
}

// parseDNSMasq reads the options for dnsmasq.
func (w *Network) parseDNSMasq(n node) {
	for c := n.First(); c.Valid(); c = c.Next() {
		if !isElementOf(c, DNSMasqNamespace, "options") {
			continue
		}
		for o := c.First(); o.Valid(); o = o.Next() {
			if isElementOf(o, DNSMasqNamespace, "option") {
				w.DNSMasq = append(w.DNSMasq, attrOf(o, "value"))
			}
		}
		return
	}
}

// isElementOf says whether the node is the element of that name in a namespace.
func isElementOf(n node, space, name string) bool {
	return n.Kind() == xmltree.Element && n.Space() == space && n.Name() == name
}

// formatElement writes the network, and the options behind everything else.
func (w *Network) formatElement(e *encoder, name string) {
	start := len(e.b)
	e.plain(name, w)
	if len(w.DNSMasq) == 0 {
		return
	}
	open := len("<") + len(name)
	rest := append([]byte(nil), e.b[start+open:]...)
	e.b = append(e.b[:start+open], " xmlns:dnsmasq='"+DNSMasqNamespace+"'"...)
	e.b = append(e.b, rest[:len(rest)-len("</"+name+">\n")]...)
	e.depth++
	e.line("<dnsmasq:options>")
	e.depth++
	for _, o := range w.DNSMasq {
		e.line("<dnsmasq:option value='" + string(appendEscaped(nil, o)) + "'/>")
	}
	e.depth--
	e.line("</dnsmasq:options>")
	e.depth--
	e.indent()
	e.close(name)
}
