package sim

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.BlockStatter     = (*Guest)(nil)
	_ drivers.InterfaceStatter = (*Guest)(nil)
	_ drivers.DiskErrorer      = (*Guest)(nil)
	_ drivers.VcpuInformer     = (*Guest)(nil)
	_ drivers.CPUStatter       = (*Guest)(nil)
	_ drivers.MemoryStats      = (*Guest)(nil)
)

// BlockStats grow with the clock, the same for every disk.
func (g *Guest) BlockStats(context.Context, string) (drivers.BlockStats, error) {
	t := int64(g.backend.microseconds())
	return drivers.BlockStats{
		ReadRequests: t / 10, ReadBytes: t / 20,
		WriteRequests: t / 30, WriteBytes: t / 40,
		Errors: t / 2_000_000,
	}, nil
}

// InterfaceStats grow with the clock, the same for every interface.
func (g *Guest) InterfaceStats(context.Context, string) (drivers.InterfaceStats, error) {
	t := int64(g.backend.microseconds())
	return drivers.InterfaceStats{
		RxBytes: t / 10, RxPackets: t / 100, RxErrors: t / 1_000_000, RxDrops: t / 2_000_000,
		TxBytes: t / 20, TxPackets: t / 110, TxErrors: t / 3_000_000, TxDrops: t / 4_000_000,
	}, nil
}

// DiskErrors has every disk in error, of two kinds in turn.
func (g *Guest) DiskErrors(context.Context) ([]drivers.DiskError, error) {
	var out []drivers.DiskError
	drives, _ := g.diskNames()
	for i, d := range drives {
		out = append(out, drivers.DiskError{Disk: d, Code: vir.DomainDiskErrorCode(i%2 + 1)})
	}
	return out, nil
}

// VcpuInfo runs on the last CPU that it may use.
func (g *Guest) VcpuInfo(_ context.Context, _ int, affinity []bool) (drivers.VcpuInfo, error) {
	info := drivers.VcpuInfo{State: vir.VCPURunning, CPUTime: g.backend.microseconds() * 100, CPU: -1}
	for i, may := range affinity {
		if may {
			info.CPU = int32(i)
		}
	}
	return info, nil
}

// totalCPUTime is what every guest has used, in nanoseconds.
const totalCPUTime = 48_772_617_035

// TotalCPUStats are fixed.
func (g *Guest) TotalCPUStats(context.Context) ([]drivers.CPUStat, error) {
	return []drivers.CPUStat{
		{Name: vir.DomainCPUStatsCputime, Value: totalCPUTime},
		{Name: vir.DomainCPUStatsUsertime, Value: 5_540_000_000},
		{Name: vir.DomainCPUStatsSystemtime, Value: 6_460_000_000},
	}, nil
}

// CPUStatsCPUs counts the cores of a socket, as the reference does.
func (g *Guest) CPUStatsCPUs(context.Context) (int, error) {
	return int(g.backend.host.Node.Cores), nil
}

// CPUStats share the total evenly.
func (g *Guest) CPUStats(_ context.Context, start, count int) ([][]drivers.CPUStat, error) {
	total := int(g.backend.host.Node.Cores)
	var out [][]drivers.CPUStat
	for cpu := start; cpu < start+count; cpu++ {
		t := uint64(totalCPUTime/total + cpu)
		out = append(out, []drivers.CPUStat{
			{Name: vir.DomainCPUStatsCputime, Value: t},
			{Name: vir.DomainCPUStatsVcputime, Value: t - 1_234_567_890},
		})
	}
	return out, nil
}

// MemoryStats are fractions of the memory; the guest never swaps.
func (g *Guest) MemoryStats(_ context.Context, memory uint64) ([]drivers.MemoryStat, error) {
	return []drivers.MemoryStat{
		{Tag: vir.DomainMemoryStatActualBalloon, Value: memory},
		{Tag: vir.DomainMemoryStatSwapIn},
		{Tag: vir.DomainMemoryStatSwapOut},
		{Tag: vir.DomainMemoryStatMajorFault},
		{Tag: vir.DomainMemoryStatMinorFault},
		{Tag: vir.DomainMemoryStatUnused, Value: memory / 2},
		{Tag: vir.DomainMemoryStatAvailable, Value: memory},
		{Tag: vir.DomainMemoryStatUsable, Value: memory / 2},
		{Tag: vir.DomainMemoryStatLastUpdate, Value: firstTime},
		{Tag: vir.DomainMemoryStatDiskCaches, Value: memory / 8},
		{Tag: vir.DomainMemoryStatHugetlbPgalloc},
		{Tag: vir.DomainMemoryStatHugetlbPgfail},
		{Tag: vir.DomainMemoryStatRSS, Value: memory / 2},
	}, nil
}
