package engine

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// What a domain has done so far: disks, interfaces, memory, processors.

func bindDomainCounters(b *binder) {
	needsGuest[drivers.BlockStatter](onDomain(b, remoteproto.DomainBlockStats, domainBlockStats).
		driver(func(c *call, a *remoteproto.DomainBlockStatsArgs) error {
			if a.Path == "" {
				return c.host.errorf(vir.ErrOperationUnsupported, "summary statistics are not supported yet")
			}
			return nil
		}))
	needing[drivers.BlockInformer](onDomain(b, remoteproto.DomainGetBlockInfo, domainGetBlockInfo).
		args(func(a *remoteproto.DomainGetBlockInfoArgs) error {
			p := remoteproto.DomainGetBlockInfo.Info
			if a.Path == "" {
				return argError(p, "disk", "string disk in %s must not be empty", p.API)
			}
			return nil
		}))
	onGuest(b, remoteproto.DomainGetDiskErrors, domainGetDiskErrors).
		wire(func(a *remoteproto.DomainGetDiskErrorsArgs) error {
			if a.Maxerrors > remoteproto.DomainDiskErrorsMax {
				return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "maxerrors too large")
			}
			return nil
		})
	needsGuest[drivers.InterfaceStatter](onDomain(b, remoteproto.DomainInterfaceStats, domainInterfaceStats))
	onDomain(b, remoteproto.DomainMemoryStats, domainMemoryStats).
		wire(func(a *remoteproto.DomainMemoryStatsArgs) error {
			if a.MaxStats > remoteproto.DomainMemoryStatsMax {
				return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "maxStats > REMOTE_DOMAIN_MEMORY_STATS_MAX")
			}
			return nil
		})
	onGuest(b, remoteproto.DomainGetCPUStats, domainGetCPUStats).wire(boundCPUStats).args(checkCPUStats)
}

func domainBlockStats(c *call, d *Domain, a *remoteproto.DomainBlockStatsArgs) (*remoteproto.DomainBlockStatsRet, error) {
	r := d.load()
	if !r.active() {
		return nil, errNotActive()
	}
	target := r.live.tree().DiskByPath(a.Path)
	if target == "" {
		return nil, c.host.errorf(vir.ErrInvalidArg, "invalid path: %s", a.Path)
	}
	g, err := guestOf[drivers.BlockStatter](c, r)
	if err != nil {
		return nil, err
	}
	s, err := g.BlockStats(c, target)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainBlockStatsRet{RdReq: s.ReadRequests, RdBytes: s.ReadBytes, WrReq: s.WriteRequests, WrBytes: s.WriteBytes, Errs: s.Errors}, nil
}

func domainGetBlockInfo(c *call, d *Domain, a *remoteproto.DomainGetBlockInfoArgs) (*remoteproto.DomainGetBlockInfoRet, error) {
	r := d.load()
	t := r.current().tree()
	target := t.DiskByPath(a.Path)
	if target == "" {
		return nil, c.host.errorf(vir.ErrInvalidArg, "invalid path %s not assigned to domain", a.Path)
	}
	i, err := c.host.backend.(drivers.BlockInformer).BlockInfo(c, t, r.guest, target)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetBlockInfoRet{Allocation: i.Allocation, Capacity: i.Capacity, Physical: i.Physical}, nil
}

func domainGetDiskErrors(c *call, g drivers.DiskErrorer, a *remoteproto.DomainGetDiskErrorsArgs) (*remoteproto.DomainGetDiskErrorsRet, error) {
	list, err := g.DiskErrors(c)
	if err != nil {
		return nil, err
	}
	if a.Maxerrors == 0 {
		return &remoteproto.DomainGetDiskErrorsRet{Nerrors: int32(len(list))}, nil
	}
	out := &remoteproto.DomainGetDiskErrorsRet{}
	for _, e := range list[:min(len(list), int(a.Maxerrors))] {
		out.Errors = append(out.Errors, remoteproto.DomainDiskError{Disk: e.Disk, Error: int32(e.Code)})
	}
	out.Nerrors = int32(len(out.Errors))
	return out, nil
}

func domainInterfaceStats(c *call, d *Domain, a *remoteproto.DomainInterfaceStatsArgs) (*remoteproto.DomainInterfaceStatsRet, error) {
	r := d.load()
	if !r.active() {
		return nil, errNotActive()
	}
	t := r.live.tree()
	target := t.InterfaceByDevice(a.Device)
	switch {
	case target == "" && hasNamelessCard(t, a.Device):
		return nil, vir.Errorf(vir.FromNone, vir.ErrInternalError, "Interface name not provided")
	case target == "":
		return nil, vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "'%s' is not a known interface", a.Device)
	}
	g, err := guestOf[drivers.InterfaceStatter](c, r)
	if err != nil {
		return nil, err
	}
	s, err := g.InterfaceStats(c, target)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainInterfaceStatsRet{
		RxBytes: s.RxBytes, RxPackets: s.RxPackets, RxErrs: s.RxErrors, RxDrop: s.RxDrops,
		TxBytes: s.TxBytes, TxPackets: s.TxPackets, TxErrs: s.TxErrors, TxDrop: s.TxDrops,
	}, nil
}

// domainMemoryStats gives the figures of a simulated balloon; they follow
// from the memory that the guest has now.
func domainMemoryStats(c *call, d *Domain, a *remoteproto.DomainMemoryStatsArgs) (*remoteproto.DomainMemoryStatsRet, error) {
	r := d.load()
	if !r.active() {
		return nil, errNotActive()
	}
	if !r.live.tree().HasMemballoon() {
		return &remoteproto.DomainMemoryStatsRet{}, nil
	}
	m, err := guestOf[drivers.MemoryStats](c, r)
	if err != nil {
		return nil, err
	}
	stats, err := m.MemoryStats(c, r.live.memory)
	if err != nil {
		return nil, err
	}
	out := &remoteproto.DomainMemoryStatsRet{}
	for _, s := range stats[:min(len(stats), int(a.MaxStats))] {
		out.Stats = append(out.Stats, remoteproto.DomainMemoryStat{Tag: int32(s.Tag), Val: s.Value})
	}
	return out, nil
}

// boundCPUStats bounds the figures that a caller wants.
func boundCPUStats(a *remoteproto.DomainGetCPUStatsArgs) error {
	if a.Nparams > 16 {
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "nparams too large")
	}
	if a.Ncpus > remoteproto.DomainGetCPUStatsNcpusMax {
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "ncpus too large")
	}
	return nil
}

// checkCPUStats is the public function's check: the total is one, and there
// must be room for what is asked for.
func checkCPUStats(a *remoteproto.DomainGetCPUStatsArgs) error {
	p := remoteproto.DomainGetCPUStats.Info
	switch {
	case a.StartCPU == -1 && a.Ncpus != 1:
		return argError(p, "start_cpu", "ncpus must be 1 when start_cpu is -1")
	case a.StartCPU < -1:
		return nonNegative(p, "start_cpu", a.StartCPU)
	}
	return notNull(p, "params", a.Ncpus != 0 || a.Nparams == 0)
}

// domainGetCPUStats answers four questions: how many CPUs there are (ncpus
// 0), how many figures each has (nparams 0), the total (start_cpu -1), the
// figures of some CPUs.
func domainGetCPUStats(c *call, g drivers.CPUStatter, a *remoteproto.DomainGetCPUStatsArgs) (*remoteproto.DomainGetCPUStatsRet, error) {
	n, err := g.CPUStatsCPUs(c)
	if err != nil {
		return nil, err
	}
	start := int(a.StartCPU)
	if start >= n {
		if a.Nparams != 0 {
			return nil, c.host.errorf(vir.ErrInvalidArg, "start_cpu %d larger than maximum of %d", start, n-1)
		}
		start = 0 // who only counts may begin anywhere
	}
	if a.Ncpus == 0 {
		return &remoteproto.DomainGetCPUStatsRet{Nparams: int32(n)}, nil
	}
	var groups [][]drivers.CPUStat
	if start == -1 {
		total, err := g.TotalCPUStats(c)
		if err != nil {
			return nil, err
		}
		groups = [][]drivers.CPUStat{total}
	} else if groups, err = g.CPUStats(c, start, min(int(a.Ncpus), n-start)); err != nil {
		return nil, err
	}
	each := 0
	if len(groups) > 0 {
		each = len(groups[0])
	}
	if a.Nparams == 0 {
		return &remoteproto.DomainGetCPUStatsRet{Nparams: int32(each)}, nil
	}
	each = min(each, int(a.Nparams))
	var p params
	for _, group := range groups {
		for _, s := range group[:each] {
			p = p.ullong(s.Name, s.Value)
		}
	}
	return &remoteproto.DomainGetCPUStatsRet{Params: p, Nparams: int32(each)}, nil
}

// hasNamelessCard reports whether the address is that of a card without a device on the host, as those of user-mode
// networks are: nothing counts for it.
func hasNamelessCard(t *domxml.Domain, device string) bool {
	mac, ok := domxml.ParseMAC(device)
	return ok && slices.ContainsFunc(t.Devices.Interfaces, func(c domxml.Interface) bool {
		return (c.Target == nil || c.Target.Dev == "") && c.MAC != nil && c.MAC.Address == mac
	})
}
