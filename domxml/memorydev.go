package domxml

// MemoryDev is a piece of memory that is plugged in.
type MemoryDev struct {
	Model   string           `xml:"model,attr" vir:"required enum=dimm|nvdimm|virtio-pmem|virtio-mem|sgx-epc"`
	Access  string           `xml:"access,attr,omitempty" vir:"enum=shared|private"`
	Discard YesNo            `xml:"discard,attr,omitempty"`
	UUID    *UUID            `xml:"uuid"`
	Source  *MemoryDevSource `xml:"source"`
	Target  *MemoryDevTarget `xml:"target"`
	DeviceInfo
}

func (m *MemoryDev) parsed(*decoder, node) error {
	if m.Target == nil {
		return errXML("missing <target> element for <memory> device")
	}
	return nil
}

// MemoryDevSource is the memory on the host.
type MemoryDevSource struct {
	Path      string  `xml:"path,omitempty"`
	AlignSize *Memory `xml:"alignsize"`
	PMem      Flag    `xml:"pmem,omitempty"`
	NodeMask  CPUSet  `xml:"nodemask,omitempty"`
	PageSize  *Memory `xml:"pagesize"`
}

// MemoryDevTarget is what the guest sees.
type MemoryDevTarget struct {
	DynamicMemslots YesNo             `xml:"dynamicMemslots,attr,omitempty"`
	Size            *Memory           `xml:"size"`
	Node            *uint             `xml:"node,omitempty"`
	Block           *Memory           `xml:"block"`
	Requested       *Memory           `xml:"requested"`
	Current         *Memory           `xml:"current" vir:"live"`
	Label           *MemoryLabel      `xml:"label"`
	Readonly        Flag              `xml:"readonly,omitempty"`
	Address         *MemoryDevAddress `xml:"address"`
}

// MemoryLabel is the part of a non-volatile memory that describes it.
type MemoryLabel struct {
	Size *Memory `xml:"size"`
}

// MemoryDevAddress is where the memory begins in the guest.
type MemoryDevAddress struct {
	Base uint64 `xml:"base,attr,omitempty" vir:"hex=3"`
}
