//go:build linux

package qemu

import (
	"context"
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.Controller = (*Guest)(nil)

// ControlInfo tells whether the monitor would answer. It is not asked.
func (g *Guest) ControlInfo(context.Context) (drivers.ControlInfo, error) {
	if g.mon.Err() != nil {
		return drivers.ControlInfo{State: vir.DomainControlError, Details: vir.DomainControlErrorReasonMonitor}, nil
	}
	if _, since, busy := g.mon.Busy(); busy {
		return drivers.ControlInfo{State: vir.DomainControlOccupied, StateTime: uint64(time.Since(since).Milliseconds())}, nil
	}
	return drivers.ControlInfo{}, nil
}

var _ drivers.Scheduler = (*Backend)(nil)

// Scheduler would be the control group's, which guests do not have.
func (*Backend) Scheduler(context.Context) (name string, weight uint32, err error) {
	return "", 0, errInvalid("cgroup CPU controller is not mounted")
}
