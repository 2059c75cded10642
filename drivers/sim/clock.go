package sim

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.Clock      = (*Guest)(nil)
	_ drivers.Controller = (*Guest)(nil)
)

// Time is what was last set; the clock does not run.
func (g *Guest) Time(context.Context) (drivers.GuestTime, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.time, nil
}

// SetTime sets the clock.
func (g *Guest) SetTime(_ context.Context, t drivers.GuestTime) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.time = t
	return nil
}

// ControlInfo follows from the clock, so that a test can have each state by
// setting the guest's time: below 10000 a job runs, below 30000 the interface
// is occupied, below 60000 it is in error, with details by the time modulo 4.
func (g *Guest) ControlInfo(context.Context) (drivers.ControlInfo, error) {
	g.mu.Lock()
	t := uint64(g.time.Seconds)
	g.mu.Unlock()
	switch {
	case t == 0 || t >= 60000:
		return drivers.ControlInfo{State: vir.DomainControlOk}, nil
	case t < 10000:
		return drivers.ControlInfo{State: vir.DomainControlJob, StateTime: t}, nil
	case t < 30000:
		return drivers.ControlInfo{State: vir.DomainControlOccupied, StateTime: t - 10000}, nil
	}
	return drivers.ControlInfo{
		State:     vir.DomainControlError,
		Details:   vir.DomainControlErrorReason(t % 4),
		StateTime: t - 30000,
	}, nil
}
