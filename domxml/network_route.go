package domxml

import (
	"net/netip"
	"strconv"
)

// parseFor reads a route; name is what errors call whose it is.
func (r *Route) parseFor(n node, name string) error {
	fail := func(format string, args ...any) error {
		return errNet("%s: "+format+" in route definition", append([]any{name}, args...)...)
	}
	prefix, prefixed := n.Attr("prefix")
	bits, err := strconv.ParseUint(prefix, 10, 32)
	if prefixed && err != nil {
		return errValue("prefix", n.Name(), prefix, "non-negative integer value")
	}
	if s, ok := n.Attr("metric"); ok {
		v, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			return errValue("metric", n.Name(), s, "non-negative integer value")
		}
		if v == 0 {
			return errZero("metric", n.Name())
		}
		r.Metric = uint(v)
	}
	address, ok := n.Attr("address")
	if !ok {
		return fail("Missing required address attribute")
	}
	gateway, ok := n.Attr("gateway")
	if !ok {
		return fail("Missing required gateway attribute")
	}
	a, ok := parseIP(address)
	if !ok {
		return fail("Bad network address '%s'", address)
	}
	g, ok := parseIP(gateway)
	if !ok {
		return fail("Bad gateway address '%s'", gateway)
	}
	var mask netip.Addr
	if s, ok := n.Attr("netmask"); ok {
		if mask, ok = parseIP(s); !ok {
			return fail("Bad netmask address '%s'", s)
		}
		if prefixed {
			return errNet("%s: Route definition cannot have both a prefix and a netmask", name)
		}
		r.Netmask = mask.String()
	}
	r.Family, r.Address, r.Gateway, r.Prefix = attrOf(n, "family"), a.String(), g.String(), prefix
	if prefixed {
		r.Prefix = strconv.FormatUint(bits, 10)
	}
	switch r.Family {
	case "", "ipv4":
		family := "No family"
		if r.Family != "" {
			family = "IPv4 family"
		}
		switch {
		case !a.Is4():
			return fail("%s specified for non-IPv4 address '%s'", family, address)
		case !g.Is4():
			return fail("%s specified for non-IPv4 gateway '%s'", family, address) // the reference names the address here
		case r.Netmask != "" && !mask.Is4():
			return errNet("%s: Invalid netmask '%s' for address '%s' (both must be IPv4)", name, attrOf(n, "netmask"), address)
		case bits > 32:
			return errNet("%s: Invalid prefix %d specified in route definition, must be 0 - 32", name, bits)
		}
	case "ipv6":
		switch {
		case !a.Is6():
			return fail("ipv6 family specified for non-IPv6 address '%s'", address)
		case r.Netmask != "":
			return fail("Specifying netmask invalid for IPv6 address '%s'", address)
		case !g.Is6():
			return fail("ipv6 specified for non-IPv6 gateway address '%s'", gateway)
		case bits > 128:
			return errNet("%s: Invalid prefix %d specified in route definition, must be 0 - 128", name, bits)
		}
	default:
		return fail("Unrecognized family '%s'", r.Family)
	}
	if p, err := a.Prefix(r.bits(mask)); err != nil || p.Addr() != a {
		return errNet("%s: Address '%s' in route definition is not a network address", name, address)
	}
	return nil
}

// bits is the length of the route's prefix; without any, only the route to
// everywhere is one.
func (r *Route) bits(mask netip.Addr) int {
	if r.Netmask != "" {
		i := NetworkIP{Netmask: r.Netmask}
		return i.prefixLen(mask)
	}
	n, _ := strconv.Atoi(r.Prefix)
	return n
}

// checkRoutes wants the gateways of all routes in a network of ours.
func (w *Network) checkRoutes() error {
	for _, r := range w.Routes {
		g, _ := parseIP(r.Gateway)
		reachable := false
		for i := range w.IPs {
			if _, subnet, ok := w.IPs[i].Subnet(); ok && subnet.Contains(g) {
				reachable = true
			}
		}
		if !reachable {
			return errNetUnsupported("unreachable static route gateway '%s' specified for network '%s'", r.Gateway, w.Name)
		}
	}
	return nil
}
