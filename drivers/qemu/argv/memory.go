package argv

import (
	"path/filepath"

	"github.com/govirtd/govirtd/domxml"
)

// memory is how much the guest starts with and how much it can have, and,
// without NUMA cells, what backs it.
func (b *builder) memory() error {
	d := b.d
	w := &words{}
	w.set("size", itoa(initialMemory(d))+"k")
	if m := d.MaxMemory; m != nil {
		if m.Slots > 0 {
			w.set("slots", itoa(m.Slots))
		}
		w.set("maxmem", itoa(m.Value)+"k")
	}
	b.arg("-m", w.String())
	if len(cells(d)) == 0 {
		if id := b.ramID(); id != "" {
			p, err := b.memoryBackend(memoryArea{id: id, alias: id, size: initialMemory(d) << 10, cell: -1, canonical: true})
			if err != nil {
				return err
			}
			b.object(p)
		}
	}
	lock := "off"
	if m := d.MemoryBacking; m != nil && bool(m.Locked) {
		lock = "on"
	}
	b.arg("-overcommit", "mem-lock="+lock)
	return nil
}

// machineMemory names the backend of a guest without NUMA cells, and the
// enclaves of one with some.
func (b *builder) machineMemory(w *words) {
	if id := b.ramID(); id != "" && len(cells(b.d)) == 0 {
		w.set("memory-backend", id)
	}
	n := 0
	for i := range b.d.Devices.Memories {
		m := &b.d.Devices.Memories[i]
		if m.Model != "sgx-epc" {
			continue
		}
		key := "sgx-epc." + itoa(n)
		w.set(key+".memdev", "mem"+aliasName(m.Alias))
		if m.Target != nil && m.Target.Node != nil {
			w.set(key+".node", itoa(*m.Target.Node))
		}
		n++
	}
}

// ramID is what the machine calls its main memory.
func (b *builder) ramID() string {
	m, ok := b.e.Machine(b.d.OS.Type.Machine)
	if !ok {
		return ""
	}
	return m.DefaultRAM
}

// cells are the NUMA cells of a guest.
func cells(d *domxml.Domain) []domxml.NUMACell {
	if d.CPU == nil || d.CPU.NUMA == nil {
		return nil
	}
	return d.CPU.NUMA.Cells
}

// initialMemory is what a guest has without memory devices, in KiB.
func initialMemory(d *domxml.Domain) uint64 {
	if c := cells(d); len(c) > 0 {
		sum := uint64(0)
		for _, cell := range c {
			sum += cell.Memory
		}
		return sum
	}
	total := d.Memory.Value
	for i := range d.Devices.Memories {
		total -= min(total, memoryDeviceKiB(&d.Devices.Memories[i]))
	}
	return total
}

func memoryDeviceKiB(m *domxml.MemoryDev) uint64 {
	if m.Target == nil || m.Target.Size == nil {
		return 0
	}
	return m.Target.Size.Value
}

// memoryArea is a piece of memory that needs a backend.
type memoryArea struct {
	id    string // of the object
	alias string // what its file is called
	size  uint64 // bytes
	cell  int    // of the guest; -1 is none
	// access is shared or private where the area decides for itself, discard
	// in the same way.
	access  string
	discard domxml.YesNo
	// canonical keeps the name that migrations know.
	canonical bool
	device    *domxml.MemoryDev
}

// memoryBackend makes the object of an area, and, before it, the threads that
// fill it near the CPUs of its nodes.
func (b *builder) memoryBackend(a memoryArea) (*Props, error) {
	backing := b.d.MemoryBacking
	if backing == nil {
		backing = &domxml.MemoryBacking{}
	}
	mode, nodes := b.memoryPolicy(a)
	page, err := b.hugePage(a)
	if err != nil {
		return nil, err
	}
	access := a.access
	if access == "" && backing.Access != nil {
		access = backing.Access.Mode
	}
	source := ""
	if backing.Source != nil {
		source = backing.Source.Type
	}
	prealloc := backing.Allocation != nil && backing.Allocation.Mode == "immediate"
	pmem := false
	p := &Props{}
	path := ""
	if a.device != nil && a.device.Source != nil {
		path = a.device.Source.Path
	}
	file := func(path string) {
		p = props("qom-type", "memory-backend-file", "id", a.id, "mem-path", path)
		if discard := a.discard; discard != "" {
			p.put("discard-data", discard)
		} else if bool(backing.Discard) {
			p.set("discard-data", true)
		}
	}
	sgx := a.device != nil && a.device.Model == "sgx-epc"
	switch {
	case sgx:
		p = props("qom-type", "memory-backend-epc", "id", a.id)
		prealloc = true
	case path != "":
		file(path)
		switch a.device.Model {
		case "nvdimm":
			pmem = bool(a.device.Source.PMem)
			prealloc = !pmem
		default:
			prealloc = false
		}
	case source == "memfd":
		p = props("qom-type", "memory-backend-memfd", "id", a.id)
		if page > 0 {
			p.set("hugetlb", true).set("hugetlbsize", page<<10)
			prealloc = true
		}
	case page > 0:
		dir, err := b.hugePageDir(page)
		if err != nil {
			return nil, err
		}
		file(dir)
		prealloc = true
	case source == "file" || access != "":
		file(filepath.Join(b.o.RAM, a.alias))
	default:
		p = props("qom-type", "memory-backend-ram", "id", a.id)
	}
	if access != "" && !sgx {
		p.set("share", access == "shared")
	}
	virtioMem := a.device != nil && a.device.Model == "virtio-mem"
	if virtioMem {
		// The device fills what it hands out.
		prealloc = false
		p.set("reserve", false)
	}
	if a.canonical && p.Get("qom-type") != "memory-backend-ram" {
		p.set("x-use-canonical-path-for-ramblock-id", false)
	}
	if prealloc {
		p.set("prealloc", true)
		if backing.Allocation != nil {
			p.put("prealloc-threads", backing.Allocation.Threads)
		}
	}
	p.set("size", a.size)
	if a.device != nil && a.device.Source != nil && a.device.Source.AlignSize != nil {
		p.set("align", a.device.Source.AlignSize.Value<<10)
	}
	if pmem {
		p.set("pmem", true)
	}
	if len(nodes) > 0 && mode != "" && mode != "restrictive" {
		policy := map[string]string{"strict": "bind", "preferred": "preferred", "interleave": "interleave"}[mode]
		p.set("host-nodes", nodeList(nodes)).set("policy", policy)
		if prealloc && !sgx && b.e.HasType("thread-context") {
			near := nodeList(b.near(nodes))
			if len(near) > 0 {
				b.object(props("qom-type", "thread-context", "id", "tc-"+a.id, "node-affinity", near))
				p.set("prealloc-context", "tc-"+a.id)
			}
		}
	}
	return p, nil
}
