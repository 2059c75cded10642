// Package memory keeps the daemon small: how often the heap is collected, and
// giving back what only the start has used.
package memory

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The heap may grow by share percent of what is alive, but at least by small
// before it is collected again. A fixed percentage is either slow for the
// small heap of a daemon with few domains, or doubles the large one of ten
// thousand.
const (
	small    = 16 << 20
	share    = 50
	mostPart = 800
)

// Tune sets how often the heap is collected, now and after each collection.
func Tune() {
	adjust(live())
	arm()
}

// percent is the garbage that may come upon a heap with so much alive.
func percent(live uint64) int {
	return int(min(max(share, small*100/max(live, 1)), mostPart))
}

var last int

// adjust is called by one goroutine at a time.
func adjust(live uint64) {
	if p := percent(live); p < last*9/10 || p > last*11/10 {
		last = p
		debug.SetGCPercent(p)
	}
}

// sentinel is garbage at once: its end tells of a collection.
type sentinel struct{ _ *int }

func arm() {
	runtime.AddCleanup(&sentinel{}, func(int) {
		adjust(live())
		arm()
	}, 0)
}

// live is what the last collection has found alive.
func live() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// Settle gives back what the start has used: garbage, and the pages of the
// program that nobody may need any more. What is needed again comes back from
// the page cache.
func Settle() {
	debug.FreeOSMemory()
	dropProgram()
}
