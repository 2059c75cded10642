package argv

import "github.com/govirtd/govirtd/domxml"

// hasHMAT says whether a guest is told how fast its memory is.
func hasHMAT(d *domxml.Domain) bool {
	if d.CPU == nil || d.CPU.NUMA == nil {
		return false
	}
	n := d.CPU.NUMA
	if i := n.Interconnects; i != nil && len(i.Latencies)+len(i.Bandwidths) > 0 {
		return true
	}
	for _, c := range n.Cells {
		if len(c.Caches) > 0 {
			return true
		}
	}
	return false
}

// initiator is the cell whose CPUs are nearest to the memory of a cell: itself
// if it has CPUs, else the one with the best known path, else the first that
// has some.
func initiator(n *domxml.NUMA, cell int) int {
	if n.Cells[cell].CPUs.Len() > 0 {
		return cell
	}
	best, found := 0, false
	if i := n.Interconnects; i != nil {
		width, delay := uint64(0), uint64(0)
		for _, w := range i.Bandwidths {
			if w.Target == uint(cell) && w.Cache == 0 && w.Value > width {
				width, best, found = w.Value, int(w.Initiator), true
			}
		}
		for _, l := range i.Latencies {
			if l.Target == uint(cell) && l.Cache == 0 && width == 0 && (delay == 0 || l.Value < delay) {
				delay, best, found = l.Value, int(l.Initiator), true
			}
		}
	}
	if found {
		return best
	}
	for i, c := range n.Cells {
		if c.CPUs.Len() > 0 {
			return i
		}
	}
	return 0
}

var hierarchies = []string{"memory", "first-level", "second-level", "third-level"}

// hmat describes latencies, bandwidths and caches.
func (b *builder) hmat(n *domxml.NUMA) {
	lb := func(initiator, target, cache uint, kind, what, value string) {
		level := hierarchies[min(cache, 3)]
		b.arg("-numa", word("hmat-lb").set("initiator", itoa(initiator)).set("target", itoa(target)).
			set("hierarchy", level).set("data-type", kind+"-"+what).set(what, value).String())
	}
	if i := n.Interconnects; i != nil {
		latency := func(l domxml.Latency) { lb(l.Initiator, l.Target, l.Cache, l.Type, "latency", itoa(l.Value)) }
		bandwidth := func(w domxml.Bandwidth) { lb(w.Initiator, w.Target, w.Cache, w.Type, "bandwidth", itoa(w.Value)+"K") }
		for _, l := range i.Latencies {
			latency(l)
		}
		for _, w := range i.Bandwidths {
			bandwidth(w)
		}
	}
	for id, c := range n.Cells {
		for _, k := range c.Caches {
			associativity := map[string]string{"none": "none", "direct": "direct", "full": "complex"}[k.Associativity]
			policy := map[string]string{"none": "none", "writeback": "write-back", "writethrough": "write-through"}[k.Policy]
			b.arg("-numa", word("hmat-cache").set("node-id", itoa(id)).set("size", itoa(cacheBytes(k.Size)>>10)+"K").
				set("level", itoa(k.Level)).set("associativity", associativity).set("policy", policy).
				set("line", itoa(cacheBytes(k.Line))).String())
		}
	}
}

func cacheBytes(s domxml.CacheSize) uint64 {
	unit, ok := domxml.UnitBytes(s.Unit)
	if !ok {
		unit = 1
	}
	return s.Value * unit
}
