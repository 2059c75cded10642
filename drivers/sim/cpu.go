package sim

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.CPUModeler = (*Backend)(nil)

// UseCPUMap reads the map of CPUs from a folder instead of where libvirt
// installs it. It must be called before the first use.
func (b *Backend) UseCPUMap(dir string) *Backend {
	b.cpuDir = dir
	return b
}

// cpuMap is a map that libvirt has installed: its facts are not ours to bring
// along.
func (b *Backend) cpuMap() (*cpumap.Map, error) {
	m, err := cpumap.Cached(b.cpuDir)
	if err != nil {
		return nil, vir.Errorf(vir.FromCPU, vir.ErrInternalError, "cannot read the CPU map: %s", err)
	}
	return m, nil
}

// CPUModelNames are those of the map.
func (b *Backend) CPUModelNames(_ context.Context, arch string) ([]string, error) {
	if !drivers.KnownArch(arch) {
		return nil, vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "cannot find architecture %s", arch)
	}
	m, err := b.cpuMap()
	if err != nil {
		return nil, err
	}
	return m.ModelNames(arch)
}

// BaselineCPU follows from the documents and the map alone.
func (b *Backend) BaselineCPU(_ context.Context, hosts []*domxml.HostCPU, expand, migratable bool) (*domxml.CPU, error) {
	m, err := b.cpuMap()
	if err != nil {
		return nil, err
	}
	return m.Baseline(hosts, cpumap.BaselineOptions{Expand: expand, Migratable: migratable})
}
