package drivers

import (
	"context"
	"time"

	"github.com/govirtd/govirtd/domxml"
)

// Networker runs virtual networks: it makes bridges and what serves guests
// there. A Backend without it answers VIR_ERR_NO_SUPPORT for everything about
// networks. The engine has the definitions, states and ports.
type Networker interface {
	// StartNetwork brings a network up. The document must not be changed.
	StartNetwork(ctx context.Context, n *domxml.Network) error
	// StopNetwork takes a network down that StartNetwork brought up.
	StopNetwork(ctx context.Context, n *domxml.Network) error
	// UpdateNetwork makes a running network follow its changed document.
	UpdateNetwork(ctx context.Context, n *domxml.Network) error
}

// DHCPLease is an address that a network has given out.
type DHCPLease struct {
	Interface string // the bridge
	Expiry    time.Time
	IPv6      bool
	MAC       string
	IAID      string // IPv6 only
	Address   string
	Prefix    uint
	Hostname  string
	ClientID  string
}

// DHCPLeaser lists the leases of a running network for the ports that are
// plugged in. Without it virNetworkGetDHCPLeases is VIR_ERR_NO_SUPPORT.
type DHCPLeaser interface {
	DHCPLeases(ctx context.Context, n *domxml.Network, ports []*domxml.NetworkPort) ([]DHCPLease, error)
}

// NetworkCompleter is the ability of a Personality to change a parsed network
// before it is stored: defaults of the scheme, or what it does not know.
type NetworkCompleter interface {
	CompleteNetwork(n *domxml.Network) error
}
