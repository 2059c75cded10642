// Package definition stands in for drivers that are not there yet: it has
// networks and network filters as definitions, and starts none of them.
package definition

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.Networker    = Networks{}
	_ drivers.PacketFilter = Filters{}
)

// Networks are defined, listed and kept.
type Networks struct{}

// StartNetwork is VIR_ERR_OPERATION_UNSUPPORTED.
func (Networks) StartNetwork(_ context.Context, n *domxml.Network) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrOperationUnsupported,
		"network '%s' cannot be started: this daemon keeps networks but does not run them yet; "+
			"a guest can use <interface type='user'/>, or an existing bridge with <interface type='bridge'/>", n.Name)
}

// StopNetwork finds nothing to stop.
func (Networks) StopNetwork(context.Context, *domxml.Network) error { return nil }

// UpdateNetwork finds nothing to change.
func (Networks) UpdateNetwork(context.Context, *domxml.Network) error { return nil }

// Filters are defined, listed and kept.
type Filters struct{}

// BindFilter is VIR_ERR_OPERATION_UNSUPPORTED.
func (Filters) BindFilter(_ context.Context, b *domxml.NWFilterBinding, _ []*domxml.NWFilter) error {
	return vir.Errorf(vir.FromNWFilter, vir.ErrOperationUnsupported,
		"port '%s' cannot be filtered: this daemon keeps network filters but does not apply them yet", b.PortDev.Name)
}

// UnbindFilter finds nothing to take away.
func (Filters) UnbindFilter(context.Context, *domxml.NWFilterBinding) error { return nil }
