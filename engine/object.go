package engine

import (
	"sync"
	"sync/atomic"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
)

// object is what objects of every kind are made of: an identity, and a record
// of type R that holds everything else and never changes. Reads take the
// record as it is; update swaps it for a changed copy.
type object[R any] struct {
	host *Host
	uuid domxml.UUID // zero for kinds that have names only

	mu  sync.Mutex // held while the record is swapped and events are queued
	rec atomic.Pointer[R]
}

func (o *object[R]) load() *R { return o.rec.Load() }

// update swaps the record for a changed copy and publishes what change
// returns, all in one step. origin is the call that asked for it, or nil.
func (o *object[R]) update(origin *proc.Call, change func(r *R) []*event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := *o.rec.Load()
	events := change(&r)
	o.rec.Store(&r)
	for _, ev := range events {
		o.host.bus.publish(ev, origin)
	}
}
