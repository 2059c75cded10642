package sim

import (
	"context"
	"net/netip"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

var (
	_ drivers.Networker  = (*Backend)(nil)
	_ drivers.DHCPLeaser = (*Backend)(nil)
)

// StartNetwork has nothing to do: there are no bridges on a simulated host.
func (*Backend) StartNetwork(context.Context, *domxml.Network) error { return nil }

// StopNetwork has nothing to do.
func (*Backend) StopNetwork(context.Context, *domxml.Network) error { return nil }

// UpdateNetwork has nothing to do.
func (*Backend) UpdateNetwork(context.Context, *domxml.Network) error { return nil }

// leaseTime is that of dnsmasq.
const leaseTime = time.Hour

// DHCPLeases gives every port an address, in the order of the ports: the one
// that the network has fixed for its card, otherwise the next of the range.
func (b *Backend) DHCPLeases(_ context.Context, n *domxml.Network, ports []*domxml.NetworkPort) (out []drivers.DHCPLease, err error) {
	for i := range n.IPs {
		in := &n.IPs[i]
		_, subnet, ok := in.Subnet()
		if in.DHCP == nil || !ok {
			continue
		}
		pool := newPool(in.DHCP)
		for _, p := range ports {
			l := drivers.DHCPLease{
				Expiry: b.now().Add(leaseTime), MAC: p.MAC.Address.String(), Prefix: uint(subnet.Bits()),
				Hostname: p.Owner.Name, IPv6: subnet.Addr().Is6(),
			}
			if n.Bridge != nil {
				l.Interface = n.Bridge.Name
			}
			if l.Address = pool.address(p.MAC.Address, &l.Hostname); l.Address != "" {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

// pool gives addresses out.
type pool struct {
	dhcp  *domxml.NetworkDHCP
	fixed map[string]bool
	next  netip.Addr
	ranks int // ranges begun
}

func newPool(d *domxml.NetworkDHCP) *pool {
	p := &pool{dhcp: d, fixed: map[string]bool{}}
	for _, h := range d.Hosts {
		p.fixed[h.IP] = true
	}
	return p
}

// address is that of a card; empty when all are gone.
func (p *pool) address(mac domxml.MAC, hostname *string) string {
	for _, h := range p.dhcp.Hosts {
		if m, ok := domxml.ParseMAC(h.MAC); ok && m == mac {
			if h.Name != "" {
				*hostname = h.Name
			}
			return h.IP
		}
	}
	for {
		if p.ranks > 0 {
			if end, err := netip.ParseAddr(p.dhcp.Ranges[p.ranks-1].End); err == nil && p.next.IsValid() && !end.Less(p.next) {
				a := p.next
				if p.next = a.Next(); !p.fixed[a.String()] {
					return a.String()
				}
				continue
			}
		}
		if p.ranks == len(p.dhcp.Ranges) {
			return ""
		}
		p.next, _ = netip.ParseAddr(p.dhcp.Ranges[p.ranks].Start)
		p.ranks++
	}
}
