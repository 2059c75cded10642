package domxml

import "slices"

func (c *networkUpdate) dhcpHost() error {
	if err := c.expects("host"); err != nil {
		return err
	}
	in, err := c.parent()
	if err != nil {
		return err
	}
	var h DHCPHost
	if err := h.parse(c.d, c.root, in, c.deletes()); err != nil {
		return err
	}
	if a, ok := parseIP(h.IP); !c.deletes() && ok && a.Is4() == in.isIPv6() {
		return errUpdateInvalid("the address family of a host entry IP must match the address family of the dhcp element's parent")
	}
	var hosts []DHCPHost
	if in.DHCP != nil {
		hosts = in.DHCP.Hosts
	}
	switch {
	case c.modifies():
		at := slices.IndexFunc(hosts, h.collides)
		if at < 0 {
			return errUpdateInvalid("couldn't locate an existing dhcp host entry with \"mac='%s'\" \"name='%s'\" \"ip='%s'\" in network '%s'",
				h.macText(), h.nameText(), h.IP, c.Name)
		}
		hosts[at] = h
	case c.adds():
		if err := c.checkSingle(in); err != nil {
			return err
		}
		if slices.ContainsFunc(hosts, h.collides) {
			return errUpdateInvalid("there is an existing dhcp host entry in network '%s' that matches \"<host mac='%s' name='%s' ip='%s'/>\"",
				c.Name, h.macText(), h.nameText(), h.IP)
		}
		in.DHCP.Hosts = insert(c, hosts, h)
	case c.deletes():
		at := slices.IndexFunc(hosts, h.finds)
		if at < 0 {
			return errUpdateInvalid("couldn't locate a matching dhcp host entry in network '%s'", c.Name)
		}
		in.DHCP.Hosts = slices.Delete(hosts, at, at+1)
	default:
		return c.errCommand()
	}
	return nil
}

func (h *DHCPHost) macText() string {
	if h.MAC == "" {
		return "unknown"
	}
	return h.MAC
}

func (h *DHCPHost) nameText() string {
	if h.Name == "" {
		return "(null)"
	}
	return h.Name
}

func sameMAC(a, b string) bool {
	m, ok := ParseMAC(a)
	n, also := ParseMAC(b)
	return ok && also && m == n
}

// collides says whether two hosts have anything in common.
func (h *DHCPHost) collides(o DHCPHost) bool {
	return sameMAC(h.MAC, o.MAC) || h.Name != "" && h.Name == o.Name || h.IP != "" && h.IP == o.IP
}

// finds says whether another host has all that is known of this one.
func (h *DHCPHost) finds(o DHCPHost) bool {
	return (h.MAC == "" || sameMAC(h.MAC, o.MAC)) && (h.Name == "" || h.Name == o.Name) && (h.IP == "" || h.IP == o.IP)
}

func (c *networkUpdate) dhcpRange() error {
	if err := c.expects("range"); err != nil {
		return err
	}
	in, err := c.parent()
	if err != nil {
		return err
	}
	if c.modifies() {
		return errUpdateUnsupported("dhcp ranges cannot be modified, only added or deleted")
	}
	var r DHCPRange
	if err := r.parse(c.d, c.root, in); err != nil {
		return err
	}
	var ranges []DHCPRange
	if in.DHCP != nil {
		ranges = in.DHCP.Ranges
	}
	at := slices.IndexFunc(ranges, func(o DHCPRange) bool { return o.Start == r.Start && o.End == r.End })
	switch {
	case c.adds():
		if err := c.checkSingle(in); err != nil {
			return err
		}
		if at >= 0 {
			return errUpdateInvalid("there is an existing dhcp range entry in network '%s' that matches \"<range start='%s' end='%s'/>\"", c.Name, r.Start, r.End)
		}
		in.DHCP.Ranges = insert(c, ranges, r)
	case c.deletes():
		if at < 0 {
			return errUpdateInvalid("couldn't locate a matching dhcp range entry in network '%s'", c.Name)
		}
		in.DHCP.Ranges = slices.Delete(ranges, at, at+1)
	default:
		return c.errCommand()
	}
	return nil
}
