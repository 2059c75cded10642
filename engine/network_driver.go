package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The reference has networks twice, as it has storage (storage_driver.go): what
// its network driver says differently from its test driver is here.

// networkDriver says that the host's networks are those of a driver of its own.
func (h *Host) networkDriver() bool { return h.hasDriver(vir.FromNetwork) }

// hasDriver says that the objects of a family are those of a driver of their
// own.
func (h *Host) hasDriver(family vir.ErrorDomain) bool {
	p, ok := h.personality.(drivers.ObjectDrivers)
	return ok && p.HasObjectDriver(family)
}

// errorOf makes an error about an object: in the domain of its family if that
// has a driver of its own.
func (h *Host) errorOf(family vir.ErrorDomain, code vir.ErrorNumber, format string, args ...any) error {
	if h.hasDriver(family) {
		return vir.Errorf(family, code, format, args...)
	}
	return h.errorf(code, format, args...)
}

// networkOf finds a network as the network driver does, by its UUID.
func (h *Host) networkOf(ref *remoteproto.Network) (*Network, error) {
	if n := h.networks.uuid(domxml.UUID(ref.UUID)); n != nil {
		return n, nil
	}
	return nil, vir.Errorf(vir.FromNetwork, vir.ErrNoNetwork, "no network with matching uuid '%s' (%s)", domxml.UUID(ref.UUID), ref.Name)
}

// checkNetworksOf wants the networks of a domain that is to start to be active.
// The reference's test driver starts it in any case.
func (h *Host) checkNetworksOf(d *domxml.Domain) error {
	if !h.networkDriver() {
		return nil
	}
	for i := range d.Devices.Interfaces {
		in := &d.Devices.Interfaces[i]
		if in.Type != "network" || in.Source == nil {
			continue
		}
		n := h.networks.name(in.Source.Network)
		if n == nil {
			return vir.Errorf(vir.FromNetwork, vir.ErrNoNetwork, "no network with matching name '%s'", in.Source.Network)
		}
		if !n.load().active {
			return vir.Errorf(vir.FromNetwork, vir.ErrOperationInvalid, "network '%s' is not active", in.Source.Network)
		}
	}
	return nil
}

// checkBridge refuses the bridge of another network; networks.mu is held.
func (h *Host) checkBridge(tree *domxml.Network) error {
	if !h.networkDriver() || tree.Bridge == nil || tree.Bridge.Name == "" {
		return nil
	}
	for _, n := range h.networks.order {
		if r := n.load(); r.name != tree.Name && (r.def.bridge == tree.Bridge.Name || r.config().bridge == tree.Bridge.Name) {
			return vir.Errorf(vir.FromNetwork, vir.ErrInternalError, "bridge name '%s' already in use.", tree.Bridge.Name)
		}
	}
	return nil
}
