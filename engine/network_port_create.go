package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// networkPortCreateXML plugs an interface into a running network, which
// chooses the other end of the cable.
func networkPortCreateXML(c *call, n *Network, a *remoteproto.NetworkPortCreateXMLArgs) (*remoteproto.NetworkPortCreateXMLRet, error) {
	r := n.load()
	if !r.active {
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, "network '%s' is not active", r.name)
	}
	if a.Flags&uint32(vir.NetworkPortCreateValidate) != 0 {
		if err := domxml.ValidateNetworkPortSchema([]byte(a.XML)); err != nil {
			return nil, err
		}
	}
	p, err := domxml.ParseNetworkPort([]byte(a.XML))
	if err != nil {
		return nil, err
	}
	if r.port(p.UUID) != nil {
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrNetworkPortExist, "Network port with UUID %s already exists", p.UUID)
	}
	if len(r.ports) >= remoteproto.NetworkPortListMax {
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrOperationFailed, "network '%s' has %d ports already", r.name, len(r.ports))
	}
	reclaim := a.Flags&uint32(vir.NetworkPortCreateReclaim) != 0
	switch {
	case !reclaim && p.Plug != nil:
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrInvalidArg, "Port reclaim not requested but plug type is not none")
	case reclaim && p.Plug == nil:
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrInvalidArg, "Port reclaim requested but plug type is none")
	}
	tree := r.def.tree()
	inheritPort(tree, p)
	if !reclaim {
		if err := plugPort(tree, r, p); err != nil {
			return nil, err
		}
	}
	if err := checkPort(tree, p); err != nil {
		return nil, err
	}
	if v := p.VirtualPort; v != nil && v.Type == "openvswitch" && (v.Parameters == nil || v.Parameters.InterfaceID == nil) {
		if v.Parameters == nil {
			v.Parameters = &domxml.VirtualPortParams{}
		}
		var u domxml.UUID
		c.host.random(u[:])
		u.SetVersion4()
		v.Parameters.InterfaceID = &u
	}
	n.update(c.Call, func(r *networkRecord) []*event {
		r.ports = append(r.ports[:len(r.ports):len(r.ports)], p)
		return nil
	})
	return &remoteproto.NetworkPortCreateXMLRet{Port: networkPort{n, p}.ref()}, nil
}

// inheritPort gives a port what it has not said itself: from its group, then
// from the network.
func inheritPort(tree *domxml.Network, p *domxml.NetworkPort) {
	group := &domxml.PortGroup{}
	for i := range tree.PortGroups {
		if g := &tree.PortGroups[i]; g.Name == p.Group || p.Group == "" && g.Default == domxml.Yes {
			group = g
		}
	}
	if p.Bandwidth == nil {
		p.Bandwidth = group.Bandwidth
	}
	if p.VLAN == nil {
		if p.VLAN = group.VLAN; p.VLAN == nil {
			p.VLAN = tree.VLAN
		}
	}
	if p.VirtualPort == nil {
		if p.VirtualPort = group.VirtualPort; p.VirtualPort == nil {
			p.VirtualPort = tree.VirtualPort
		}
	}
	if p.Port == nil {
		p.Port = tree.Port
	}
	if p.RXFilters == nil {
		trust := group.TrustGuestRXFilters
		if trust == "" {
			trust = tree.TrustGuestRXFilters
		}
		if trust != "" {
			p.RXFilters = &domxml.RXFilters{TrustGuest: trust}
		}
	}
}

// plugPort chooses the other end of a port.
func plugPort(tree *domxml.Network, r *networkRecord, p *domxml.NetworkPort) error {
	mode := domxml.ForwardMode("")
	if tree.Forward != nil {
		mode = tree.Forward.Mode
	}
	bridge := domxml.NetworkBridge{}
	if tree.Bridge != nil {
		bridge = *tree.Bridge
	}
	switch {
	case mode == domxml.ForwardHostdev:
		for _, a := range tree.Forward.Addresses {
			at := domxml.PlugAddress{Domain: a.Domain, Bus: a.Bus, Slot: a.Slot, Function: a.Function}
			if r.uses(func(g *domxml.NetworkPlug) bool { return g.Address != nil && *g.Address == at }) == 0 {
				p.Plug = &domxml.NetworkPlug{Type: domxml.PlugHostdevPCI, Managed: tree.Forward.Managed, Driver: tree.Forward.Driver, Address: &at}
				return nil
			}
		}
		return errNoDevice(tree)
	case mode == domxml.ForwardBridge && bridge.Name != "":
		p.Plug = &domxml.NetworkPlug{Type: domxml.PlugBridge, Bridge: bridge.Name, MACTableManager: bridge.MACTableManager}
		return nil
	case mode == domxml.ForwardBridge, mode == domxml.ForwardPrivate, mode == domxml.ForwardVEPA, mode == domxml.ForwardPassthrough:
		best, least := "", -1
		for _, i := range tree.Forward.Interfaces {
			users := r.uses(func(g *domxml.NetworkPlug) bool { return g.Dev == i.Dev })
			if mode == domxml.ForwardPassthrough && users > 0 {
				continue // a guest has it for itself
			}
			if least < 0 || users < least {
				best, least = i.Dev, users
			}
		}
		if least < 0 {
			return errNoDevice(tree)
		}
		p.Plug = &domxml.NetworkPlug{Type: domxml.PlugDirect, Dev: best, Mode: string(mode)}
		return nil
	}
	p.Plug = &domxml.NetworkPlug{Type: domxml.PlugNetwork, Bridge: bridge.Name, MACTableManager: bridge.MACTableManager}
	return nil
}

// uses counts the ports whose plug fits.
func (r *networkRecord) uses(fits func(*domxml.NetworkPlug) bool) (n int) {
	for _, p := range r.ports {
		if p.Plug != nil && fits(p.Plug) {
			n++
		}
	}
	return n
}

func errNoDevice(tree *domxml.Network) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrInternalError, "network '%s' has no free device for another port", tree.Name)
}

// checkPort refuses what the kind of network does not do.
func checkPort(tree *domxml.Network, p *domxml.NetworkPort) error {
	if v := p.VirtualPort; v != nil && p.Plug.Type != domxml.PlugDirect && p.Plug.Type != domxml.PlugHostdevPCI && v.Type != "openvswitch" && v.Type != "midonet" {
		kind := v.Type
		if kind == "" {
			kind = "none"
		}
		return vir.Errorf(vir.FromNetwork, vir.ErrConfigUnsupported, "<virtualport type='%s'> not supported for network '%s' which uses a bridge device", kind, tree.Name)
	}
	return checkFloor(tree, p, p.Bandwidth)
}

// checkFloor refuses a guaranteed rate where libvirt does not run the bridge.
func checkFloor(tree *domxml.Network, p *domxml.NetworkPort, q *domxml.QoS) error {
	if q == nil || q.Inbound == nil || q.Inbound.Floor == 0 {
		return nil
	}
	if tree.Forward != nil {
		switch tree.Forward.Mode {
		case domxml.ForwardNAT, domxml.ForwardRoute, domxml.ForwardOpen:
		default:
			return vir.Errorf(vir.FromNetwork, vir.ErrOperationUnsupported,
				"Invalid use of 'floor' on interface with MAC address %s - 'floor' is only supported for interface type 'network' with forward type 'nat', 'route', 'open' or none",
				p.MAC.Address)
		}
	}
	return nil
}
