package drivers

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// CPUDocument is a CPU that a caller asks about: a host's, or one that a guest
// shall have. One of them is not nil.
type CPUDocument struct {
	Host  *domxml.HostCPU
	Guest *domxml.CPU
}

// CPUComparer says whether the host can have a CPU (virConnectCompareCPU); why
// is what stands in the way where it cannot.
type CPUComparer interface {
	CompareCPU(ctx context.Context, cpu CPUDocument) (result vir.CPUCompareResult, why string, err error)
}

// HypervisorCPUer knows the CPUs that guests of a kind can have.
type HypervisorCPUer interface {
	// CompareHypervisorCPU is CompareCPU for guests.
	CompareHypervisorCPU(ctx context.Context, q DomainCapabilitiesQuery, cpu CPUDocument) (result vir.CPUCompareResult, why string, err error)
	// BaselineHypervisorCPU is the best CPU that fits all of the documents, of
	// which there is one at least. With expand it lists the features of its
	// model, too; with migratable none that keeps a guest on its host.
	BaselineHypervisorCPU(ctx context.Context, q DomainCapabilitiesQuery, cpus []CPUDocument, expand, migratable bool) (*domxml.CPU, error)
}
