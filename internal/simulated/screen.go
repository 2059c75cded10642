package simulated

import (
	"context"
	"io"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Screenshot draws the guest's name and state for each screen that it has.
func (h *Host) Screenshot(ctx context.Context, domain string, state vir.DomainState, g drivers.Guest, screen uint32) (string, io.ReadCloser, error) {
	if g, ok := g.(*guest); ok && screen >= max(1, g.screens) {
		return "", nil, vir.Errorf(vir.FromQEMU, vir.ErrOperationInvalid, "no such screen ID")
	}
	return h.simulation.Screenshot(ctx, domain, state, g, screen)
}
