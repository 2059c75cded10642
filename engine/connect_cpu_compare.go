package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindConnectCPUCompare(b *binder) {
	const fail = uint32(vir.ConnectCompareCPUFailIncompatible)
	needing[drivers.CPUComparer](onConn(b, remoteproto.ConnectCompareCPU, connectCompareCPU).knows(fail))
	needing[drivers.HypervisorCPUer](onConn(b, remoteproto.ConnectCompareHypervisorCPU, connectCompareHypervisorCPU).knows(fail))
	needing[drivers.HypervisorCPUer](onConn(b, remoteproto.ConnectBaselineHypervisorCPU, connectBaselineHypervisorCPU).
		wire(func(a *remoteproto.ConnectBaselineHypervisorCPUArgs) error {
			return notNull(remoteproto.ConnectBaselineHypervisorCPU.Info, "xmlCPUs", len(a.XMLCPUs) > 0)
		}).knows(uint32(vir.ConnectBaselineCPUExpandFeatures | vir.ConnectBaselineCPUMigratable)))
}

func cpuDocument(text string) (d drivers.CPUDocument, err error) {
	d.Host, d.Guest, err = domxml.ParseAnyCPU([]byte(text))
	return d, err
}

// compared is the result of a comparison: the caller may want an error where
// the CPU does not fit.
func compared(result vir.CPUCompareResult, why string, flags uint32) (int32, error) {
	if result == vir.CPUCompareIncompatible && flags&uint32(vir.ConnectCompareCPUFailIncompatible) != 0 {
		return 0, vir.Errorf(vir.FromCPU, vir.ErrCPUIncompatible, "%s", why)
	}
	return int32(result), nil
}

func connectCompareCPU(c *call, a *remoteproto.ConnectCompareCPUArgs) (*remoteproto.ConnectCompareCPURet, error) {
	cpu, err := cpuDocument(a.XML)
	if err != nil {
		return nil, err
	}
	result, why, err := c.host.backend.(drivers.CPUComparer).CompareCPU(c, cpu)
	if err != nil {
		return nil, err
	}
	n, err := compared(result, why, a.Flags)
	return &remoteproto.ConnectCompareCPURet{Result: n}, err
}

func connectCompareHypervisorCPU(c *call, a *remoteproto.ConnectCompareHypervisorCPUArgs) (*remoteproto.ConnectCompareHypervisorCPURet, error) {
	cpu, err := cpuDocument(a.XMLCPU)
	if err != nil {
		return nil, err
	}
	q := drivers.DomainCapabilitiesQuery{Emulator: a.Emulator, Arch: a.Arch, Machine: a.Machine, VirtType: a.Virttype}
	result, why, err := c.host.backend.(drivers.HypervisorCPUer).CompareHypervisorCPU(c, q, cpu)
	if err != nil {
		return nil, err
	}
	n, err := compared(result, why, a.Flags)
	return &remoteproto.ConnectCompareHypervisorCPURet{Result: n}, err
}

func connectBaselineHypervisorCPU(c *call, a *remoteproto.ConnectBaselineHypervisorCPUArgs) (*remoteproto.ConnectBaselineHypervisorCPURet, error) {
	var cpus []drivers.CPUDocument
	for _, text := range a.XMLCPUs {
		d, err := cpuDocument(text)
		if err != nil {
			return nil, err
		}
		cpus = append(cpus, d)
	}
	q := drivers.DomainCapabilitiesQuery{Emulator: a.Emulator, Arch: a.Arch, Machine: a.Machine, VirtType: a.Virttype}
	expand := a.Flags&uint32(vir.ConnectBaselineCPUExpandFeatures) != 0
	migratable := a.Flags&uint32(vir.ConnectBaselineCPUMigratable) != 0
	cpu, err := c.host.backend.(drivers.HypervisorCPUer).BaselineHypervisorCPU(c, q, cpus, expand, migratable)
	if err != nil {
		return nil, err
	}
	return &remoteproto.ConnectBaselineHypervisorCPURet{CPU: string(domxml.FormatCPU(cpu))}, nil
}
