package domxml

import "math/bits"

// validateHugepages wants the nodes of pages to be there, and one size of
// pages for each.
func (d *Domain) validateHugepages() error {
	if d.MemoryBacking == nil || d.MemoryBacking.HugePages == nil {
		return nil
	}
	pages := d.MemoryBacking.HugePages.Pages
	for i, p := range pages {
		for _, o := range pages[:i] {
			if p.NodeSet == nil && o.NodeSet == nil {
				return errDetail("two master hugepages detected: %d and %d", p.Size, o.Size)
			}
			if p.NodeSet.Overlaps(o.NodeSet) {
				return errDetail("nodeset attribute of hugepages of sizes %d and %d intersect", p.Size, o.Size)
			}
		}
		if n := d.strangeNode(p.NodeSet); n >= 0 {
			return errDetail("hugepages: node %d not found", n)
		}
	}
	return nil
}

// strangeNode is the first of some nodes that a domain does not have, or -1.
// Without cells there is node 0 only, and alone.
func (d *Domain) strangeNode(set CPUSet) int {
	cells := 0
	if d.CPU != nil && d.CPU.NUMA != nil {
		cells = len(d.CPU.NUMA.Cells)
	}
	if cells == 0 && set.Len() == 1 && set.Has(0) {
		return -1
	}
	for n := cells; n <= set.Max(); n++ {
		if set.Has(n) {
			return n
		}
	}
	return -1
}

// validateMemories wants some memory, and checks the devices that are memory.
func (d *Domain) validateMemories() error {
	errNone := errXML("Memory size must be specified via <memory> or in the <numa> configuration")
	if d.Memory.Value == 0 {
		return errNone
	}
	if m := d.MaxMemory; m != nil && m.Value < d.Memory.Value {
		return errXML("maximum memory size must be equal or greater than the actual memory size")
	}
	total := uint64(0)
	for i := range d.Devices.Memories {
		m := &d.Devices.Memories[i]
		if m.Target != nil && m.Target.Size != nil {
			total += m.Target.Size.Value
		}
	}
	if total > d.Memory.Value {
		return errXML("Total size of memory devices exceeds the total memory size")
	}
	if total > 0 && total == d.Memory.Value {
		return errNone
	}
	for i := range d.Devices.Memories {
		m := &d.Devices.Memories[i]
		if err := m.validate(); err != nil {
			return err
		}
		if err := d.checkMemoryNode(m); err != nil {
			return err
		}
		if a := m.Address; a != nil && a.Type == AddressDIMM {
			for _, o := range d.Devices.Memories[:i] {
				if o.Address != nil && o.Address.Type == AddressDIMM && o.Address.Slot == a.Slot {
					return errUnsupported("memory device slot '%d' is already being used by another memory device", a.Slot)
				}
			}
		}
	}
	return nil
}

// leastBlock is the smallest block of a virtio-mem device, in KiB.
const leastBlock = 2048

func (m *MemoryDev) validate() error {
	path := m.Source != nil && m.Source.Path != ""
	node := m.Target != nil && m.Target.Node != nil
	switch m.Model {
	case "nvdimm", "virtio-pmem":
		switch {
		case !path:
			return errDetail("path is required for model '%s'", m.Model)
		case m.Model == "nvdimm" && m.UUID != nil:
			return errUnsupported("UUID is not supported for NVDIMM device")
		case m.Model == "virtio-pmem" && node:
			return errUnsupported("virtio-pmem does not support NUMA nodes")
		}
	case "virtio-mem":
		if m.Target == nil || m.Target.Block == nil || bits.OnesCount64(m.Target.Block.Value) != 1 {
			return errDetail("block size must be a power of two")
		}
		block := m.Target.Block.Value
		if block < leastBlock {
			return errDetail("block size too small, must be at least %dKiB", leastBlock)
		}
		if r, size := m.Target.Requested, m.Target.Size; r != nil && size != nil {
			if r.Value > size.Value {
				return errDetail("requested size must be smaller than or equal to @size (%dKiB)", size.Value)
			}
			if r.Value%block != 0 {
				return errDetail("requested size must be an integer multiple of block size")
			}
		}
	}
	return nil
}
