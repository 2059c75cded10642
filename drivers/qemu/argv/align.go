package argv

import (
	"math"

	"github.com/govirtd/govirtd/domxml"
)

// What amounts of memory are rounded up to, in KiB.
const (
	ramAlignment    = 1 << 10
	moduleAlignment = 2 << 10
	powerAlignment  = 256 << 10
)

// alignments are those of an architecture: of memory and of modules.
func alignments(d *domxml.Domain) (ram, module uint64) {
	switch d.OS.Type.Arch {
	case "ppc64", "ppc64le":
		return powerAlignment, powerAlignment
	}
	return ramAlignment, moduleAlignment
}

// AlignMemory rounds the amounts of memory of a document up to what machines
// can have. The live document shows the result.
func AlignMemory(d *domxml.Domain) error {
	ram, module := alignments(d)
	if d.CPU != nil && d.CPU.NUMA != nil && len(d.CPU.NUMA.Cells) > 0 {
		for i := range d.CPU.NUMA.Cells {
			c := &d.CPU.NUMA.Cells[i]
			c.Memory = alignUp(c.Memory, ram)
			if c.Memory > math.MaxInt64>>10 {
				return errUnsupported("memory size of NUMA node '%d' overflowed after alignment", i)
			}
		}
	}
	initial := alignUp(initialMemory(d), ram)
	if initial > math.MaxInt64>>10 {
		return errUnsupported("initial memory size overflowed after alignment")
	}
	if m := d.MaxMemory; m != nil {
		m.Value = alignUp(m.Value, ram)
		if m.Value > math.MaxInt64>>10 {
			return errUnsupported("maximum memory size overflowed after alignment")
		}
	}
	total := initial
	for i := range d.Devices.Memories {
		m := &d.Devices.Memories[i]
		if m.Target == nil || m.Target.Size == nil {
			continue
		}
		if m.Model == "dimm" || m.Model == "nvdimm" {
			m.Target.Size.Value = alignUp(m.Target.Size.Value, module)
			if m.Target.Size.Value > math.MaxInt64>>10 {
				return errUnsupported("size of memory module '%d' overflowed after alignment", i)
			}
		}
		total += m.Target.Size.Value
	}
	whole := d.CurrentMemory.Value == d.Memory.Value
	d.Memory.Value = total
	if whole || d.CurrentMemory.Value > total {
		d.CurrentMemory.Value = total
	}
	return nil
}

func alignUp(n, to uint64) uint64 { return (n + to - 1) / to * to }
