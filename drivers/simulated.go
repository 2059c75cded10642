package drivers

// SimulatedHost is the size of a host that does not exist.
type SimulatedHost struct {
	Node NodeInfo
	// Online are the CPUs of the CPU map.
	Online []bool
	// Cells are its NUMA cells; none is a host that does not tell.
	Cells []SimulatedCell
}

// SimulatedCell is one NUMA cell.
type SimulatedCell struct {
	Memory uint64 // KiB
	Free   uint64 // KiB
	// PageSizes are in KiB, the smallest first.
	PageSizes []uint32
}
