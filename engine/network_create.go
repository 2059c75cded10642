package engine

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNetworkCreate(b *binder) {
	changeNetwork(b, remoteproto.NetworkCreate, networkByName, networkCreate)
	changeNetwork(b, remoteproto.NetworkDestroy, networkByName, networkDestroy)
	needing[drivers.Networker](onConn(b, remoteproto.NetworkCreateXML, func(c *call, a *remoteproto.NetworkCreateXMLArgs) (*remoteproto.NetworkCreateXMLRet, error) {
		ref, err := c.host.networkCreateXML(c, a.XML, 0)
		if err != nil {
			return nil, err
		}
		return &remoteproto.NetworkCreateXMLRet{Net: ref}, nil
	}))
	needing[drivers.Networker](onConn(b, remoteproto.NetworkCreateXMLFlags, func(c *call, a *remoteproto.NetworkCreateXMLFlagsArgs) (*remoteproto.NetworkCreateXMLFlagsRet, error) {
		ref, err := c.host.networkCreateXML(c, a.XML, a.Flags)
		if err != nil {
			return nil, err
		}
		return &remoteproto.NetworkCreateXMLFlagsRet{Net: ref}, nil
	}))
}

func networkCreate(c *call, n *Network, _ *remoteproto.NetworkCreateArgs) (*proc.Void, error) {
	r := n.load()
	if r.active {
		if c.host.networkDriver() {
			return nil, vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, "network is already active")
		}
		return nil, c.host.errorf(vir.ErrOperationInvalid, "Network '%s' is already running", r.name)
	}
	return nil, n.start(c, c.Call)
}

// start brings a network up that is not; its job is held.
func (n *Network) start(ctx context.Context, origin *proc.Call) error {
	nw, ok := n.host.backend.(drivers.Networker)
	if !ok {
		return errNoSupport(remoteproto.NetworkCreate.Info)
	}
	if err := nw.StartNetwork(ctx, n.load().def.tree()); err != nil {
		return err
	}
	n.update(origin, func(r *networkRecord) []*event {
		r.active = true
		return []*event{n.lifecycleEvent(r, vir.NetworkEventStarted)}
	})
	return nil
}

// networkDestroy stops a network, active or not, as the reference does. One
// without a definition goes for good.
func networkDestroy(c *call, n *Network, _ *remoteproto.NetworkDestroyArgs) (*proc.Void, error) {
	r := n.load()
	if !r.active && c.host.networkDriver() {
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, "network '%s' is not active", r.name)
	}
	if r.active {
		if err := c.host.networker().StopNetwork(c, r.def.tree()); err != nil {
			return nil, err
		}
	}
	if !r.persistent {
		n.forget(c.Call, vir.NetworkEventStopped)
		return nil, nil
	}
	n.update(c.Call, func(r *networkRecord) []*event {
		r.active, r.ports = false, nil
		// The reference keeps what the network has run with, and never comes
		// to the definition that was stored meanwhile.
		if r.next != nil && !c.host.likeTestDriver() {
			r.def, r.next = r.next, nil
		}
		return []*event{n.lifecycleEvent(r, vir.NetworkEventStopped)}
	})
	return nil, nil
}

// networkCreateXML starts a network that lives until it is stopped, unless
// there is a definition of it already.
func (h *Host) networkCreateXML(c *call, doc string, flags uint32) (remoteproto.Network, error) {
	tree, err := h.parseNetwork(c, doc, flags&uint32(vir.NetworkCreateValidate) != 0)
	if err != nil {
		return remoteproto.Network{}, err
	}
	def, err := defineNetwork(tree)
	if err != nil {
		return remoteproto.Network{}, err
	}
	n, fresh, err := h.claimNetwork(tree, def, true)
	if err != nil {
		return remoteproto.Network{}, err
	}
	ref, err := n.bringUp(c, tree, def)
	if err != nil && fresh {
		h.networks.mu.Lock()
		h.networks.remove(n, tree.Name, tree.UUID)
		h.networks.mu.Unlock()
	}
	return ref, err
}

// bringUp starts the network from a document of its own.
func (n *Network) bringUp(c *call, tree *domxml.Network, def *networkDefinition) (ref remoteproto.Network, err error) {
	done, err := n.job.begin(c, c.Info.API)
	if err != nil {
		return ref, err
	}
	defer done()
	if r := n.load(); r.active {
		return ref, errNetworkActive(r.name)
	}
	if err := n.host.networker().StartNetwork(c, tree); err != nil {
		return ref, err
	}
	n.update(c.Call, func(r *networkRecord) []*event {
		if r.persistent {
			r.next = r.config()
		}
		r.def, r.active = def, true
		ref = n.ref(r)
		return []*event{n.lifecycleEvent(r, vir.NetworkEventStarted)}
	})
	return ref, nil
}
