package engine

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// bindNetworkPorts binds what the reference's network driver of its qemu
// daemon has and its test driver has not.
func bindNetworkPorts(b *binder) {
	onNetwork(b, remoteproto.NetworkListAllPorts, networkByUUID, networkListAllPorts).quick()
	onNetwork(b, remoteproto.NetworkPortLookupByUUID, networkByUUID, networkPortLookupByUUID).quick()
	changeNetwork(b, remoteproto.NetworkPortCreateXML, networkByUUID, networkPortCreateXML).
		knows(uint32(vir.NetworkPortCreateReclaim | vir.NetworkPortCreateValidate))
	onNetworkPort(b, remoteproto.NetworkPortGetXMLDesc, networkPortGetXMLDesc)
	onNetworkPort(b, remoteproto.NetworkPortGetParameters, networkPortGetParameters)
	changeNetworkPort(b, remoteproto.NetworkPortSetParameters, networkPortSetParameters).
		wire(func(a *remoteproto.NetworkPortSetParametersArgs) error { return checkParamNames(a.Params) })
	changeNetworkPort(b, remoteproto.NetworkPortDelete, networkPortDelete)
}

// aboutNetworkPort is every argument struct that begins with a port.
type aboutNetworkPort[A any] interface {
	*A
	NetworkPortRef() *remoteproto.NetworkPort
}

// networkPort is a port of a network in a call.
type networkPort struct {
	net  *Network
	port *domxml.NetworkPort
}

func (h *Host) networkPort(ref *remoteproto.NetworkPort) (networkPort, error) {
	n, err := networkByUUID(h, &ref.Net)
	if err != nil {
		return networkPort{}, err
	}
	p := n.load().port(domxml.UUID(ref.UUID))
	if p == nil {
		return networkPort{}, errNoPort(domxml.UUID(ref.UUID))
	}
	return networkPort{n, p}, nil
}

func errNoPort(u domxml.UUID) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrNoNetworkPort, "Network port with UUID %s does not exist", u)
}

// port finds a port; nil where there is none.
func (r *networkRecord) port(u domxml.UUID) *domxml.NetworkPort {
	for _, p := range r.ports {
		if p.UUID == u {
			return p
		}
	}
	return nil
}

// onNetworkPort binds a procedure about one port.
func onNetworkPort[A, R any, P aboutNetworkPort[A]](b *binder, p *proc.Proc[A, R], fn func(*call, networkPort, *A) (*R, error)) setup[A] {
	return needing[drivers.Networker](onConn(b, p, func(c *call, a *A) (*R, error) {
		np, err := c.host.networkPort(P(a).NetworkPortRef())
		if err != nil {
			return nil, err
		}
		return fn(c, np, a)
	}))
}

// changeNetworkPort is onNetworkPort with the network's job.
func changeNetworkPort[A, R any, P aboutNetworkPort[A]](b *binder, p *proc.Proc[A, R], fn func(*call, networkPort, *A) (*R, error)) setup[A] {
	return onNetworkPort[A, R, P](b, p, func(c *call, np networkPort, a *A) (*R, error) {
		done, err := np.net.job.begin(c, p.API)
		if err != nil {
			return nil, err
		}
		defer done()
		if np, err = c.host.networkPort(P(a).NetworkPortRef()); err != nil { // while we waited
			return nil, err
		}
		return fn(c, np, a)
	})
}

func (np networkPort) ref() remoteproto.NetworkPort {
	return remoteproto.NetworkPort{Net: np.net.ref(np.net.load()), UUID: remoteproto.UUID(np.port.UUID)}
}

func networkListAllPorts(_ *call, n *Network, a *remoteproto.NetworkListAllPortsArgs) (*remoteproto.NetworkListAllPortsRet, error) {
	r := n.load()
	if !r.active && n.host.networkDriver() {
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, "network '%s' is not active", r.name)
	}
	out := &remoteproto.NetworkListAllPortsRet{Ret: uint32(len(r.ports))}
	if a.NeedResults == 0 {
		return out, nil
	}
	for _, p := range r.ports {
		out.Ports = append(out.Ports, networkPort{n, p}.ref())
	}
	return out, nil
}

func networkPortLookupByUUID(_ *call, n *Network, a *remoteproto.NetworkPortLookupByUUIDArgs) (*remoteproto.NetworkPortLookupByUUIDRet, error) {
	p := n.load().port(domxml.UUID(a.UUID))
	if p == nil {
		return nil, errNoPort(domxml.UUID(a.UUID))
	}
	return &remoteproto.NetworkPortLookupByUUIDRet{Port: networkPort{n, p}.ref()}, nil
}

func networkPortGetXMLDesc(_ *call, np networkPort, _ *remoteproto.NetworkPortGetXMLDescArgs) (*remoteproto.NetworkPortGetXMLDescRet, error) {
	text, err := domxml.FormatNetworkPort(np.port)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NetworkPortGetXMLDescRet{XML: string(text)}, nil
}

func networkPortDelete(c *call, np networkPort, _ *remoteproto.NetworkPortDeleteArgs) (*proc.Void, error) {
	np.replace(c, nil)
	return nil, nil
}

// replace puts another document in place of the port's, none takes it away.
func (np networkPort) replace(c *call, by *domxml.NetworkPort) {
	np.net.update(c.Call, func(r *networkRecord) []*event {
		at := slices.Index(r.ports, np.port)
		if at < 0 {
			return nil
		}
		r.ports = slices.Clone(r.ports)
		if by == nil {
			r.ports = slices.Delete(r.ports, at, at+1)
		} else {
			r.ports[at] = by
		}
		return nil
	})
}
