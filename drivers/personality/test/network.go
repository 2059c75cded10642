package testpersonality

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

var _ drivers.NetworkCompleter = (*Personality)(nil)

// CompleteNetwork drops the options for dnsmasq, whose namespace the test
// driver does not know.
func (*Personality) CompleteNetwork(n *domxml.Network) error {
	n.DNSMasq = nil
	return nil
}
