package drivers

import "context"

// NodeMemoryStat is one figure of virNodeGetMemoryStats in KiB.
type NodeMemoryStat struct {
	Name  string
	Value uint64
}

// NodeMemoryStatter tells what the host's memory is used for; cell -1 means
// the whole host.
type NodeMemoryStatter interface {
	NodeMemoryStats(ctx context.Context, cell int) ([]NodeMemoryStat, error)
}

// NodeMemoryParameter is one parameter of virNodeGetMemoryParameters.
type NodeMemoryParameter struct {
	Name  string
	Value uint64
	Wide  bool // of 64 bits and not of 32
}

// NodeMemoryTuner knows how the kernel merges equal pages.
type NodeMemoryTuner interface {
	NodeMemoryParameters(ctx context.Context) ([]NodeMemoryParameter, error)
	// SetNodeMemoryParameters changes some; the engine has checked their names.
	SetNodeMemoryParameters(ctx context.Context, params []NodeMemoryParameter) error
}

// PageAllocator sets the host's pools of huge pages: counts of pages of sizes
// (KiB) are what each of the cells has afterwards, or has more with add. Cell
// -1 is the whole host. It answers how many pools have been changed.
type PageAllocator interface {
	AllocPages(ctx context.Context, sizes []uint32, counts []uint64, start, cellCount int, add bool) (int, error)
}

// SEVInfo is what an AMD host offers for encrypted guests.
type SEVInfo struct {
	PDH, CertChain, CPU0ID   string
	CBitPos, ReducedPhysBits uint32
	MaxGuests, MaxESGuests   uint32
}

// SEVInformer knows the host's memory encryption (virNodeGetSEVInfo).
type SEVInformer interface {
	SEVInfo(ctx context.Context) (SEVInfo, error)
}
