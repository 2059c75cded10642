package remote

import (
	"runtime"
	"sync"
)

// flusher writes the events of many connections with a few goroutines, which
// exist while there is something to do. Writing here never waits: what a
// client does not take at once is its writer's own affair.
type flusher struct {
	mu      sync.Mutex
	lit     []*conn
	running int
}

// add has the queue of c written soon.
func (f *flusher) add(c *conn) {
	if c.lit.Swap(true) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lit = append(f.lit, c)
	if f.running < runtime.GOMAXPROCS(0) {
		f.running++
		go f.run()
	}
}

// run flushes until nothing is left.
func (f *flusher) run() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.lit) > 0 {
		n := len(f.lit) - 1
		c := f.lit[n]
		f.lit[n] = nil
		f.lit = f.lit[:n]
		f.mu.Unlock()
		c.lit.Store(false) // before the flush, so that what comes after counts
		c.out.Flush()
		f.mu.Lock()
	}
	f.running--
}
