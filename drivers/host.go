package drivers

import (
	"context"
	"io"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The abilities of a Backend: what it knows of the host it runs on, and of
// domains whether they run or not. A backend without one answers
// VIR_ERR_NO_SUPPORT for the procedures that need it.

// NodeInfo is the host's size (virNodeGetInfo).
type NodeInfo struct {
	Model                          string
	Memory                         uint64 // KiB
	CPUs, MHz                      uint32
	Nodes, Sockets, Cores, Threads uint32
}

// NodeInformer knows the host's size.
type NodeInformer interface {
	NodeInfo(ctx context.Context) (NodeInfo, error)
}

// CPUMapper knows which physical CPUs there are; true is online.
type CPUMapper interface {
	CPUMap(ctx context.Context) ([]bool, error)
}

// NodeCPUStat is one figure of virNodeGetCPUStats, in nanoseconds.
type NodeCPUStat struct {
	Name  string
	Value uint64
}

// NodeCPUStatter gives the host's CPU time; cpu -1 means all.
type NodeCPUStatter interface {
	NodeCPUStats(ctx context.Context, cpu int) ([]NodeCPUStat, error)
}

// FreeMemorier knows the host's free memory.
type FreeMemorier interface {
	// FreeMemory is that of the whole host, in bytes.
	FreeMemory(ctx context.Context) (uint64, error)
	// CellsFreeMemory is that of at most max NUMA cells from start on, in bytes.
	CellsFreeMemory(ctx context.Context, start, max int) ([]uint64, error)
}

// FreePager counts free pages: for count cells from start on, one figure per
// entry of sizes (KiB).
type FreePager interface {
	FreePages(ctx context.Context, sizes []uint32, start int, count int) ([]uint64, error)
}

// Sysinfoer has an SMBIOS document.
type Sysinfoer interface {
	Sysinfo(ctx context.Context) (string, error)
}

// SecurityModeler names the host's confinement.
type SecurityModeler interface {
	SecurityModel(ctx context.Context) (model, doi string, err error)
	// SecurityLabel is that of a domain; guest is nil when it is inactive.
	SecurityLabel(ctx context.Context, d *domxml.Domain, guest Guest) (label string, enforcing bool, err error)
}

// MaxVcpuser bounds the virtual CPUs of a domain of a type ("kvm").
type MaxVcpuser interface {
	MaxVcpus(ctx context.Context, domainType string) (int, error)
}

// CPUTimer knows the CPU time of a domain in nanoseconds; guest is nil when
// it is inactive. Without it virDomainGetInfo says 0.
type CPUTimer interface {
	CPUTime(ctx context.Context, d *domxml.Domain, guest Guest) (uint64, error)
}

// Screenshotter makes a picture of a screen of the named domain; guest is nil
// when it is inactive. The reader is closed by the caller.
type Screenshotter interface {
	Screenshot(ctx context.Context, domain string, state vir.DomainState, guest Guest, screen uint32) (mime string, picture io.ReadCloser, err error)
}

// BandwidthScheduler is a backend whose scheduler has the figures of <cputune> for
// a domain: shares, periods and quotas.
type BandwidthScheduler interface {
	SchedulerType() string // "posix"
}

// Scheduler names the CPU scheduler and gives a domain's weight in it, the one
// parameter that schedulers of this kind have.
type Scheduler interface {
	Scheduler(ctx context.Context) (name string, weight uint32, err error)
}

// ProcessSignaler sends a signal to a process inside a guest; guest is nil
// when the domain is inactive.
type ProcessSignaler interface {
	// CheckProcess judges the number before any domain is looked for.
	CheckProcess(ctx context.Context, pid int64) error
	SignalProcess(ctx context.Context, guest Guest, pid int64, signal int32) error
}

// BlockInfo is the size of a disk's image in bytes.
type BlockInfo struct {
	Capacity, Allocation, Physical uint64
}

// BlockInformer measures a disk's image.
type BlockInformer interface {
	BlockInfo(ctx context.Context, d *domxml.Domain, guest Guest, disk string) (BlockInfo, error)
}

// DomainCapabilitiesQuery is the kind of domain asked about; nil where the
// caller names nothing.
type DomainCapabilitiesQuery struct {
	Emulator, Arch, Machine, VirtType *string
}

// DomainCapabilitieser describes what a domain of a kind may have.
type DomainCapabilitieser interface {
	DomainCapabilities(ctx context.Context, q DomainCapabilitiesQuery) (string, error)
}

// CPUModeler knows models of CPUs.
type CPUModeler interface {
	// CPUModelNames are the models of an architecture; none where only the
	// hypervisor knows.
	CPUModelNames(ctx context.Context, arch string) ([]string, error)
	// BaselineCPU is the best CPU for guests that shall run on each of the
	// hosts, of which there is one at least. With expand it lists the features
	// of its model, too; with migratable none that keeps a guest on its host.
	BaselineCPU(ctx context.Context, hosts []*domxml.HostCPU, expand, migratable bool) (*domxml.CPU, error)
}
