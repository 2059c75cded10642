package drivers

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// DomainStat is one figure of virConnectGetAllDomainStats; Value is an int32,
// uint32, int64, uint64, float64, bool or string.
type DomainStat struct {
	Name  string // vcpu.0.time
	Value any
}

// DomainStatsQuery is what is asked of one domain.
type DomainStatsQuery struct {
	Domain *domxml.Domain // as it runs, or else its definition; not to be changed
	Guest  Guest          // nil while it is inactive
	Groups vir.DomainStatsTypes
	// Backing asks for all images of disks
	// (VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING).
	Backing bool
}

// DomainStatter is a Backend that has figures of domains, beside the state,
// which is the engine's. It does not wait for a guest that does not answer:
// what is not known is left out.
type DomainStatter interface {
	DomainStatsGroups() vir.DomainStatsTypes
	DomainStats(ctx context.Context, q DomainStatsQuery) []DomainStat
}
