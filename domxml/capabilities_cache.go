package domxml

// CapabilitiesCaches are the CPU caches of a host and what can be shared out
// or watched of them.
type CapabilitiesCaches struct {
	Banks   []CapabilitiesBank   `xml:"bank"`
	Monitor *CapabilitiesMonitor `xml:"monitor"`
}

// CapabilitiesBank is one cache.
type CapabilitiesBank struct {
	ID       uint                  `xml:"id,attr" vir:"always"`
	Level    uint                  `xml:"level,attr" vir:"always"`
	Type     string                `xml:"type,attr" vir:"enum=both|code|data"`
	Size     uint64                `xml:"size,attr" vir:"always"`
	Unit     string                `xml:"unit,attr,omitempty"`
	CPUs     CPUSet                `xml:"cpus,attr"`
	Controls []CapabilitiesControl `xml:"control"`
}

// CapabilitiesControl is how a cache, or the way to memory, can be shared out.
type CapabilitiesControl struct {
	Granularity uint64 `xml:"granularity,attr" vir:"always"`
	Min         uint64 `xml:"min,attr,omitempty"`
	Unit        string `xml:"unit,attr,omitempty"` // of Granularity and Min; memory bandwidth has percents
	Type        string `xml:"type,attr,omitempty" vir:"enum=both|code|data"`
	MaxAllocs   uint   `xml:"maxAllocs,attr" vir:"always"`
}

// CapabilitiesMonitor is what can be watched.
type CapabilitiesMonitor struct {
	Level          uint                         `xml:"level,attr,omitempty"`
	ReuseThreshold uint                         `xml:"reuseThreshold,attr,omitempty"`
	MaxMonitors    uint                         `xml:"maxMonitors,attr" vir:"always"`
	Features       []CapabilitiesMonitorFeature `xml:"feature"`
}

// CapabilitiesMonitorFeature is one figure that can be watched.
type CapabilitiesMonitorFeature struct {
	Name string `xml:"name,attr"`
}

// CapabilitiesMemBandwidth is how the way to memory can be shared out.
type CapabilitiesMemBandwidth struct {
	Nodes   []CapabilitiesMemNode `xml:"node"`
	Monitor *CapabilitiesMonitor  `xml:"monitor"`
}

// CapabilitiesMemNode is a group of CPUs that share their way to memory.
type CapabilitiesMemNode struct {
	ID       uint                  `xml:"id,attr" vir:"always"`
	CPUs     CPUSet                `xml:"cpus,attr"`
	Controls []CapabilitiesControl `xml:"control"`
}
