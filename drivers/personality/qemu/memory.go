package qemupersonality

import (
	"github.com/govirtd/govirtd/domxml"
)

// settleMemory makes the amount that cells and devices have together the one
// of the domain: they say it better.
func (d *definition) settleMemory() {
	n := d.numaMemory()
	if n == 0 {
		return
	}
	for i := range d.Devices.Memories {
		if t := d.Devices.Memories[i].Target; t != nil && t.Size != nil {
			n += t.Size.Value
		}
	}
	d.Memory.Memory = domxml.KiB(n)
}

// numaMemory is that of all cells, in KiB.
func (d *definition) numaMemory() (kib uint64) {
	for _, c := range d.numaCells() {
		kib += c.Memory
	}
	return kib
}

func (d *definition) numaCells() []domxml.NUMACell {
	if d.CPU == nil || d.CPU.NUMA == nil {
		return nil
	}
	return d.CPU.NUMA.Cells
}

// completeHugepages drops the cell that a domain without any has.
func (d *definition) completeHugepages() error {
	b := d.MemoryBacking
	if b == nil || b.HugePages == nil || len(d.numaCells()) > 0 {
		return nil
	}
	for i := range b.HugePages.Pages {
		if p := &b.HugePages.Pages[i]; p.NodeSet.Len() == 1 && p.NodeSet.Has(0) {
			p.NodeSet = nil
		}
	}
	return nil
}

// completeNUMA makes a cell where memory shall be plugged in later, and gives
// CPUs without one to the first.
func (d *definition) completeNUMA() error {
	cells := d.numaCells()
	if len(cells) == 0 {
		if d.MaxMemory == nil || d.MaxMemory.Value == 0 {
			return nil
		}
		return d.addCell()
	}
	var given domxml.CPUSet
	for _, c := range cells {
		for n := 0; n <= c.CPUs.Max(); n++ {
			if c.CPUs.Has(n) {
				given.Add(n)
			}
		}
	}
	if given.Max() >= int(d.VCPU.Value) {
		return nil // refused soon
	}
	first := &d.CPU.NUMA.Cells[0]
	for n := range int(min(d.VCPU.Value, maxCPUs)) {
		if !given.Has(n) {
			first.CPUs.Add(n)
		}
	}
	return nil
}

// maxCPUs bounds what is written down of CPUs without a cell.
const maxCPUs = 16384

// addCell is one for everything.
func (d *definition) addCell() error {
	kib := d.Memory.Value
	for i := range d.Devices.Memories {
		t := d.Devices.Memories[i].Target
		if t == nil || t.Size == nil {
			continue
		}
		if t.Size.Value > kib {
			return errDevice("Total size of memory devices exceeds the total memory size")
		}
		kib -= t.Size.Value
	}
	var all domxml.CPUSet
	for n := range int(min(d.VCPU.Value, maxCPUs)) {
		all.Add(n)
	}
	if d.CPU == nil {
		d.CPU = &domxml.CPU{}
	}
	for i := range d.Devices.Memories {
		if m := &d.Devices.Memories[i]; m.Target != nil && m.Target.Node == nil && m.Model != "virtio-pmem" {
			m.Target.Node = new(uint)
		}
	}
	d.CPU.NUMA = &domxml.NUMA{Cells: []domxml.NUMACell{{ID: new(uint), CPUs: all, Memory: kib, Unit: "KiB"}}}
	return nil
}

// completeMemoryDevices gives those in slots theirs.
func (d *definition) completeMemoryDevices() error { return nil }

// validateMemoryBacking refuses sources of memory that do not go with one
// another.
func (d *definition) validateMemoryBacking() error {
	b := d.MemoryBacking
	if b == nil || b.HugePages == nil {
		return nil
	}
	if b.Source != nil && b.Source.Type == "anonymous" {
		return errUnsupported("hugepages are not allowed with anonymous memory source")
	}
	if b.Allocation != nil && b.Allocation.Mode == "ondemand" {
		return errUnsupported("hugepages are not allowed with memory allocation ondemand")
	}
	return nil
}

// sharedMemory says whether the whole of the guest's memory can be seen by
// other processes, as those that serve devices need.
func (d *definition) sharedMemory() bool {
	shared := d.MemoryBacking != nil && d.MemoryBacking.Access != nil && d.MemoryBacking.Access.Mode == "shared"
	cells := d.numaCells()
	if len(cells) == 0 {
		return shared
	}
	for _, c := range cells {
		if c.MemAccess != "shared" && !(shared && c.MemAccess == "") {
			return false
		}
	}
	return true
}
