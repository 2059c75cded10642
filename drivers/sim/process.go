package sim

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.ProcessSignaler = (*Backend)(nil)

// CheckProcess knows one process, number 1.
func (b *Backend) CheckProcess(_ context.Context, pid int64) error {
	if pid != 1 {
		return vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "only sending a signal to pid 1 is supported")
	}
	return nil
}

// SignalProcess is ignored by the process, also while the guest is off.
func (b *Backend) SignalProcess(context.Context, drivers.Guest, int64, int32) error { return nil }
