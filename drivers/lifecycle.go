package drivers

import "github.com/govirtd/govirtd/protocol/vir"

// Lifecycle is what a lifecycle event says (VIR_DOMAIN_EVENT_ID_LIFECYCLE).
type Lifecycle struct {
	Event  vir.DomainEventType
	Detail int32
}

// LifecycleTeller is a Personality whose reference tells more of a verb than
// the change of state that it is about.
type LifecycleTeller interface {
	// Lifecycle gives the events before and after that of the verb, which is
	// named as for Personality.StateError, or "power off" where the guest has
	// done it by itself.
	Lifecycle(verb string) (before, after []Lifecycle)
}
