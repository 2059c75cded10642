//go:build linux

package node

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// topology is where memory and processors are.
func (h *Host) topology() (*domxml.CapabilitiesTopology, error) {
	processors, err := h.processors()
	if err != nil {
		return nil, err
	}
	t := &domxml.CapabilitiesTopology{}
	cells := h.cells()
	for _, c := range cells {
		m := h.meminfo(&c)
		out := domxml.CapabilitiesCell{
			ID: uint(c.id), CPUs: &domxml.CapabilitiesCPUs{},
			Memory: &domxml.CapabilitiesSize{Unit: "KiB", Value: m["MemTotal"]},
		}
		for _, size := range append([]uint64{systemPage}, h.hugeSizes(&c)...) {
			if all, _, ok := h.pages(&c, size); ok {
				out.Pages = append(out.Pages, domxml.CapabilitiesPages{Unit: "KiB", Size: size, Count: all})
			}
		}
		out.Distances = h.distances(&c, cells)
		out.Caches = h.memoryCaches(&c)
		for _, p := range processors {
			if slices.Contains(c.cpus, p.id) || c.dir == "" {
				out.CPUs.CPUs = append(out.CPUs.CPUs, p.element())
			}
		}
		t.Cells.Cells = append(t.Cells.Cells, out)
	}
	t.Cells.Num = uint(len(t.Cells.Cells))
	t.Interconnects = h.interconnects(cells)
	return t, nil
}

// element is the CPU in the document; nothing is known of one that is offline.
func (p *processor) element() domxml.CapabilitiesCPU {
	c := domxml.CapabilitiesCPU{ID: uint(p.id)}
	if !p.online {
		return c
	}
	number := func(n int) *uint { u := uint(max(0, n)); return &u }
	c.SocketID, c.DieID, c.ClusterID, c.CoreID = number(p.socket), number(p.die), number(p.cluster), number(p.core)
	for _, id := range p.siblings {
		c.Siblings.Add(id)
	}
	return c
}

// distances are those to the other cells, in the firmware's unit.
func (h *Host) distances(c *cell, cells []cell) []domxml.CapabilitiesDistance {
	if c.dir == "" {
		return nil
	}
	var out []domxml.CapabilitiesDistance
	for i, word := range strings.Fields(h.word(c.dir + "/distance")) {
		n, err := strconv.ParseUint(word, 10, 16)
		if err != nil || i >= len(cells) {
			return out
		}
		if n > 0 {
			out = append(out, domxml.CapabilitiesDistance{ID: uint(cells[i].id), Value: uint(n)})
		}
	}
	return out
}

// memoryCaches are those in front of a cell's memory.
func (h *Host) memoryCaches(c *cell) []domxml.CapabilitiesCellCache {
	if c.dir == "" {
		return nil
	}
	var out []domxml.CapabilitiesCellCache
	for _, level := range h.numbered(c.dir+"/memory_side_cache", "index") {
		dir := fmt.Sprintf("%s/memory_side_cache/index%d/", c.dir, level)
		size, ok := h.number(dir + "size")
		if !ok {
			continue
		}
		line, _ := h.number(dir + "line_size")
		cache := domxml.CapabilitiesCellCache{
			Level: uint(level),
			Size:  &domxml.CapabilitiesValue{Value: size >> 10, Unit: "KiB"},
			Line:  &domxml.CapabilitiesValue{Value: line, Unit: "B"},
		}
		// The kernel's numbers: 0 is direct mapped, 1 is other.
		cache.Associativity = choice(h.word(dir+"indexing"), "direct", "full", "none")
		cache.Policy = choice(h.word(dir+"write_policy"), "writeback", "writethrough", "none")
		out = append(out, cache)
	}
	return out
}

// choice is the word for a number of a file.
func choice(number string, words ...string) string {
	n, err := strconv.ParseUint(number, 10, 8)
	if err != nil || n >= uint64(len(words)) {
		return words[len(words)-1]
	}
	return words[n]
}
