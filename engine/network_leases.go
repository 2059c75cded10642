package engine

import (
	"strings"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNetworkLeases(b *binder) {
	s := onNetwork(b, remoteproto.NetworkGetDHCPLeases, networkByUUID, networkGetDHCPLeases)
	needing[drivers.DHCPLeaser](s)
}

// networkGetDHCPLeases lists the addresses of a running network, of one card
// if the caller names it.
func networkGetDHCPLeases(c *call, n *Network, a *remoteproto.NetworkGetDHCPLeasesArgs) (*remoteproto.NetworkGetDHCPLeasesRet, error) {
	r := n.load()
	var leases []drivers.DHCPLease
	if r.active {
		var err error
		if leases, err = c.host.backend.(drivers.DHCPLeaser).DHCPLeases(c, r.def.tree(), r.ports); err != nil {
			return nil, err
		}
	}
	out := &remoteproto.NetworkGetDHCPLeasesRet{}
	for _, l := range leases {
		if a.MAC != nil && !strings.EqualFold(*a.MAC, l.MAC) {
			continue
		}
		out.Ret++
		if a.NeedResults == 0 || out.Ret > remoteproto.NetworkDHCPLeasesMax {
			continue
		}
		kind := vir.IPAddrTypeIPv4
		if l.IPv6 {
			kind = vir.IPAddrTypeIPv6
		}
		out.Leases = append(out.Leases, remoteproto.NetworkDHCPLease{
			Iface: l.Interface, Expirytime: l.Expiry.Unix(), Type: int32(kind), Ipaddr: l.Address, Prefix: uint32(l.Prefix),
			MAC: some(l.MAC), Iaid: some(l.IAID), Hostname: some(l.Hostname), Clientid: some(l.ClientID),
		})
	}
	return out, nil
}

// some is a text for the wire, none where it is empty.
func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
