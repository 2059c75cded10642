package argv

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// checkPlacement wants the NUMA nodes of the host that a document names to be
// there, and an advice for a guest that leaves its place to the host.
func (b *builder) checkPlacement() error {
	t := b.d.NUMATune
	auto := b.d.VCPU.Placement == "auto"
	if t != nil && t.Memory != nil {
		auto = t.Memory.Placement == "auto"
	}
	if auto && b.o.AutoNodes == nil {
		return vir.Errorf(vir.FromDomain, vir.ErrInternalError, "Advice from numad is needed in case of automatic numa placement")
	}
	if t == nil || b.o.Nodes == nil {
		return nil
	}
	if t.Memory != nil {
		if err := b.checkNodes(t.Memory.NodeSet); err != nil {
			return err
		}
	}
	for _, n := range t.MemNodes {
		if err := b.checkNodes(n.NodeSet); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) checkNodes(nodes domxml.CPUSet) error {
	for n := 0; n <= nodes.Max(); n++ {
		if nodes.Has(n) && !b.o.Nodes.Has(n) {
			return vir.Errorf(vir.FromNone, vir.ErrConfigUnsupported, "NUMA node %d is unavailable", n)
		}
	}
	return nil
}

// memoryPolicy is which nodes of the host an area comes from, and how strictly.
func (b *builder) memoryPolicy(a memoryArea) (mode string, nodes domxml.CPUSet) {
	t := b.d.NUMATune
	if t != nil && t.Memory != nil {
		mode, nodes = t.Memory.Mode, t.Memory.NodeSet
		if t.Memory.Placement == "auto" {
			nodes = b.o.AutoNodes
		}
	}
	if n := b.memNode(a.cell); n != nil {
		mode, nodes = n.Mode, n.NodeSet
	}
	if a.device != nil && a.device.Source != nil && a.device.Source.NodeMask.Len() > 0 {
		if mode == "" {
			mode = "strict"
		}
		nodes = a.device.Source.NodeMask
	}
	return mode, nodes
}

func (b *builder) memNode(cell int) *domxml.MemNode {
	if b.d.NUMATune == nil || cell < 0 {
		return nil
	}
	for i, n := range b.d.NUMATune.MemNodes {
		if n.CellID == uint(cell) {
			return &b.d.NUMATune.MemNodes[i]
		}
	}
	return nil
}

func nodeList(nodes domxml.CPUSet) []any {
	var list []any
	for n := 0; n <= nodes.Max(); n++ {
		if nodes.Has(n) {
			list = append(list, n)
		}
	}
	return list
}

// near are those nodes of the host on whose CPUs the emulator may run.
func (b *builder) near(nodes domxml.CPUSet) domxml.CPUSet {
	allowed := b.d.VCPU.CPUSet
	if t := b.d.CPUTune; t != nil && t.EmulatorPin != nil {
		allowed = t.EmulatorPin.CPUSet
	}
	if allowed.Len() == 0 || len(b.o.NodeCPUs) == 0 {
		return nodes
	}
	var out domxml.CPUSet
	for n := 0; n <= nodes.Max(); n++ {
		if nodes.Has(n) && n < len(b.o.NodeCPUs) && b.o.NodeCPUs[n].Overlaps(allowed) {
			out.Add(n)
		}
	}
	return out
}
