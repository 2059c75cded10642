package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindNode(b *binder) {
	needing[drivers.NodeInformer](onConn(b, remoteproto.NodeGetInfo, nodeGetInfo))
	needing[drivers.FreeMemorier](onConn(b, remoteproto.NodeGetFreeMemory, nodeGetFreeMemory))
	needing[drivers.FreeMemorier](onConn(b, remoteproto.NodeGetCellsFreeMemory, nodeGetCellsFreeMemory).
		wire(func(a *remoteproto.NodeGetCellsFreeMemoryArgs) error {
			return checkMax(a.Maxcells, "maxcells", remoteproto.NodeMaxCells, "REMOTE_NODE_MAX_CELLS")
		}).
		args(func(a *remoteproto.NodeGetCellsFreeMemoryArgs) error {
			p := remoteproto.NodeGetCellsFreeMemory.Info
			return first(positive(p, "maxCells", a.Maxcells), nonNegative(p, "startCell", a.StartCell))
		}))
	needing[drivers.SecurityModeler](onConn(b, remoteproto.NodeGetSecurityModel, nodeGetSecurityModel))
	needing[drivers.NodeCPUStatter](onConn(b, remoteproto.NodeGetCPUStats, nodeGetCPUStats).
		wire(func(a *remoteproto.NodeGetCPUStatsArgs) error {
			return checkNparams(a.Nparams, remoteproto.NodeCPUStatsMax)
		}).
		args(func(a *remoteproto.NodeGetCPUStatsArgs) error {
			if a.CPUNum < -1 {
				return argError(remoteproto.NodeGetCPUStats.Info, "cpuNum", "cpuNum in virNodeGetCPUStats only accepts -1 as a negative value")
			}
			return nil
		}))
	needing[drivers.CPUMapper](onConn(b, remoteproto.NodeGetCPUMap, nodeGetCPUMap))
	needing[drivers.FreePager](onConn(b, remoteproto.NodeGetFreePages, nodeGetFreePages).
		wire(func(a *remoteproto.NodeGetFreePagesArgs) error {
			if uint64(len(a.Pages))*uint64(a.CellCount) > remoteproto.NodeMaxCells {
				return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "npages * cellcount > REMOTE_NODE_MAX_CELLS (%d)", remoteproto.NodeMaxCells)
			}
			return nil
		}).
		args(func(a *remoteproto.NodeGetFreePagesArgs) error {
			p := remoteproto.NodeGetFreePages.Info
			return first(notZero(p, "npages", int32(len(a.Pages))), notZero(p, "cellCount", a.CellCount))
		}))
}

func nodeGetInfo(c *call, _ *proc.Void) (*remoteproto.NodeGetInfoRet, error) {
	n, err := c.host.backend.(drivers.NodeInformer).NodeInfo(c)
	if err != nil {
		return nil, err
	}
	r := &remoteproto.NodeGetInfoRet{
		Memory: n.Memory, CPUs: int32(n.CPUs), Mhz: int32(n.MHz),
		Nodes: int32(n.Nodes), Sockets: int32(n.Sockets), Cores: int32(n.Cores), Threads: int32(n.Threads),
	}
	copy(r.Model[:len(r.Model)-1], n.Model) // the last byte stays 0
	return r, nil
}

func nodeGetFreeMemory(c *call, _ *proc.Void) (*remoteproto.NodeGetFreeMemoryRet, error) {
	n, err := c.host.backend.(drivers.FreeMemorier).FreeMemory(c)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeGetFreeMemoryRet{FreeMem: n}, nil
}

func nodeGetCellsFreeMemory(c *call, a *remoteproto.NodeGetCellsFreeMemoryArgs) (*remoteproto.NodeGetCellsFreeMemoryRet, error) {
	cells, err := c.host.backend.(drivers.FreeMemorier).CellsFreeMemory(c, int(a.StartCell), int(a.Maxcells))
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeGetCellsFreeMemoryRet{Cells: cells}, nil
}

// cString is an array of char as C has it: the final NUL counts.
func cString(s string) []byte { return append([]byte(s), 0) }

func nodeGetSecurityModel(c *call, _ *proc.Void) (*remoteproto.NodeGetSecurityModelRet, error) {
	model, doi, err := c.host.backend.(drivers.SecurityModeler).SecurityModel(c)
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeGetSecurityModelRet{Model: cString(model), DOI: cString(doi)}, nil
}

func nodeGetCPUStats(c *call, a *remoteproto.NodeGetCPUStatsArgs) (*remoteproto.NodeGetCPUStatsRet, error) {
	cpu := int(a.CPUNum)
	if a.Nparams == 0 {
		cpu = -1 // the number of figures does not depend on it, whether there is such a CPU or not
	}
	stats, err := c.host.backend.(drivers.NodeCPUStatter).NodeCPUStats(c, cpu)
	if err != nil {
		return nil, err
	}
	if a.Nparams == 0 {
		return &remoteproto.NodeGetCPUStatsRet{Nparams: int32(len(stats))}, nil
	}
	r := &remoteproto.NodeGetCPUStatsRet{}
	for _, s := range stats[:min(len(stats), int(a.Nparams))] {
		r.Params = append(r.Params, remoteproto.NodeCPUStat{Field: s.Name, Value: s.Value})
	}
	return r, nil
}

func nodeGetCPUMap(c *call, a *remoteproto.NodeGetCPUMapArgs) (*remoteproto.NodeGetCPUMapRet, error) {
	cpus, err := c.host.backend.(drivers.CPUMapper).CPUMap(c)
	if err != nil {
		return nil, err
	}
	r := &remoteproto.NodeGetCPUMapRet{Ret: int32(len(cpus))}
	bits := make([]byte, (len(cpus)+7)/8)
	for i, online := range cpus {
		if !online {
			continue
		}
		bits[i/8] |= 1 << (i % 8)
		if a.NeedOnline != 0 {
			r.Online++
		}
	}
	if a.NeedMap != 0 {
		r.CPUMap = bits
	}
	return r, nil
}

func nodeGetFreePages(c *call, a *remoteproto.NodeGetFreePagesArgs) (*remoteproto.NodeGetFreePagesRet, error) {
	counts, err := c.host.backend.(drivers.FreePager).FreePages(c, a.Pages, int(a.StartCell), int(a.CellCount))
	if err != nil {
		return nil, err
	}
	return &remoteproto.NodeGetFreePagesRet{Counts: counts}, nil
}
