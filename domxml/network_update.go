package domxml

import (
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// NetworkUpdate is one change of a section of a network (virNetworkUpdate).
type NetworkUpdate struct {
	Command vir.NetworkUpdateCommand
	Section vir.NetworkUpdateSection
	// ParentIndex is the number of the ip element, from 0, for what belongs to
	// one; negative for the one that fits.
	ParentIndex int
	// XML is the element to add, to put in place of another, or to find.
	XML []byte
}

// networkSections are the sections that there are, by number.
var networkSections = []string{
	"none", "bridge", "domain", "ip", "ip-dhcp-host", "ip-dhcp-range", "forward", "forward interface", "forward pf",
	"portgroup", "dns-host", "dns-txt", "dns-srv",
}

// update is an update in progress.
type networkUpdate struct {
	*Network
	NetworkUpdate
	d    *decoder
	root node
}

// Update changes the network. Afterwards it may be in contradiction with
// itself, which ParseNetwork of its text finds.
func (w *Network) Update(u NetworkUpdate) error {
	d := &decoder{network: w.Name}
	return d.withTree(u.XML, vir.FromNetwork, func(root node) error {
		c := &networkUpdate{w, u, d, root}
		switch u.Section {
		case vir.NetworkSectionIPDHCPHost:
			return c.dhcpHost()
		case vir.NetworkSectionIPDHCPRange:
			return c.dhcpRange()
		case vir.NetworkSectionForwardInterface:
			return c.forwardInterface()
		case vir.NetworkSectionPortgroup:
			return c.portGroup()
		case vir.NetworkSectionDNSHost:
			return c.dnsHost()
		case vir.NetworkSectionDNSTxt:
			return c.dnsTXT()
		case vir.NetworkSectionDNSSrv:
			return c.dnsSRV()
		}
		if u.Section <= vir.NetworkSectionNone || int(u.Section) >= len(networkSections) {
			return errUpdateUnsupported("can't update unrecognized section of network")
		}
		return errUpdateUnsupported("can't update '%s' section of network '%s'", networkSections[u.Section], w.Name)
	})
}

func errUpdateUnsupported(format string, args ...any) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrOperationUnsupported, format, args...)
}

func errUpdateInvalid(format string, args ...any) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, format, args...)
}

// expects checks the name of the element.
func (c *networkUpdate) expects(name string) error {
	if got := c.root.Name(); got != name {
		return errNet("unexpected element <%s>, expecting <%s>, while updating network '%s'", got, name, c.Name)
	}
	return nil
}

func (c *networkUpdate) modifies() bool { return c.Command == vir.NetworkUpdateCommandModify }
func (c *networkUpdate) deletes() bool  { return c.Command == vir.NetworkUpdateCommandDelete }
func (c *networkUpdate) adds() bool {
	return c.Command == vir.NetworkUpdateCommandAddFirst || c.Command == vir.NetworkUpdateCommandAddLast
}

func (c *networkUpdate) errCommand() error {
	return errUpdateUnsupported("unrecognized network update command code %d", uint32(c.Command))
}

// insert puts v at the end that the command names.
func insert[T any](c *networkUpdate, list []T, v T) []T {
	if c.Command == vir.NetworkUpdateCommandAddFirst {
		return append([]T{v}, list...)
	}
	return append(slices.Clip(list), v)
}

// parent is the ip element that the update is about: the one with DHCP, or
// the first with IPv4, or the first, where the caller leaves it open.
func (c *networkUpdate) parent() (*NetworkIP, error) {
	if c.ParentIndex >= 0 {
		if c.ParentIndex >= len(c.IPs) {
			return nil, errUpdateInvalid("couldn't update dhcp host entry - no <ip> element found at index %d in network '%s'", c.ParentIndex, c.Name)
		}
		return &c.IPs[c.ParentIndex], nil
	}
	if i := slices.IndexFunc(c.IPs, NetworkIP.servesDHCP); i >= 0 {
		return &c.IPs[i], nil
	}
	if i := slices.IndexFunc(c.IPs, func(p NetworkIP) bool { return !p.isIPv6() }); i >= 0 {
		return &c.IPs[i], nil
	}
	if len(c.IPs) > 0 {
		return &c.IPs[0], nil
	}
	return nil, errUpdateInvalid("couldn't update dhcp host entry - no <ip> element found in network '%s'", c.Name)
}

// servesDHCP says whether guests get addresses from there.
func (i NetworkIP) servesDHCP() bool {
	return i.DHCP != nil && len(i.DHCP.Ranges)+len(i.DHCP.Hosts) > 0
}

// checkSingle wants that no other network of the same family has DHCP.
func (c *networkUpdate) checkSingle(in *NetworkIP) error {
	for i := range c.IPs {
		if o := &c.IPs[i]; o != in && o.isIPv6() == in.isIPv6() && o.servesDHCP() {
			family := "IPv4"
			if in.isIPv6() {
				family = "IPv6"
			}
			return errUpdateInvalid("dhcp is supported only for a single %s address on each network", family)
		}
	}
	if in.DHCP == nil {
		in.DHCP = &NetworkDHCP{}
	}
	return nil
}

func (c *networkUpdate) forwardInterface() error {
	if err := c.expects("interface"); err != nil {
		return err
	}
	if c.modifies() {
		return errUpdateUnsupported("forward interface entries cannot be modified, only added or deleted")
	}
	dev, ok := c.root.Attr("dev")
	if !ok {
		return errNet("missing dev attribute in <interface> element")
	}
	f := c.Forward
	if f == nil {
		f = &NetworkForward{} // an isolated network forgets what it is given
	}
	at := slices.IndexFunc(f.Interfaces, func(i ForwardInterface) bool { return i.Dev == dev })
	switch {
	case c.adds():
		if at >= 0 {
			return errUpdateInvalid("there is an existing interface entry in network '%s' that matches \"<interface dev='%s'>\"", c.Name, dev)
		}
		f.Interfaces = insert(c, f.Interfaces, ForwardInterface{Dev: dev})
	case c.deletes():
		if at < 0 {
			return errUpdateInvalid("couldn't find an interface entry in network '%s' matching <interface dev='%s'>", c.Name, dev)
		}
		f.Interfaces = slices.Delete(f.Interfaces, at, at+1)
	default:
		return c.errCommand()
	}
	if f.Dev = ""; len(f.Interfaces) > 0 {
		f.Dev = f.Interfaces[0].Dev
	}
	return nil
}

func (c *networkUpdate) portGroup() error {
	if err := c.expects("portgroup"); err != nil {
		return err
	}
	var g PortGroup
	if err := c.d.decode(c.root, &g); err != nil {
		return err
	}
	at := slices.IndexFunc(c.PortGroups, func(o PortGroup) bool { return o.Name == g.Name })
	if (c.modifies() || c.deletes()) && at < 0 {
		return errUpdateInvalid("couldn't find a portgroup entry in network '%s' matching <portgroup name='%s'>", c.Name, g.Name)
	}
	if c.adds() && at >= 0 {
		return errUpdateInvalid("there is an existing portgroup entry in network '%s' that matches \"<portgroup name='%s'>\"", c.Name, g.Name)
	}
	other := slices.ContainsFunc(c.PortGroups, func(o PortGroup) bool { return o.Name != g.Name && o.Default == Yes })
	if (c.modifies() || c.adds()) && g.Default == Yes && other {
		return errUpdateInvalid("a different portgroup entry in network '%s' is already set as the default. Only one default is allowed.", c.Name)
	}
	switch {
	case c.modifies():
		c.PortGroups[at] = g
	case c.adds():
		c.PortGroups = insert(c, c.PortGroups, g)
	case c.deletes():
		c.PortGroups = slices.Delete(c.PortGroups, at, at+1)
	default:
		return c.errCommand()
	}
	return nil
}
