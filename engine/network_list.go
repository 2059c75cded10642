package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNetworkList(b *binder) {
	needing[drivers.Networker](onConn(b, remoteproto.ConnectListAllNetworks, connectListAllNetworks).quick())
	needing[drivers.Networker](onConn(b, remoteproto.ConnectNumOfNetworks, connectNumOfNetworks).quick())
	needing[drivers.Networker](onConn(b, remoteproto.ConnectListNetworks, connectListNetworks).quick().
		wire(func(a *remoteproto.ConnectListNetworksArgs) error {
			return checkMax(a.Maxnames, "maxnames", remoteproto.NetworkListMax, "REMOTE_NETWORK_LIST_MAX")
		}))
	needing[drivers.Networker](onConn(b, remoteproto.ConnectNumOfDefinedNetworks, connectNumOfDefinedNetworks).quick())
	needing[drivers.Networker](onConn(b, remoteproto.ConnectListDefinedNetworks, connectListDefinedNetworks).quick().
		wire(func(a *remoteproto.ConnectListDefinedNetworksArgs) error {
			return checkMax(a.Maxnames, "maxnames", remoteproto.NetworkListMax, "REMOTE_NETWORK_LIST_MAX")
		}))
	needing[drivers.Networker](onConn(b, remoteproto.NetworkLookupByName, networkLookupByName).quick())
	needing[drivers.Networker](onConn(b, remoteproto.NetworkLookupByUUID, networkLookupByUUID).quick())
}

const (
	networkActive   = uint32(vir.ConnectListNetworksActive)
	networkInactive = uint32(vir.ConnectListNetworksInactive)
)

var networkFilters = []listFilter[networkRecord]{
	{networkActive, networkInactive, func(r *networkRecord) bool { return r.active }},
	{
		uint32(vir.ConnectListNetworksPersistent), uint32(vir.ConnectListNetworksTransient),
		func(r *networkRecord) bool { return r.persistent },
	},
	{
		uint32(vir.ConnectListNetworksAutostart), uint32(vir.ConnectListNetworksNoAutostart),
		func(r *networkRecord) bool { return r.autostart },
	},
}

// selectNetworks are the networks that flags select.
func (h *Host) selectNetworks(flags uint32) []*Network {
	return selected(h.networks, (*Network).load, flags, networkFilters)
}

func connectListAllNetworks(c *call, a *remoteproto.ConnectListAllNetworksArgs) (*remoteproto.ConnectListAllNetworksRet, error) {
	list := c.host.selectNetworks(a.Flags)
	out := &remoteproto.ConnectListAllNetworksRet{Ret: uint32(len(list))}
	if a.NeedResults == 0 {
		return out, nil
	}
	if len(list) > remoteproto.NetworkListMax {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "Too many networks '%d' for limit '%d'", len(list), remoteproto.NetworkListMax)
	}
	for _, n := range list {
		out.Nets = append(out.Nets, n.ref(n.load()))
	}
	return out, nil
}

func connectNumOfNetworks(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfNetworksRet, error) {
	return &remoteproto.ConnectNumOfNetworksRet{Num: int32(len(c.host.selectNetworks(networkActive)))}, nil
}

func connectNumOfDefinedNetworks(c *call, _ *proc.Void) (*remoteproto.ConnectNumOfDefinedNetworksRet, error) {
	return &remoteproto.ConnectNumOfDefinedNetworksRet{Num: int32(len(c.host.selectNetworks(networkInactive)))}, nil
}

// networkNames are at most max names of the networks that flags select.
func (h *Host) networkNames(flags uint32, max int32) (out []string) {
	for _, n := range h.selectNetworks(flags) {
		if len(out) == int(max) {
			break
		}
		out = append(out, n.load().name)
	}
	return out
}

func connectListNetworks(c *call, a *remoteproto.ConnectListNetworksArgs) (*remoteproto.ConnectListNetworksRet, error) {
	return &remoteproto.ConnectListNetworksRet{Names: c.host.networkNames(networkActive, a.Maxnames)}, nil
}

func connectListDefinedNetworks(c *call, a *remoteproto.ConnectListDefinedNetworksArgs) (*remoteproto.ConnectListDefinedNetworksRet, error) {
	return &remoteproto.ConnectListDefinedNetworksRet{Names: c.host.networkNames(networkInactive, a.Maxnames)}, nil
}

func networkLookupByName(c *call, a *remoteproto.NetworkLookupByNameArgs) (*remoteproto.NetworkLookupByNameRet, error) {
	n, err := c.host.networkNamed(a.Name)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NetworkLookupByNameRet{Net: n.ref(n.load())}, nil
}

func networkLookupByUUID(c *call, a *remoteproto.NetworkLookupByUUIDArgs) (*remoteproto.NetworkLookupByUUIDRet, error) {
	n := c.host.networks.uuid(domxml.UUID(a.UUID))
	if n == nil {
		_, err := c.host.networkWithUUID(a.UUID)
		return nil, err
	}
	return &remoteproto.NetworkLookupByUUIDRet{Net: n.ref(n.load())}, nil
}
