//go:build linux

package node

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// NodeMemoryStats are the figures of a cell in KiB; -1 is the whole host,
// which also tells what its caches hold.
func (h *Host) NodeMemoryStats(_ context.Context, cellNum int) ([]drivers.NodeMemoryStat, error) {
	if last := h.lastCell(); cellNum > last {
		return nil, vir.ArgError(vir.FromNone, vir.ErrInvalidArg, "virHostMemGetStats", "cellNum",
			"cellNum in virHostMemGetStats must be less than or equal to %d", last)
	}
	m := h.meminfo(h.cellOrHost(cellNum))
	out := []drivers.NodeMemoryStat{
		{Name: vir.NodeMemoryStatsTotal, Value: m["MemTotal"]},
		{Name: vir.NodeMemoryStatsFree, Value: m["MemFree"]},
	}
	if cellNum < 0 {
		out = append(out,
			drivers.NodeMemoryStat{Name: vir.NodeMemoryStatsBuffers, Value: m["Buffers"]},
			drivers.NodeMemoryStat{Name: vir.NodeMemoryStatsCached, Value: m["Cached"]})
	}
	return out, nil
}
