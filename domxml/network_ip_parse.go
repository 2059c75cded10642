package domxml

import (
	"strconv"
	"strings"
)

func (i *NetworkIP) parseNode(d *decoder, n node) error {
	s := attrOf(n, "address")
	if s == "" {
		return errNet("Missing required address attribute in network '%s'", d.network)
	}
	a, ok := parseIP(s)
	if !ok {
		return errNet("Invalid address '%s' in network '%s'", s, d.network)
	}
	i.Address, i.Family = a.String(), attrOf(n, "family")
	if err := i.parseSize(d, n, a.Is4()); err != nil {
		return err
	}
	if c := n.Child("dhcp"); c.Valid() {
		i.DHCP = &NetworkDHCP{}
		if err := i.DHCP.parse(d, c, i); err != nil {
			return err
		}
	}
	if s := attrOf(n.Child("tftp"), "root"); s != "" {
		if !a.Is4() {
			return errNetUnsupported("Unsupported <tftp> element in an IPv6 element in network '%s'", d.network)
		}
		i.TFTP = &NetworkTFTP{Root: s}
	}
	return nil
}

// parseSize reads how large the network is and judges the family.
func (i *NetworkIP) parseSize(d *decoder, n node, v4 bool) error {
	mask, maskOK := parseIP(attrOf(n, "netmask"))
	if s := attrOf(n, "netmask"); s != "" {
		if !maskOK {
			return errNet("Invalid netmask '%s' in network '%s'", s, d.network)
		}
		i.Netmask = mask.String()
	}
	prefix, prefixed := n.Attr("prefix")
	if prefixed {
		v, err := strconv.ParseUint(prefix, 10, 32)
		if err != nil {
			return errValue("prefix", n.Name(), prefix, "non-negative integer value")
		}
		i.Prefix = uint(v)
	}
	if err := parseYesNo(n, "localPtr", &i.LocalPtr); err != nil {
		return err
	}
	switch i.Family {
	case "", "ipv4":
		if !v4 {
			family := "no"
			if i.Family != "" {
				family = "ipv4"
			}
			return errNetUnsupported("%s family specified for non-IPv4 address '%s' in network '%s'", family, i.Address, d.network)
		}
		if i.Netmask != "" {
			if prefixed {
				return errNetUnsupported("Network '%s' IP address cannot have both a prefix and a netmask", d.network)
			}
			if !mask.Is4() {
				return errNetUnsupported("Invalid netmask '%s' for address '%s' in network '%s' (both must be IPv4)", i.Netmask, i.Address, d.network)
			}
		}
		if i.Prefix > 32 {
			return errNetUnsupported("Invalid IPv4 prefix '%d' in network '%s'", i.Prefix, d.network)
		}
	case "ipv6":
		if v4 {
			return errNetUnsupported("Family 'ipv6' specified for non-IPv6 address '%s' in network '%s'", i.Address, d.network)
		}
		if i.Netmask != "" {
			return errNetUnsupported("netmask not allowed for IPv6 address '%s' in network '%s'", i.Address, d.network)
		}
		if i.Prefix > 128 {
			return errNetUnsupported("Invalid IPv6 prefix '%d' in network '%s'", i.Prefix, d.network)
		}
	default:
		return errNet("Unrecognized family '%s' in network '%s'", i.Family, d.network)
	}
	return nil
}

func (c *NetworkDHCP) parse(d *decoder, n node, in *NetworkIP) error {
	for e := n.First(); e.Valid(); e = e.Next() {
		if e.IsElement("range") {
			var r DHCPRange
			if err := r.parse(d, e, in); err != nil {
				return err
			}
			c.Ranges = append(c.Ranges, r)
		}
	}
	for e := n.First(); e.Valid(); e = e.Next() {
		if e.IsElement("host") {
			var h DHCPHost
			if err := h.parse(d, e, in, false); err != nil {
				return err
			}
			c.Hosts = append(c.Hosts, h)
		}
	}
	e := n.Child("bootp")
	if !e.Valid() || in.isIPv6() {
		return nil
	}
	b := &BootP{}
	var ok bool
	if b.File, ok = e.Attr("file"); !ok {
		return errMissing("file", "bootp")
	}
	if s, ok := e.Attr("server"); ok {
		a, err := needIP(s)
		if err != nil {
			return err
		}
		b.Server = a.String()
	}
	c.BootP = b
	return nil
}

// hidden leaves out what serves nobody.
func (c *NetworkDHCP) hidden(FormatFlags) bool { return len(c.Ranges)+len(c.Hosts) == 0 }

func (i *NetworkIP) isIPv6() bool { return i.Family == "ipv6" }

func (r *DHCPRange) parse(d *decoder, n node, in *NetworkIP) error {
	start, ok := n.Attr("start")
	if !ok {
		return errNet("Missing 'start' attribute in dhcp range for network '%s'", d.network)
	}
	s, err := needIP(start)
	if err != nil {
		return err
	}
	end, ok := n.Attr("end")
	if !ok {
		return errNet("Missing 'end' attribute in dhcp range for network '%s'", d.network)
	}
	e, err := needIP(end)
	if err != nil {
		return err
	}
	r.Start, r.End = s.String(), e.String()
	if err := checkAddressRange(s, e, in); err != nil {
		return err
	}
	r.Lease, err = parseLease(n)
	return err
}

// parse reads a host; with sparse, what an update looks for.
func (h *DHCPHost) parse(d *decoder, n node, in *NetworkIP, sparse bool) error {
	if s, ok := n.Attr("mac"); ok {
		if in.isIPv6() {
			return errNet("Invalid to specify MAC address '%s' in network '%s' IPv6 static host definition", s, d.network)
		}
		m, ok := ParseMAC(s)
		if !ok {
			return errNet("Cannot parse MAC address '%s' in network '%s'", s, d.network)
		}
		if m.IsMulticast() {
			return errNet("expected unicast mac address, found multicast '%s' in network '%s'", s, d.network)
		}
		h.MAC = s
	}
	if s, ok := n.Attr("id"); ok {
		if bad := strings.TrimLeft(s, "0123456789abcdefABCDEF:"); bad != "" {
			return errNet("Invalid character '%c' in id '%s' of network '%s'", bad[0], s, d.network)
		}
		h.ID = &s
	}
	if s, ok := n.Attr("name"); ok {
		if s == "" || !isAlphanumeric(s[0]) {
			return errNet("Cannot use host name '%s' in network '%s'", s, d.network)
		}
		h.Name = s
	}
	s, ok := n.Attr("ip")
	if ok {
		a, ok := parseIP(s)
		if !ok {
			return errNet("Invalid IP address in static host definition for network '%s'", d.network)
		}
		h.IP = a.String()
	}
	if err := h.complete(d, in, sparse); err != nil {
		return err
	}
	var err error
	h.Lease, err = parseLease(n)
	return err
}

// complete wants enough to know a host, and to serve it.
func (h *DHCPHost) complete(d *decoder, in *NetworkIP, sparse bool) error {
	switch {
	case sparse:
		if h.MAC == "" && h.Name == "" && h.IP == "" {
			return errNet("At least one of name, mac, or ip attribute must be specified for static host definition in network '%s'", d.network)
		}
	case in.isIPv6():
		if h.ID == nil && h.Name == "" {
			return errNet("Static host definition in IPv6 network '%s' must have id or name attribute", d.network)
		}
	case h.MAC == "" && h.Name == "":
		return errNet("Static host definition in IPv4 network '%s' must have mac or name attribute", d.network)
	}
	if !sparse && h.IP == "" {
		return errNet("Missing IP address in static host definition for network '%s'", d.network)
	}
	return nil
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// parseLease reads how long an address stays given; dnsmasq wants two minutes
// at least.
func parseLease(n node) (*DHCPLease, error) {
	c := n.Child("lease")
	if !c.Valid() {
		return nil, nil
	}
	s, ok := c.Attr("expiry")
	if !ok {
		return nil, nil
	}
	l := &DHCPLease{Unit: LeaseMinutes}
	var err error
	if l.Expiry, err = strconv.ParseUint(s, 10, 64); err != nil {
		return nil, errValue("expiry", c.Name(), s, "non-negative integer value")
	}
	if u, ok := c.Attr("unit"); ok {
		switch l.Unit = LeaseUnit(u); l.Unit {
		case LeaseSeconds, LeaseMinutes, LeaseHours:
		default:
			return nil, errValue("unit", c.Name(), u, "")
		}
	}
	switch {
	case l.Expiry == 0:
		l.Unit = ""
	case l.Unit == LeaseSeconds && l.Expiry < 120, l.Unit == LeaseMinutes && l.Expiry < 2:
		return nil, errNetUnsupported("The minimum lease time should be greater than 2 minutes")
	}
	return l, nil
}
