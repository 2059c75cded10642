package engine

import (
	"slices"
	"sync"

	"github.com/govirtd/govirtd/drivers"
)

// earlyFacts keeps what a guest reports before its domain's record says that
// it runs: one that ends at once would otherwise be taken for running.
type earlyFacts struct {
	mu       sync.Mutex
	released bool
	waiting  []drivers.Fact
}

// hold keeps a fact; false once release was called.
func (e *earlyFacts) hold(f drivers.Fact) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.released {
		return false
	}
	e.waiting = append(e.waiting, f)
	return true
}

// agents takes what was said of the agent inside the guest out of the kept
// facts: the reference tells of it before it says that the guest has started.
func (e *earlyFacts) agents() (list []drivers.Fact) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting = slices.DeleteFunc(e.waiting, func(f drivers.Fact) bool {
		_, ok := f.(drivers.AgentChanged)
		if ok {
			list = append(list, f)
		}
		return ok
	})
	return list
}

// release gives the kept facts to take, in their order; later ones are no
// longer kept.
func (e *earlyFacts) release(take func(drivers.Fact)) {
	for {
		e.mu.Lock()
		list := e.waiting
		e.waiting = nil
		e.released = len(list) == 0
		e.mu.Unlock()
		if len(list) == 0 {
			return
		}
		for _, f := range list {
			take(f)
		}
	}
}
