package qemupersonality

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.CPUModeler      = (*Inventory)(nil)
	_ drivers.CPUComparer     = (*Inventory)(nil)
	_ drivers.HypervisorCPUer = (*Inventory)(nil)
)

// models is the host's map of CPUs.
func (i *Inventory) models(ctx context.Context) (*cpumap.Map, error) {
	facts, err := i.Facts(ctx)
	if err != nil {
		return nil, err
	}
	if facts.Models == nil {
		return nil, vir.Errorf(vir.FromCPU, vir.ErrInternalError, "the host has no map of CPUs")
	}
	return facts.Models, nil
}

// CPUModelNames are those of the map.
func (i *Inventory) CPUModelNames(ctx context.Context, arch string) ([]string, error) {
	if !drivers.KnownArch(arch) {
		return nil, vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, "cannot find architecture %s", arch)
	}
	m, err := i.models(ctx)
	if err != nil {
		return nil, err
	}
	return m.ModelNames(arch)
}

// BaselineCPU follows from the documents and the map alone.
func (i *Inventory) BaselineCPU(ctx context.Context, hosts []*domxml.HostCPU, expand, migratable bool) (*domxml.CPU, error) {
	m, err := i.models(ctx)
	if err != nil {
		return nil, err
	}
	return m.Baseline(hosts, cpumap.BaselineOptions{Expand: expand, Real: true, Migratable: migratable})
}

// CompareCPU compares with the processor of the host.
func (i *Inventory) CompareCPU(ctx context.Context, cpu drivers.CPUDocument) (vir.CPUCompareResult, string, error) {
	m, err := i.models(ctx)
	if err != nil {
		return vir.CPUCompareError, "", err
	}
	host, err := i.Host(ctx)
	if err != nil {
		return vir.CPUCompareError, "", err
	}
	if host.CPU == nil || host.CPU.Model == "" {
		return vir.CPUCompareError, "", vir.Errorf(vir.FromQEMU, vir.ErrOperationFailed, "cannot get host CPU capabilities")
	}
	return m.Compare(host.CPU, cpumap.Document(cpu))
}

// CompareHypervisorCPU compares with the best processor that guests can have.
func (i *Inventory) CompareHypervisorCPU(ctx context.Context, q drivers.DomainCapabilitiesQuery, cpu drivers.CPUDocument) (vir.CPUCompareResult, string, error) {
	d, m, err := i.guests(ctx, q)
	if err != nil {
		return vir.CPUCompareError, "", err
	}
	query := d.guestQuery(m)
	best := m.GuestCPU(query)
	if best == nil {
		return vir.CPUCompareError, "", errNoComparing(d)
	}
	return m.CompareGuest(best, query.Lacking, cpumap.Document(cpu))
}

// BaselineHypervisorCPU chooses among the models of the emulator.
func (i *Inventory) BaselineHypervisorCPU(ctx context.Context, q drivers.DomainCapabilitiesQuery, cpus []drivers.CPUDocument, expand, migratable bool) (*domxml.CPU, error) {
	d, m, err := i.guests(ctx, q)
	if err != nil {
		return nil, err
	}
	docs := make([]cpumap.Document, len(cpus))
	for j := range cpus {
		docs[j] = cpumap.Document(cpus[j])
	}
	return m.BaselineGuest(docs, d.guestQuery(m), cpumap.BaselineOptions{Expand: expand, Migratable: migratable})
}

// guests is the kind of domain that is asked about, if its processors can be
// compared.
func (i *Inventory) guests(ctx context.Context, q drivers.DomainCapabilitiesQuery) (*domcaps, *cpumap.Map, error) {
	d, err := i.settle(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	m, err := i.models(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !d.x86() || d.expansion() == nil {
		return nil, nil, errNoComparing(d)
	}
	return d, m, nil
}

func errNoComparing(d *domcaps) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "comparing with the hypervisor CPU is not supported for arch %s", d.arch)
}
