//go:build linux

package node

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// tick is the length of the unit of /proc/stat in nanoseconds: USER_HZ is 100
// on everything that has Linux and KVM.
const tick = 10_000_000

// NodeCPUStats is the time that a CPU has spent since the host was started.
func (h *Host) NodeCPUStats(_ context.Context, cpu int) ([]drivers.NodeCPUStat, error) {
	text, err := h.read("proc/stat")
	if err != nil {
		return nil, err
	}
	name := "cpu"
	if cpu >= 0 {
		name = fmt.Sprintf("cpu%d", cpu)
	}
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.Fields(line)
		if len(words) < 5 || words[0] != name {
			continue
		}
		// user nice system idle iowait irq softirq; older kernels have fewer.
		var n [7]uint64
		for i, w := range words[1:min(len(words), 8)] {
			n[i], _ = strconv.ParseUint(w, 10, 64)
		}
		return []drivers.NodeCPUStat{
			{Name: vir.NodeCPUStatsKernel, Value: (n[2] + n[5] + n[6]) * tick},
			{Name: vir.NodeCPUStatsUser, Value: (n[0] + n[1]) * tick},
			{Name: vir.NodeCPUStatsIdle, Value: n[3] * tick},
			{Name: vir.NodeCPUStatsIowait, Value: n[4] * tick},
		}, nil
	}
	return nil, vir.ArgError(vir.FromNone, vir.ErrInvalidArg, "virHostCPUGetStatsLinux", "cpuNum",
		"Invalid cpuNum in virHostCPUGetStatsLinux")
}
