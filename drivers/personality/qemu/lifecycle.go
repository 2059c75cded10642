package qemupersonality

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.LifecycleTeller = (*Personality)(nil)

// Lifecycle tells of a start that the processors run before it tells that the
// domain has started, and of a paused one that they stand.
func (*Personality) Lifecycle(verb string) (before, after []drivers.Lifecycle) {
	switch verb {
	case "start":
		before = []drivers.Lifecycle{{Event: vir.DomainEventResumed, Detail: int32(vir.DomainEventResumedUnpaused)}}
	case "start paused":
		after = []drivers.Lifecycle{{Event: vir.DomainEventSuspended, Detail: int32(vir.DomainEventSuspendedPaused)}}
	}
	return before, after
}
