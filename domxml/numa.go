package domxml

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// NUMA are the memory cells that a guest sees.
type NUMA struct {
	Cells         []NUMACell     `xml:"cell"`
	Interconnects *Interconnects `xml:"interconnects"`
}

// NUMACell is a group of CPUs with its memory.
type NUMACell struct {
	ID        *uint       `xml:"id,attr,omitempty"`
	CPUs      CPUSet      `xml:"cpus,attr,omitempty"`
	Memory    uint64      `xml:"memory,attr" vir:"always"` // KiB
	Unit      string      `xml:"unit,attr"`
	MemAccess string      `xml:"memAccess,attr,omitempty" vir:"enum=shared|private"`
	Discard   YesNo       `xml:"discard,attr,omitempty"`
	Distances []Distance  `xml:"distances>sibling"`
	Caches    []NUMACache `xml:"cache"`
}

// Distance is how far a cell is from another one; 10 is here.
type Distance struct {
	ID    uint `xml:"id,attr" vir:"required always"`
	Value uint `xml:"value,attr" vir:"required always"`
}

// NUMACache is a cache in front of a cell's memory.
type NUMACache struct {
	Level         uint      `xml:"level,attr" vir:"required nonzero"`
	Associativity string    `xml:"associativity,attr" vir:"required enum=none|direct|full"`
	Policy        string    `xml:"policy,attr" vir:"required enum=none|writeback|writethrough"`
	Size          CacheSize `xml:"size"`
	Line          CacheSize `xml:"line"`
}

// CacheSize is a size of a cache.
type CacheSize struct {
	Value uint64 `xml:"value,attr" vir:"required"`
	Unit  string `xml:"unit,attr"`
}

// Interconnects say how fast cells reach one another.
type Interconnects struct {
	Latencies  []Latency   `xml:"latency"`
	Bandwidths []Bandwidth `xml:"bandwidth"`
	// Order is that of the elements, a letter each: l or b. Without it
	// latencies come first.
	Order string `xml:"-"`
}

func (x *Interconnects) parsed(_ *decoder, n node) error {
	var order []byte
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.IsElement("latency") || c.IsElement("bandwidth") {
			order = append(order, c.Name()[0])
		}
	}
	if !sort.SliceIsSorted(order, func(i, j int) bool { return order[i] > order[j] }) {
		x.Order = string(order)
	}
	return nil
}

func (x *Interconnects) formatElement(e *encoder, name string) {
	if strings.Count(x.Order, "l") != len(x.Latencies) || strings.Count(x.Order, "b") != len(x.Bandwidths) {
		x = &Interconnects{Latencies: x.Latencies, Bandwidths: x.Bandwidths}
	}
	if x.Order == "" {
		e.plain(name, x)
		return
	}
	e.line("<" + name + ">")
	e.depth++
	next := [2]int{}
	for _, o := range x.Order {
		if o == 'l' {
			e.any("latency", &x.Latencies[next[0]])
			next[0]++
		} else {
			e.any("bandwidth", &x.Bandwidths[next[1]])
			next[1]++
		}
	}
	e.depth--
	e.line("</" + name + ">")
}

// Latency is a time in nanoseconds.
type Latency struct {
	Initiator uint   `xml:"initiator,attr" vir:"required always"`
	Target    uint   `xml:"target,attr" vir:"required always"`
	Cache     uint   `xml:"cache,attr,omitempty" vir:"nonzero"`
	Type      string `xml:"type,attr" vir:"required enum=access|read|write"`
	Value     uint64 `xml:"value,attr" vir:"required nonzero"`
}

// Bandwidth is an amount per second.
type Bandwidth struct {
	Initiator uint   `xml:"initiator,attr" vir:"required always"`
	Target    uint   `xml:"target,attr" vir:"required always"`
	Cache     uint   `xml:"cache,attr,omitempty" vir:"nonzero"`
	Type      string `xml:"type,attr" vir:"required enum=access|read|write"`
	Value     uint64 `xml:"value,attr" vir:"required nonzero"`
	Unit      string `xml:"unit,attr"`
}

func (b *Bandwidth) parsed(*decoder, node) error {
	bytes, err := scaleNumber(b.Value, b.Unit, 1024, 1<<63)
	if err != nil {
		return err
	}
	b.Value, b.Unit = toKiB(bytes), "KiB"
	return nil
}

func (c *NUMACell) parsed(_ *decoder, n node) error {
	if _, ok := n.Attr("memory"); !ok {
		return errMissingPath("./@memory")
	}
	bytes, err := scaleNumber(c.Memory, c.Unit, 1024, 1<<63)
	if err != nil {
		return err
	}
	c.Memory, c.Unit = toKiB(bytes), "KiB"
	slices.SortStableFunc(c.Distances, func(a, b Distance) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

func (s *CacheSize) parsed(*decoder, node) error {
	bytes, err := scaleNumber(s.Value, s.Unit, 1024, 1<<63)
	if err != nil {
		return err
	}
	s.Value, s.Unit = pretty(bytes)
	return nil
}

// parsed numbers the cells and checks that each number is there once.
func (n *NUMA) parsed(*decoder, node) error {
	if len(n.Cells) == 0 {
		return errXML("NUMA topology defined without NUMA cells")
	}
	for i := range n.Cells {
		c := &n.Cells[i]
		if c.ID == nil {
			id := uint(i)
			c.ID = &id
		}
		if *c.ID >= uint(len(n.Cells)) {
			return errXML("Exactly one 'cell' element per guest NUMA cell allowed, non-contiguous ranges or ranges not starting from 0 are not allowed")
		}
	}
	slices.SortStableFunc(n.Cells, func(a, b NUMACell) int { return cmp.Compare(*a.ID, *b.ID) })
	for i, c := range n.Cells {
		if *c.ID != uint(i) {
			return errXML("Duplicate NUMA cell info for cell id '%d'", *c.ID)
		}
	}
	var seen CPUSet
	for i, a := range n.Cells {
		if !a.CPUs.Overlaps(seen) {
			seen = seen.union(a.CPUs)
			continue
		}
		for j, b := range n.Cells[:i] {
			if a.CPUs.Overlaps(b.CPUs) {
				return errUnsupported("NUMA cells %d and %d have overlapping vCPU ids", i, j)
			}
		}
	}
	n.mirrorDistances()
	return n.checkInterconnects()
}

// mirrorDistances completes what is said of one direction only.
func (n *NUMA) mirrorDistances() {
	known := map[[2]uint]bool{}
	for i, c := range n.Cells {
		for _, s := range c.Distances {
			known[[2]uint{uint(i), s.ID}] = true
		}
	}
	add := func(from, to, value uint) {
		if pair := [2]uint{from, to}; !known[pair] && from < uint(len(n.Cells)) {
			known[pair] = true
			n.Cells[from].Distances = append(n.Cells[from].Distances, Distance{to, value})
		}
	}
	for i := range n.Cells {
		for _, s := range n.Cells[i].Distances {
			add(s.ID, uint(i), s.Value)
			add(s.ID, s.ID, 10)
			add(uint(i), uint(i), 10)
		}
	}
	for i := range n.Cells {
		slices.SortStableFunc(n.Cells[i].Distances, func(a, b Distance) int { return cmp.Compare(a.ID, b.ID) })
	}
}

// checkInterconnects wants the cells and caches that are named to be there.
func (n *NUMA) checkInterconnects() error {
	if n.Interconnects == nil {
		return nil
	}
	check := func(initiator, target, cache uint) error {
		if initiator >= uint(len(n.Cells)) {
			return errXML("'initiator' refers to a non-existent NUMA node")
		}
		if target >= uint(len(n.Cells)) {
			return errXML("'target' refers to a non-existent NUMA node")
		}
		if cache > 0 && !slices.ContainsFunc(n.Cells[target].Caches, func(c NUMACache) bool { return c.Level == cache }) {
			return errXML("'cache' refers to a non-existent NUMA node cache")
		}
		return nil
	}
	type pair struct {
		initiator, target, cache uint
		kind                     string
	}
	latencies, bandwidths := map[pair]bool{}, map[pair]bool{}
	for _, l := range n.Interconnects.Latencies {
		p := pair{l.Initiator, l.Target, l.Cache, l.Type}
		if latencies[p] {
			return errXML("Duplicate info for NUMA latencies")
		}
		latencies[p] = true
		if err := check(l.Initiator, l.Target, l.Cache); err != nil {
			return err
		}
	}
	for _, b := range n.Interconnects.Bandwidths {
		p := pair{b.Initiator, b.Target, b.Cache, b.Type}
		if bandwidths[p] {
			return errXML("Duplicate info for NUMA bandwidth")
		}
		bandwidths[p] = true
		if err := check(b.Initiator, b.Target, b.Cache); err != nil {
			return err
		}
	}
	return nil
}

// memory is the sum of all cells.
func (n *NUMA) memory() (kib uint64) {
	for _, c := range n.Cells {
		kib += c.Memory
	}
	return kib
}
