package engine

import (
	"context"
	"net/netip"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Network is one virtual network of a host; everything about it is in its
// record. Its job is held by whoever starts, stops or changes it.
type Network struct {
	object[networkRecord]
	job *job
}

// networkRecord is the state of a network at one moment; it never changes.
type networkRecord struct {
	name                          string
	active, persistent, autostart bool
	gone                          bool // no longer in the store

	// def is the definition that queries are about. next is that of the next
	// start, nil while it is the same.
	def, next *networkDefinition
	// ports are what is plugged in, in the order of appearance.
	ports []*domxml.NetworkPort
}

// config is the definition of the next start.
func (r *networkRecord) config() *networkDefinition {
	if r.next != nil {
		return r.next
	}
	return r.def
}

// networkDefinition is one document of a network, immutable: canonical text
// and the one value that queries ask for.
type networkDefinition struct {
	text   []byte
	bridge string
}

func defineNetwork(n *domxml.Network) (*networkDefinition, error) {
	text, err := domxml.FormatNetwork(n, domxml.FormatInactive|domxml.FormatStored)
	if err != nil {
		return nil, err
	}
	// What is kept must parse: a change may have made the document contradict
	// itself, and a text may not survive being written (a lone carriage return).
	if _, err := domxml.ParseNetwork(text, domxml.Stored()); err != nil {
		return nil, err
	}
	d := &networkDefinition{text: text}
	if n.Bridge != nil {
		d.bridge = n.Bridge.Name
	}
	return d, nil
}

// tree parses the document anew: the caller owns the result.
func (f *networkDefinition) tree() *domxml.Network {
	n, err := domxml.ParseNetwork(f.text, domxml.Stored())
	if err != nil {
		// Only text that FormatNetwork made is ever parsed here.
		panic("engine: canonical document does not parse: " + err.Error())
	}
	return n
}

// edit makes a changed definition.
func (f *networkDefinition) edit(change func(*domxml.Network) error) (*networkDefinition, error) {
	n := f.tree()
	if err := change(n); err != nil {
		return nil, err
	}
	return defineNetwork(n)
}

// bindNetworks binds every group of network procedures.
func bindNetworks(b *binder) {
	bindNetworkList(b)
	bindNetworkDefine(b)
	bindNetworkCreate(b)
	bindNetworkInfo(b)
	bindNetworkUpdate(b)
	bindNetworkMetadata(b)
	bindNetworkLeases(b)
	bindNetworkEvents(b)
	bindNetworkPorts(b)
}

// ref is the network as replies and events name it.
func (n *Network) ref(r *networkRecord) remoteproto.Network {
	return remoteproto.Network{Name: r.name, UUID: remoteproto.UUID(n.uuid)}
}

// networker is the backend's ability; the binders have made sure of it.
func (h *Host) networker() drivers.Networker { return h.backend.(drivers.Networker) }

// networkFinder finds the network that the protocol names. The reference's
// test driver goes by name in some procedures and by UUID in others.
type networkFinder func(h *Host, ref *remoteproto.Network) (*Network, error)

func networkByName(h *Host, ref *remoteproto.Network) (*Network, error) {
	if h.networkDriver() {
		return h.networkOf(ref)
	}
	return h.networkNamed(ref.Name)
}

// networkNamed finds a network by nothing but its name.
func (h *Host) networkNamed(name string) (*Network, error) {
	if n := h.networks.name(name); n != nil {
		return n, nil
	}
	return nil, h.errorOf(vir.FromNetwork, vir.ErrNoNetwork, "no network with matching name '%s'", name)
}

func networkByUUID(h *Host, ref *remoteproto.Network) (*Network, error) {
	if h.networkDriver() {
		return h.networkOf(ref)
	}
	return h.networkWithUUID(ref.UUID)
}

func (h *Host) networkWithUUID(id remoteproto.UUID) (*Network, error) {
	if n := h.networks.uuid(domxml.UUID(id)); n != nil {
		return n, nil
	}
	return nil, h.errorOf(vir.FromNetwork, vir.ErrNoNetwork, "no network with matching uuid '%s'", domxml.UUID(id))
}

// networkByBoth is networkByUUID with a text that has the name too.
func networkByBoth(h *Host, ref *remoteproto.Network) (*Network, error) {
	if n := h.networks.uuid(domxml.UUID(ref.UUID)); n != nil {
		return n, nil
	}
	return nil, h.errorOf(vir.FromNetwork, vir.ErrNoNetwork, "no network with matching uuid '%s' (%s)", domxml.UUID(ref.UUID), ref.Name)
}

// aboutNetwork is every argument struct that begins with a network.
type aboutNetwork[A any] interface {
	*A
	NetworkRef() *remoteproto.Network
}

// onNetwork binds a procedure about one network.
func onNetwork[A, R any, P aboutNetwork[A]](b *binder, p *proc.Proc[A, R], find networkFinder, fn func(*call, *Network, *A) (*R, error)) setup[A] {
	return needing[drivers.Networker](onConn(b, p, func(c *call, a *A) (*R, error) {
		n, err := find(c.host, P(a).NetworkRef())
		if err != nil {
			return nil, err
		}
		return fn(c, n, a)
	}))
}

// changeNetwork binds a procedure that changes one network: the handler runs
// with the network's job.
func changeNetwork[A, R any, P aboutNetwork[A]](b *binder, p *proc.Proc[A, R], find networkFinder, fn func(*call, *Network, *A) (*R, error)) setup[A] {
	return onNetwork[A, R, P](b, p, find, func(c *call, n *Network, a *A) (*R, error) {
		done, err := n.job.begin(c, p.API)
		if err != nil {
			return nil, err
		}
		defer done()
		if n.load().gone { // while we waited
			return nil, c.host.errorOf(vir.FromNetwork, vir.ErrNoNetwork, "no network with matching name '%s'", n.load().name)
		}
		return fn(c, n, a)
	})
}

// networkSubnet is where the cards in a network have their addresses: the
// network's own prefix, and the first address that it hands out. It is not
// valid where the network has no address.
func (h *Host) networkSubnet(name string) (netip.Prefix, error) {
	n, err := h.networkNamed(name)
	if err != nil {
		return netip.Prefix{}, err
	}
	tree := n.load().def.tree()
	if len(tree.IPs) == 0 {
		return netip.Prefix{}, nil
	}
	in := &tree.IPs[0]
	first, subnet, ok := in.Subnet()
	if !ok {
		return netip.Prefix{}, nil
	}
	if in.DHCP != nil && len(in.DHCP.Ranges) > 0 {
		if a, err := netip.ParseAddr(in.DHCP.Ranges[0].Start); err == nil {
			first = a
		}
	}
	return netip.PrefixFrom(first, subnet.Bits()), nil
}

// seedNetwork puts a running network of the host's first content into the
// store, without events.
func (h *Host) seedNetwork(ctx context.Context, tree *domxml.Network) error {
	if err := h.completeNetwork(ctx, tree); err != nil {
		return err
	}
	def, err := defineNetwork(tree)
	if err != nil {
		return err
	}
	n, _, err := h.claimNetwork(tree, def, false)
	if err != nil {
		return err
	}
	if nw, ok := h.backend.(drivers.Networker); ok {
		if err := nw.StartNetwork(ctx, tree); err != nil {
			return err
		}
	}
	n.update(nil, func(r *networkRecord) []*event {
		r.active, r.persistent = true, true
		return nil
	})
	return nil
}
