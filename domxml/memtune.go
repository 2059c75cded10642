package domxml

import "math"

// MemTune limits a domain's memory on the host.
type MemTune struct {
	HardLimit     *MemLimit `xml:"hard_limit"`
	SoftLimit     *MemLimit `xml:"soft_limit"`
	MinGuarantee  *MemLimit `xml:"min_guarantee"`
	SwapHardLimit *MemLimit `xml:"swap_hard_limit"`
}

// MemLimit is a limit; unlimited ones are not written.
type MemLimit struct{ Memory }

func (m *MemLimit) parseNode(_ *decoder, n node) error {
	return m.read(n, "./memtune/"+n.Name()+"[1]")
}

func (m *MemLimit) hidden(f FormatFlags) bool {
	return m.Unit == "" || m.Value >= unlimitedKiB && f&FormatStored == 0
}

// DomainMemory is the memory of a domain, without what may be plugged in.
type DomainMemory struct {
	DumpCore OnOff `xml:"dumpCore,attr,omitempty"`
	Memory
}

func (m *DomainMemory) parseNode(_ *decoder, n node) error {
	if err := m.read(n, "./memory[1]"); err != nil {
		return err
	}
	if s, ok := n.Attr("dumpCore"); ok {
		if m.DumpCore = OnOff(s); s != string(On) && s != string(Off) {
			return errValue("dumpCore", n.Name(), s, "")
		}
	}
	return nil
}

// MaxMemory is what memory may grow to by plugging in.
type MaxMemory struct {
	Slots uint `xml:"slots,attr,omitempty"`
	Memory
}

func (m *MaxMemory) parseNode(_ *decoder, n node) error {
	if err := m.read(n, "./maxMemory[1]"); err != nil {
		return err
	}
	if s, ok := n.Attr("slots"); ok {
		v, err := parseNumber(s)
		if err != nil || v > math.MaxUint32 {
			return errXML("Failed to parse memory slot count")
		}
		m.Slots = uint(v)
	}
	return nil
}

// MemoryBacking is where a guest's memory comes from.
type MemoryBacking struct {
	HugePages    *HugePages        `xml:"hugepages" vir:"always"`
	NoSharePages Flag              `xml:"nosharepages,omitempty"`
	Locked       Flag              `xml:"locked,omitempty"`
	Source       *MemorySource     `xml:"source"`
	Access       *MemoryAccess     `xml:"access"`
	Allocation   *MemoryAllocation `xml:"allocation"`
	Discard      Flag              `xml:"discard,omitempty"`
}

// HugePages asks for large pages; without sizes for the host's default.
type HugePages struct {
	Pages []HugePage `xml:"page"`
}

// HugePage is a size of pages for some NUMA cells.
type HugePage struct {
	Size    uint64 `xml:"size,attr" vir:"required"`
	Unit    string `xml:"unit,attr"`
	NodeSet CPUSet `xml:"nodeset,attr,omitempty"`
}

func (p *HugePage) parsed(*decoder, node) error {
	bytes, err := scaleNumber(p.Size, p.Unit, 1024, math.MaxUint64)
	if err != nil {
		return err
	}
	p.Size, p.Unit = toKiB(bytes), "KiB"
	return nil
}

// MemorySource is the kind of backing.
type MemorySource struct {
	Type string `xml:"type,attr" vir:"enum=file|anonymous|memfd" bad:"unsupported:unknown memoryBacking/source/type '%s'"`
}

// MemoryAccess says whether others see the memory.
type MemoryAccess struct {
	Mode string `xml:"mode,attr" vir:"enum=shared|private" bad:"unsupported:unknown memoryBacking/access/mode '%s'"`
}

// MemoryAllocation says when memory is taken.
type MemoryAllocation struct {
	Mode    string `xml:"mode,attr,omitempty" vir:"enum=immediate|ondemand" bad:"unsupported:unknown memoryBacking/allocation/mode '%s'"`
	Threads uint   `xml:"threads,attr,omitempty"`
}
