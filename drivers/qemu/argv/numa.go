package argv

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// smp is how many virtual CPUs there are and how they are grouped.
func (b *builder) smp() error {
	d := b.d
	w := word(itoa(d.VcpusCurrent()))
	if online := uint(len(d.OnlineVCPUs())); len(d.VCPUs) > 0 {
		w = word(itoa(b.coldVCPUs(online)))
	}
	if t := topology(d); t != nil {
		if d.VcpusMax() != d.VcpusCurrent() {
			w.set("maxcpus", itoa(d.VcpusMax()))
		}
		if product := t.Sockets * t.Dies * t.Clusters * t.Cores * t.Threads; product != d.VcpusMax() {
			return errUnsupported("CPU topology doesn't match maximum vcpu count")
		}
		w.set("sockets", itoa(t.Sockets))
		w.set("dies", itoa(t.Dies))
		if b.since(7, 0) {
			w.set("clusters", itoa(t.Clusters))
		}
		w.set("cores", itoa(t.Cores)).set("threads", itoa(t.Threads))
	} else {
		if d.VcpusMax() != d.VcpusCurrent() {
			w.set("maxcpus", itoa(d.VcpusMax()))
		}
		w.set("sockets", itoa(d.VcpusMax())).set("cores", "1").set("threads", "1")
	}
	b.arg("-smp", w.String())
	if m := d.MemoryBacking; m != nil && m.Allocation != nil && m.Allocation.Mode == "immediate" && b.oldMemory() {
		b.arg("-mem-prealloc")
	}
	return nil
}

// coldVCPUs is how many virtual CPUs a guest starts with; those that may be
// taken out come afterwards.
func (b *builder) coldVCPUs(online uint) uint {
	cold := uint(0)
	for _, v := range b.d.VCPUs {
		if v.Enabled == domxml.Yes && v.Hotpluggable == domxml.No {
			cold++
		}
	}
	if cold == 0 {
		return online
	}
	return cold
}

func topology(d *domxml.Domain) *domxml.CPUTopology {
	if d.CPU == nil {
		return nil
	}
	return d.CPU.Topology
}

// oldMemory says whether the cells of a guest are named by size alone: old
// machines, as long as nothing is said of what backs the memory.
func (b *builder) oldMemory() bool {
	d := b.d
	if m, ok := b.e.Machine(d.OS.Type.Machine); !ok || !m.NUMA || len(cells(d)) == 0 {
		return false
	}
	if m := d.MemoryBacking; m != nil && (m.Source != nil || m.HugePages != nil || m.Access != nil) {
		return false
	}
	if t := d.NUMATune; t != nil && len(t.MemNodes) > 0 {
		return false
	}
	for _, c := range cells(d) {
		if c.MemAccess != "" {
			return false
		}
	}
	return true
}

// numa describes the cells, the distances and the memory between them.
func (b *builder) numa() error {
	d := b.d
	old := b.oldMemory()
	for i, c := range cells(d) {
		memdev := "ram-node" + itoa(i)
		if !old {
			p, err := b.memoryBackend(memoryArea{
				id: memdev, alias: memdev, size: c.Memory << 10, cell: i, access: c.MemAccess, discard: c.Discard,
			})
			if err != nil {
				return err
			}
			b.object(p)
		}
		w := word("node").set("nodeid", itoa(i))
		for _, r := range ranges(c.CPUs) {
			w.set("cpus", r)
		}
		if hasHMAT(d) {
			w.set("initiator", itoa(initiator(d.CPU.NUMA, i)))
		}
		if old {
			w.set("mem", itoa(c.Memory>>10))
		} else {
			w.set("memdev", memdev)
		}
		b.arg("-numa", w.String())
	}
	for i, c := range cells(d) {
		for _, s := range c.Distances {
			if s.Value != 0 {
				b.arg("-numa", word("dist").set("src", itoa(i)).set("dst", itoa(s.ID)).set("val", itoa(s.Value)).String())
			}
		}
	}
	if hasHMAT(d) {
		b.hmat(d.CPU.NUMA)
	}
	return nil
}

// ranges are the members of a set: 0-3, 7.
func ranges(c domxml.CPUSet) []string {
	if c.Len() == 0 {
		return nil
	}
	return strings.Split(c.String(), ",")
}
