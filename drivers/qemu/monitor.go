//go:build linux

package qemu

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/internal/qmp"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.MonitorCommander = (*Guest)(nil)

// MonitorCommand passes a command on. What comes of it is the caller's affair;
// the log says that somebody has done it.
func (g *Guest) MonitorCommand(ctx context.Context, command string, human bool, files []*os.File) (string, error) {
	if g.tainted.CompareAndSwap(false, true) {
		g.backend.logs.note(g.name, "Domain id=%d is tainted: custom-monitor", g.id)
	}
	ctx, cancel := context.WithTimeout(qmp.WithOwner(ctx, drivers.Caller(ctx)), g.backend.cfg.Times.Verb)
	defer cancel()
	if human {
		var out string
		err := g.mon.RunFiles(ctx, "human-monitor-command", object{"command-line": command}, &out, files...)
		return out, g.monitorError(err)
	}
	out, err := g.mon.RunRaw(ctx, []byte(command), files...)
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, qmp.ErrHasID):
		return "", errInternal("Unable to append command 'id' string")
	case errors.As(err, &syntax):
		return "", vir.Errorf(vir.FromNone, vir.ErrInternalError, "failed to parse JSON: %s", "unexpected character")
	}
	return string(out), g.monitorError(err)
}
