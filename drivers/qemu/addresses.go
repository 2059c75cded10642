//go:build linux

package qemu

import (
	"context"
	"net/netip"
	"os"
	"strings"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.AddressAsker = (*Guest)(nil)

// CardAddresses finds none in leases: networks do not run yet, and hand out no
// addresses.
func (g *Guest) CardAddresses(_ context.Context, from vir.DomainInterfaceAddressesSource) ([]drivers.CardAddresses, error) {
	switch from {
	case vir.DomainInterfaceAddressesSrcAgent:
		return nil, g.noAgent()
	case vir.DomainInterfaceAddressesSrcArp:
		table, err := os.ReadFile("/proc/net/arp")
		if err != nil {
			return nil, errSystem(vir.FromNone, err, "cannot read the table of neighbours")
		}
		return g.neighbours(string(table)), nil
	}
	return nil, nil
}

// neighbours finds the cards of the guest in the kernel's table: address, type,
// flags, MAC, mask and interface in each line behind the first.
func (g *Guest) neighbours(table string) (out []drivers.CardAddresses) {
	cards := g.live.Load().Devices.Interfaces
	for i := range cards {
		n := &cards[i]
		if n.MAC == nil || n.Target == nil || n.Target.Dev == "" {
			continue
		}
		c := drivers.CardAddresses{Name: n.Target.Dev, MAC: n.MAC.Address.String()}
		for line := range strings.Lines(table) {
			words := strings.Fields(line)
			if len(words) < 6 || !strings.EqualFold(words[3], c.MAC) {
				continue
			}
			if a, err := netip.ParseAddr(words[0]); err == nil {
				c.Addresses = append(c.Addresses, netip.PrefixFrom(a, 0))
			}
		}
		if len(c.Addresses) > 0 {
			out = append(out, c)
		}
	}
	return out
}
