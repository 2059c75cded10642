package engine

import (
	"context"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNetworkDefine(b *binder) {
	needing[drivers.Networker](onConn(b, remoteproto.NetworkDefineXML, func(c *call, a *remoteproto.NetworkDefineXMLArgs) (*remoteproto.NetworkDefineXMLRet, error) {
		ref, err := c.host.networkDefineXML(c, a.XML, 0)
		if err != nil {
			return nil, err
		}
		return &remoteproto.NetworkDefineXMLRet{Net: ref}, nil
	}))
	needing[drivers.Networker](onConn(b, remoteproto.NetworkDefineXMLFlags, func(c *call, a *remoteproto.NetworkDefineXMLFlagsArgs) (*remoteproto.NetworkDefineXMLFlagsRet, error) {
		ref, err := c.host.networkDefineXML(c, a.XML, a.Flags)
		if err != nil {
			return nil, err
		}
		return &remoteproto.NetworkDefineXMLFlagsRet{Net: ref}, nil
	}))
	changeNetwork(b, remoteproto.NetworkUndefine, networkByName, func(c *call, n *Network, _ *remoteproto.NetworkUndefineArgs) (*proc.Void, error) {
		return nil, n.undefine(c)
	})
}

// parseNetwork reads a document, draws what it leaves open and adds what the
// personality adds.
func (h *Host) parseNetwork(ctx context.Context, doc string, validate bool) (*domxml.Network, error) {
	if validate {
		if err := domxml.ValidateNetworkSchema([]byte(doc)); err != nil {
			return nil, err
		}
	}
	tree, err := domxml.ParseNetwork([]byte(doc))
	if err != nil {
		return nil, err
	}
	return tree, h.completeNetwork(ctx, tree)
}

// completeNetwork is the second half of parseNetwork.
func (h *Host) completeNetwork(ctx context.Context, tree *domxml.Network) error {
	tree.Generate(h.random)
	if p, ok := h.personality.(drivers.NetworkCompleter); ok {
		if err := p.CompleteNetwork(tree); err != nil {
			return err
		}
	}
	if err := tree.Validate(); err != nil || !h.networkDriver() {
		return err
	}
	return h.settleNetwork(ctx, tree)
}

// claimNetwork finds the network that a document is about, or makes one with
// that definition that is neither active nor persistent yet. mustBeInactive
// refuses an active one.
func (h *Host) claimNetwork(tree *domxml.Network, def *networkDefinition, mustBeInactive bool) (n *Network, fresh bool, err error) {
	h.networks.mu.Lock()
	defer h.networks.mu.Unlock()
	if n, err = h.claimedNetwork(tree, mustBeInactive); n != nil || err != nil {
		return n, false, err
	}
	n = &Network{object: object[networkRecord]{host: h, uuid: tree.UUID}, job: newJob()}
	name := strings.Clone(tree.Name) // a part of the document, which it would keep alive
	n.rec.Store(&networkRecord{name: name, def: def})
	h.networks.insert(n, name, tree.UUID)
	return n, true, nil
}

// claimedNetwork finds the network that a document is about, or nil if it
// would be a new one; networks.mu is held.
func (h *Host) claimedNetwork(tree *domxml.Network, mustBeInactive bool) (*Network, error) {
	if err := h.checkBridge(tree); err != nil {
		return nil, err
	}
	if n := h.networks.byUUID[tree.UUID]; n != nil {
		r := n.load()
		if r.name != tree.Name {
			return nil, vir.Errorf(vir.FromNetwork, vir.ErrOperationFailed, "network '%s' is already defined with uuid %s", r.name, n.uuid)
		}
		if mustBeInactive && r.active {
			return nil, errNetworkActive(r.name)
		}
		return n, nil
	}
	if n := h.networks.byName[tree.Name]; n != nil {
		return nil, vir.Errorf(vir.FromNetwork, vir.ErrOperationFailed, "network '%s' already exists with uuid %s", tree.Name, n.uuid)
	}
	return nil, nil
}

func errNetworkActive(name string) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, "network is already active as '%s'", name)
}

// networkDefineXML adds or replaces a definition. An active network goes on
// with the one it was started with.
func (h *Host) networkDefineXML(c *call, doc string, flags uint32) (remoteproto.Network, error) {
	tree, err := h.parseNetwork(c, doc, flags&uint32(vir.NetworkDefineValidate) != 0)
	if err != nil {
		return remoteproto.Network{}, err
	}
	def, err := defineNetwork(tree)
	if err != nil {
		return remoteproto.Network{}, err
	}
	t, err := h.turn(c, c.Info.API, drivers.KindNetwork, tree.Name)
	if err != nil {
		return remoteproto.Network{}, err
	}
	defer t.end()
	if t != nil {
		h.networks.mu.RLock()
		n, err := h.claimedNetwork(tree, false)
		h.networks.mu.RUnlock()
		after := networkRecord{name: tree.Name}
		if n != nil {
			after = *n.load()
		}
		after.define(def)
		if err == nil {
			err = t.keep(c, tree.Name, after.lasting())
		}
		if err != nil {
			return remoteproto.Network{}, err
		}
	}
	n, _, err := h.claimNetwork(tree, def, false)
	if err != nil {
		return remoteproto.Network{}, err
	}
	var ref remoteproto.Network
	n.update(c.Call, func(r *networkRecord) []*event {
		r.define(def)
		ref = n.ref(r)
		return []*event{n.lifecycleEvent(r, vir.NetworkEventDefined)}
	})
	return ref, nil
}

// define gives the record a definition; what is active goes on with what it
// has.
func (r *networkRecord) define(def *networkDefinition) {
	if r.active {
		r.next = def
	} else {
		r.def, r.next = def, nil
	}
	r.persistent = true
}

// undefine forgets an inactive network; the job is held.
func (n *Network) undefine(c *call) error {
	if r := n.load(); r.active && !n.host.networkDriver() {
		return n.host.errorf(vir.ErrOperationInvalid, "Network '%s' is still running", r.name)
	}
	t, err := n.turn(c)
	if err != nil {
		return err
	}
	defer t.end()
	if err := t.keep(c, n.load().name, lasting{}); err != nil {
		return err
	}
	if n.load().active {
		// It goes on without a definition.
		n.update(c.Call, func(r *networkRecord) []*event {
			r.persistent, r.autostart, r.next = false, false, nil
			return []*event{n.lifecycleEvent(r, vir.NetworkEventUndefined)}
		})
		return nil
	}
	n.forget(c.Call, vir.NetworkEventUndefined)
	return nil
}

// forget takes the network out of the store and tells why.
func (n *Network) forget(origin *proc.Call, why vir.NetworkEventLifecycleType) {
	h := n.host
	h.networks.mu.Lock()
	defer h.networks.mu.Unlock()
	if r := n.load(); h.networks.byUUID[n.uuid] == n {
		h.networks.remove(n, r.name, n.uuid)
	}
	n.update(origin, func(r *networkRecord) []*event {
		r.gone, r.active, r.persistent, r.ports = true, false, false, nil
		return []*event{n.lifecycleEvent(r, why)}
	})
}
