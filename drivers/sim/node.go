package sim

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.NodeInformer    = (*Backend)(nil)
	_ drivers.CPUMapper       = (*Backend)(nil)
	_ drivers.NodeCPUStatter  = (*Backend)(nil)
	_ drivers.FreeMemorier    = (*Backend)(nil)
	_ drivers.FreePager       = (*Backend)(nil)
	_ drivers.Sysinfoer       = (*Backend)(nil)
	_ drivers.SecurityModeler = (*Backend)(nil)
	_ drivers.MaxVcpuser      = (*Backend)(nil)
	_ drivers.CPUTimer        = (*Backend)(nil)
	_ drivers.BlockInformer   = (*Backend)(nil)
	_ drivers.Scheduler       = (*Backend)(nil)

	_ drivers.DomainCapabilitieser = (*Backend)(nil)
)

// NodeInfo is the size that the host was made with.
func (b *Backend) NodeInfo(context.Context) (drivers.NodeInfo, error) { return b.host.Node, nil }

// CPUMap is the map that the host was made with.
func (b *Backend) CPUMap(context.Context) ([]bool, error) { return b.host.Online, nil }

// NodeCPUStats are the same for every CPU, whether there is one or not.
func (b *Backend) NodeCPUStats(context.Context, int) ([]drivers.NodeCPUStat, error) {
	return []drivers.NodeCPUStat{
		{Name: vir.NodeCPUStatsUser, Value: 9_797_400_000},
		{Name: vir.NodeCPUStatsKernel, Value: 34_678_723_400_000},
		{Name: vir.NodeCPUStatsIdle, Value: 87_264_900_000},
		{Name: vir.NodeCPUStatsIowait, Value: 763_600_000},
	}, nil
}

// FreeMemory is the sum over the cells. The reference gives its KiB where
// bytes are meant, and clients of the simulation know the figure so.
func (b *Backend) FreeMemory(context.Context) (uint64, error) {
	var sum uint64
	for _, c := range b.host.Cells {
		sum += c.Free
	}
	return sum, nil
}

// CellsFreeMemory gives the sizes of the cells, as the reference does.
func (b *Backend) CellsFreeMemory(_ context.Context, start, count int) ([]uint64, error) {
	if start >= len(b.host.Cells) {
		return nil, vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "Range exceeds available cells")
	}
	var out []uint64
	for _, c := range b.host.Cells[start:min(len(b.host.Cells), start+count)] {
		out = append(out, c.Memory)
	}
	return out, nil
}

// FreePages gives figures that follow from the position of the question only.
func (b *Backend) FreePages(_ context.Context, sizes []uint32, start, count int) ([]uint64, error) {
	out := make([]uint64, 0, len(sizes)*count)
	for cell := range count {
		x := int32(start+cell) * 6
		for range sizes {
			x = x*2 + 7
			out = append(out, uint64(int64(x)))
		}
	}
	return out, nil
}

// Sysinfo is a BIOS that never was on this host.
func (b *Backend) Sysinfo(context.Context) (string, error) {
	return string(domxml.FormatHostSysInfo(&domxml.HostSysInfo{Type: "smbios", BIOS: []domxml.SysInfoEntry{
		{Name: "vendor", Value: "LENOVO"},
		{Name: "version", Value: "G4ETA1WW (2.61 )"},
		{Name: "date", Value: "05/07/2014"},
		{Name: "release", Value: "2.61"},
	}})), nil
}

// SecurityModel names a model without rules.
func (b *Backend) SecurityModel(context.Context) (model, doi string, err error) {
	return "testSecurity", "", nil
}

// SecurityLabel is fixed for running guests.
func (b *Backend) SecurityLabel(_ context.Context, _ *domxml.Domain, g drivers.Guest) (label string, enforcing bool, err error) {
	if g == nil {
		return "", false, nil
	}
	return "libvirt-test", true, nil
}

// MaxVcpus is the same for every type.
func (b *Backend) MaxVcpus(context.Context, string) (int, error) { return 32, nil }

// CPUTime is the host's clock, also for domains that do not run.
func (b *Backend) CPUTime(context.Context, *domxml.Domain, drivers.Guest) (uint64, error) {
	return b.microseconds() * 1000, nil
}

// Scheduler is the same for every domain and cannot be changed.
func (b *Backend) Scheduler(context.Context) (name string, weight uint32, err error) {
	return "fair", 50, nil
}

// BlockInfo is the size of every image: 1 TiB, of which the last 512 MiB are
// said not to be there.
func (b *Backend) BlockInfo(_ context.Context, _ *domxml.Domain, _ drivers.Guest, _ string) (drivers.BlockInfo, error) {
	return drivers.BlockInfo{Capacity: 1_099_506_450_432, Allocation: 1_099_511_627_776, Physical: 1_099_511_627_776}, nil
}
