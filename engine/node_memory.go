package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNodeMemory(b *binder) {
	needing[drivers.NodeMemoryStatter](onConn(b, remoteproto.NodeGetMemoryStats, nodeGetMemoryStats).
		wire(func(a *remoteproto.NodeGetMemoryStatsArgs) error {
			return checkNparams(a.Nparams, remoteproto.NodeMemoryStatsMax)
		}).
		args(func(a *remoteproto.NodeGetMemoryStatsArgs) error {
			if a.CellNum < -1 {
				return argError(remoteproto.NodeGetMemoryStats.Info, "cpuNum", "cellNum in virNodeGetMemoryStats only accepts -1 as a negative value")
			}
			return nil
		}))
	needing[drivers.NodeMemoryTuner](onConn(b, remoteproto.NodeGetMemoryParameters, nodeGetMemoryParameters).
		wire(func(a *remoteproto.NodeGetMemoryParametersArgs) error {
			return checkNparams(a.Nparams, remoteproto.NodeMemoryParametersMax)
		}).knows(uint32(vir.TypedParamStringOkay)))
	needing[drivers.NodeMemoryTuner](onConn(b, remoteproto.NodeSetMemoryParameters, nodeSetMemoryParameters).
		wire(func(a *remoteproto.NodeSetMemoryParametersArgs) error { return checkParamNames(a.Params) }).
		args(func(a *remoteproto.NodeSetMemoryParametersArgs) error {
			return someParams(remoteproto.NodeSetMemoryParameters.Info, a.Params)
		}))
	needing[drivers.PageAllocator](onConn(b, remoteproto.NodeAllocPages, nodeAllocPages).
		args(func(a *remoteproto.NodeAllocPagesArgs) error {
			p := remoteproto.NodeAllocPages.Info
			return first(notZero(p, "npages", int32(len(a.PageSizes))), notNull(p, "pageCounts", len(a.PageCounts) > 0), notZero(p, "cellCount", a.CellCount))
		}).knows(uint32(vir.NodeAllocPagesSet)))
	needing[drivers.SEVInformer](onConn(b, remoteproto.NodeGetSEVInfo, nodeGetSEVInfo).knows(uint32(vir.TypedParamStringOkay)))
}

func nodeGetMemoryStats(c *call, a *remoteproto.NodeGetMemoryStatsArgs) (*remoteproto.NodeGetMemoryStatsRet, error) {
	stats, err := c.host.backend.(drivers.NodeMemoryStatter).NodeMemoryStats(c, int(a.CellNum))
	if err != nil {
		return nil, err
	}
	if a.Nparams == 0 {
		return &remoteproto.NodeGetMemoryStatsRet{Nparams: int32(len(stats))}, nil
	}
	r := &remoteproto.NodeGetMemoryStatsRet{}
	for _, s := range stats[:min(len(stats), int(a.Nparams))] {
		r.Params = append(r.Params, remoteproto.NodeMemoryStat{Field: s.Name, Value: s.Value})
	}
	return r, nil
}

func nodeGetMemoryParameters(c *call, a *remoteproto.NodeGetMemoryParametersArgs) (*remoteproto.NodeGetMemoryParametersRet, error) {
	list, err := c.host.backend.(drivers.NodeMemoryTuner).NodeMemoryParameters(c)
	if err != nil {
		return nil, err
	}
	var out params
	for _, p := range list {
		if p.Wide {
			out = out.ullong(p.Name, p.Value)
		} else {
			out = out.uint(p.Name, uint32(p.Value))
		}
	}
	r := &remoteproto.NodeGetMemoryParametersRet{}
	r.Params, r.Nparams = out.answer(a.Nparams, a.Flags)
	return r, nil
}

// settableMemory are the parameters that can be changed.
var settableMemory = []paramRule{
	{vir.NodeMemorySharedPagesToScan, vir.TypedParamUint},
	{vir.NodeMemorySharedSleepMillisecs, vir.TypedParamUint},
	{vir.NodeMemorySharedMergeAcrossNodes, vir.TypedParamUint},
}

func nodeSetMemoryParameters(c *call, a *remoteproto.NodeSetMemoryParametersArgs) (*proc.Void, error) {
	if err := checkParams(a.Params, settableMemory...); err != nil {
		return nil, err
	}
	list := make([]drivers.NodeMemoryParameter, 0, len(a.Params))
	for i := range a.Params {
		list = append(list, drivers.NodeMemoryParameter{Name: a.Params[i].Field, Value: uint64(a.Params[i].Value.Ui)})
	}
	return nil, c.host.backend.(drivers.NodeMemoryTuner).SetNodeMemoryParameters(c, list)
}

func nodeAllocPages(c *call, a *remoteproto.NodeAllocPagesArgs) (*remoteproto.NodeAllocPagesRet, error) {
	if len(a.PageSizes) != len(a.PageCounts) {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "%d sizes of pages have %d counts", len(a.PageSizes), len(a.PageCounts))
	}
	add := a.Flags&uint32(vir.NodeAllocPagesSet) == 0
	n, err := c.host.backend.(drivers.PageAllocator).AllocPages(c, a.PageSizes, a.PageCounts, int(a.StartCell), int(a.CellCount), add)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeAllocPagesRet{Ret: int32(n)}, nil
}

// nodeGetSEVInfo gives everything: clients do not say how much they take.
func nodeGetSEVInfo(c *call, a *remoteproto.NodeGetSEVInfoArgs) (*remoteproto.NodeGetSEVInfoRet, error) {
	s, err := c.host.backend.(drivers.SEVInformer).SEVInfo(c)
	if err != nil {
		return nil, err
	}
	var out params
	out = out.string(vir.NodeSEVPdh, s.PDH).string(vir.NodeSEVCertChain, s.CertChain).string(vir.NodeSEVCpu0ID, s.CPU0ID).
		uint(vir.NodeSEVCbitpos, s.CBitPos).uint(vir.NodeSEVReducedPhysBits, s.ReducedPhysBits).
		uint(vir.NodeSEVMaxGuests, s.MaxGuests).uint(vir.NodeSEVMaxEsGuests, s.MaxESGuests)
	list, _ := out.answer(int32(len(out)), a.Flags)
	return &remoteproto.NodeGetSEVInfoRet{Params: list}, nil
}
