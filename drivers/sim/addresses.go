package sim

import (
	"context"
	"net/netip"

	"github.com/govirtd/govirtd/drivers"
)

var _ drivers.InterfaceAddresser = (*Guest)(nil)

// addressesPerGuest is how many addresses of a network each guest has.
const addressesPerGuest = 20

// InterfaceAddress follows from the guest's id and the card's number. Cards
// without a network are in one of their own.
func (g *Guest) InterfaceAddress(_ context.Context, i int, subnet netip.Prefix) (netip.Prefix, error) {
	n := addressesPerGuest*int(g.id-1) + i + 1
	if !subnet.IsValid() {
		subnet, n = netip.MustParsePrefix("192.168.0.0/24"), i+1
	}
	return netip.PrefixFrom(plus(subnet.Addr(), n), subnet.Bits()), nil
}

// plus counts on from an address; it begins again behind the last one.
func plus(a netip.Addr, n int) netip.Addr {
	b := a.AsSlice()
	for i := len(b) - 1; i >= 0 && n != 0; i-- {
		n += int(b[i])
		b[i], n = byte(n), n>>8
	}
	out, _ := netip.AddrFromSlice(b)
	return out
}
