package engine

import (
	"net/netip"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainInterfaceAddresses(b *binder) {
	orNeedsGuest[drivers.AddressAsker](needsGuest[drivers.InterfaceAddresser](onDomain(b, remoteproto.DomainInterfaceAddresses, domainInterfaceAddresses).
		driver(func(c *call, a *remoteproto.DomainInterfaceAddressesArgs) error {
			if a.Source > uint32(vir.DomainInterfaceAddressesSrcArp) {
				return c.host.errorf(vir.ErrArgumentUnsupported, "Unknown IP address data source %d", int32(a.Source))
			}
			return nil
		})))
}

// domainInterfaceAddresses asks the guest for the address of each card, with
// the subnet of the network that it is plugged into.
func domainInterfaceAddresses(c *call, d *Domain, a *remoteproto.DomainInterfaceAddressesArgs) (*remoteproto.DomainInterfaceAddressesRet, error) {
	r := d.load()
	if !r.active() {
		return nil, errNotActive()
	}
	if g, ok := r.guest.(drivers.AddressAsker); ok {
		cards, err := g.CardAddresses(c, vir.DomainInterfaceAddressesSource(a.Source))
		return &remoteproto.DomainInterfaceAddressesRet{Ifaces: ifaces(cards)}, err
	}
	g, err := guestOf[drivers.InterfaceAddresser](c, r)
	if err != nil {
		return nil, err
	}
	out := &remoteproto.DomainInterfaceAddressesRet{}
	cards := r.live.tree().Devices.Interfaces
	for i := range cards {
		card := &cards[i]
		var subnet netip.Prefix
		if card.Type == "network" && card.Source != nil {
			if subnet, err = c.host.networkSubnet(card.Source.Network); err != nil {
				return nil, err
			}
		}
		addr, err := g.InterfaceAddress(c, i, subnet)
		if err != nil {
			return nil, err
		}
		iface := remoteproto.DomainInterface{Addrs: []remoteproto.DomainIPAddr{ipAddr(addr)}}
		if card.Target != nil {
			iface.Name = card.Target.Dev
		}
		if card.MAC != nil {
			mac := card.MAC.Address.String()
			iface.Hwaddr = &mac
		}
		out.Ifaces = append(out.Ifaces, iface)
	}
	return out, nil
}

func ipAddr(addr netip.Prefix) remoteproto.DomainIPAddr {
	kind := vir.IPAddrTypeIPv4
	if addr.Addr().Is6() {
		kind = vir.IPAddrTypeIPv6
	}
	return remoteproto.DomainIPAddr{Type: int32(kind), Addr: addr.Addr().String(), Prefix: uint32(addr.Bits())}
}

func ifaces(cards []drivers.CardAddresses) (out []remoteproto.DomainInterface) {
	for _, card := range cards {
		one := remoteproto.DomainInterface{Name: card.Name, Hwaddr: &card.MAC}
		for _, a := range card.Addresses {
			one.Addrs = append(one.Addrs, ipAddr(a))
		}
		out = append(out, one)
	}
	return out
}
