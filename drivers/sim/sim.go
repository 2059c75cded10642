// Package sim is the simulated backend: guests that exist in memory only, on
// a host whose figures are made up.
//
// Everything that a guest answers follows from its definition, its id and the
// clock, as in the reference's test driver, so that a test can foresee it.
// Guests obey at once: asked to shut down, they have shut down when the call
// returns. Where the reference simulates nothing, ours has something small
// that works: a console that answers (console.go), a picture of the screen
// (screenshot.go).
package sim

import (
	"context"
	"reflect"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/cpumap"
)

// Backend is a simulated host. Its methods may be called from any goroutine.
type Backend struct {
	host drivers.SimulatedHost
	now  func() time.Time
	// cpuDir is where the map of CPUs is; see cpu.go.
	cpuDir string

	contents contents // of storage volumes
}

var _ drivers.Backend = (*Backend)(nil)

// New makes a simulated host; now is its clock.
func New(host drivers.SimulatedHost, now func() time.Time) *Backend {
	return &Backend{host: host, now: now, cpuDir: cpumap.Dir}
}

// Start brings a guest to life.
func (b *Backend) Start(_ context.Context, d *domxml.Domain, o drivers.StartOptions, notify drivers.Notify) (drivers.Guest, error) {
	return newGuest(b, d, o, notify), nil
}

// Immediate says that guests obey at once.
func (*Backend) Immediate() {}

// GuestType is *Guest.
func (*Backend) GuestType() reflect.Type { return reflect.TypeFor[*Guest]() }

// microseconds are those since the epoch: most counters are made from them.
func (b *Backend) microseconds() uint64 { return uint64(b.now().UnixMicro()) }
