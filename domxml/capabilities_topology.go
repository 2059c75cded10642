package domxml

// CapabilitiesTopology are the NUMA cells of a host and how far they are from
// one another.
type CapabilitiesTopology struct {
	Cells         CapabilitiesCells          `xml:"cells" vir:"always"`
	Interconnects *CapabilitiesInterconnects `xml:"interconnects"`
}

// CapabilitiesCells are the NUMA cells.
type CapabilitiesCells struct {
	// Num is the number of cells; the text always has that of Cells.
	Num   uint               `xml:"num,attr" vir:"always"`
	Cells []CapabilitiesCell `xml:"cell"`
}

// CapabilitiesCell is one NUMA cell.
type CapabilitiesCell struct {
	ID        uint                    `xml:"id,attr" vir:"always"`
	Memory    *CapabilitiesSize       `xml:"memory"`
	Pages     []CapabilitiesPages     `xml:"pages"`
	Distances []CapabilitiesDistance  `xml:"distances>sibling"`
	Caches    []CapabilitiesCellCache `xml:"cache"`
	CPUs      *CapabilitiesCPUs       `xml:"cpus"`
}

// CapabilitiesSize is an amount with its unit.
type CapabilitiesSize struct {
	Unit  string `xml:"unit,attr,omitempty"`
	Value uint64 `xml:",chardata" vir:"always"`
}

// CapabilitiesPages is how many pages of a size there are.
type CapabilitiesPages struct {
	Unit  string `xml:"unit,attr,omitempty"`
	Size  uint64 `xml:"size,attr"`
	Count uint64 `xml:",chardata" vir:"always"`
}

// CapabilitiesDistance is how far another cell is; the cell itself has 10.
type CapabilitiesDistance struct {
	ID    uint `xml:"id,attr" vir:"always"`
	Value uint `xml:"value,attr" vir:"always"`
}

// CapabilitiesCellCache is a cache between a cell and its memory.
type CapabilitiesCellCache struct {
	Level         uint               `xml:"level,attr" vir:"always"`
	Associativity string             `xml:"associativity,attr" vir:"enum=none|direct|full"`
	Policy        string             `xml:"policy,attr" vir:"enum=none|writeback|writethrough"`
	Size          *CapabilitiesValue `xml:"size"`
	Line          *CapabilitiesValue `xml:"line"`
}

// CapabilitiesValue is an amount with its unit, in attributes.
type CapabilitiesValue struct {
	Value uint64 `xml:"value,attr" vir:"always"`
	Unit  string `xml:"unit,attr,omitempty"`
}

// CapabilitiesCPUs are the CPUs of a cell.
type CapabilitiesCPUs struct {
	// Num is the number of CPUs; the text always has that of CPUs.
	Num  uint              `xml:"num,attr" vir:"always"`
	CPUs []CapabilitiesCPU `xml:"cpu"`
}

// CapabilitiesCPU is one CPU of the host. One that is offline has an ID only.
type CapabilitiesCPU struct {
	ID        uint   `xml:"id,attr" vir:"always"`
	SocketID  *uint  `xml:"socket_id,attr"`
	DieID     *uint  `xml:"die_id,attr"`
	ClusterID *uint  `xml:"cluster_id,attr"`
	CoreID    *uint  `xml:"core_id,attr"`
	Siblings  CPUSet `xml:"siblings,attr,omitempty"` // threads of the same core, itself included
}

// CapabilitiesInterconnects is how fast cells reach one another's memory.
type CapabilitiesInterconnects struct {
	Latencies  []CapabilitiesLatency   `xml:"latency"`
	Bandwidths []CapabilitiesBandwidth `xml:"bandwidth"`
}

// CapabilitiesLatency is the time of an access from a cell to another, in
// nanoseconds.
type CapabilitiesLatency struct {
	Initiator uint   `xml:"initiator,attr" vir:"always"`
	Target    uint   `xml:"target,attr" vir:"always"`
	Cache     uint   `xml:"cache,attr,omitempty"`
	Type      string `xml:"type,attr" vir:"enum=access|read|write"`
	Value     uint64 `xml:"value,attr" vir:"always"`
}

// CapabilitiesBandwidth is the amount per second from a cell to another.
type CapabilitiesBandwidth struct {
	Initiator uint   `xml:"initiator,attr" vir:"always"`
	Target    uint   `xml:"target,attr" vir:"always"`
	Cache     uint   `xml:"cache,attr,omitempty"`
	Type      string `xml:"type,attr" vir:"enum=access|read|write"`
	Value     uint64 `xml:"value,attr" vir:"always"`
	Unit      string `xml:"unit,attr,omitempty"`
}

func (c *CapabilitiesCells) formatElement(e *encoder, name string) {
	out := *c
	out.Num = uint(len(c.Cells))
	if out.Num == 0 {
		e.line("<" + name + " num='0'>")
		e.line("</" + name + ">")
		return
	}
	e.plain(name, &out)
}

func (c *CapabilitiesCPUs) formatElement(e *encoder, name string) {
	out := *c
	out.Num = uint(len(c.CPUs))
	e.plain(name, &out)
}
