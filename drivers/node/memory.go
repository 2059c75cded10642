//go:build linux

package node

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

const nodeDir = "sys/devices/system/node"

// cell is a NUMA node.
type cell struct {
	id   int
	dir  string // "" where the kernel knows no NUMA: then there is one cell
	cpus []int
}

// cells are the NUMA nodes that are online.
func (h *Host) cells() []cell {
	ids, err := h.list(nodeDir + "/online")
	if err != nil || len(ids) == 0 {
		online, _ := h.onlineCPUs()
		return []cell{{cpus: online}}
	}
	var out []cell
	for _, id := range ids {
		c := cell{id: id, dir: fmt.Sprintf("%s/node%d", nodeDir, id)}
		c.cpus, _ = h.list(c.dir + "/cpulist")
		out = append(out, c)
	}
	return out
}

// meminfo reads figures of the whole host or of a cell, in KiB by name.
func (h *Host) meminfo(c *cell) map[string]uint64 {
	name := "proc/meminfo"
	if c != nil && c.dir != "" {
		name = c.dir + "/meminfo"
	}
	text, err := h.read(name)
	if err != nil {
		return nil
	}
	out := map[string]uint64{}
	for line := range strings.SplitSeq(text, "\n") {
		key, value, _ := strings.Cut(line, ":")
		words, figures := strings.Fields(key), strings.Fields(value)
		if len(words) == 0 || len(figures) == 0 {
			continue
		}
		// A cell's lines begin with "Node 0".
		if n, err := strconv.ParseUint(figures[0], 10, 64); err == nil {
			out[words[len(words)-1]] = n
		}
	}
	return out
}

// memory is the host's size in KiB: that of the cells, which may be less than
// the kernel has in all.
func (h *Host) memory() (sum uint64) {
	for _, c := range h.cells() {
		sum += h.meminfo(&c)["MemTotal"]
	}
	return sum
}

// FreeMemory is that of all cells, in bytes.
func (h *Host) FreeMemory(context.Context) (sum uint64, err error) {
	for _, c := range h.cells() {
		sum += h.meminfo(&c)["MemFree"] << 10
	}
	return sum, nil
}

// span are the cells from start on, count at most.
func (h *Host) span(start, count int) ([]cell, error) {
	cells := h.cells()
	last := cells[len(cells)-1].id
	if start > last {
		return nil, failed(vir.ErrInternalError, "start cell %d out of range (0-%d)", start, last)
	}
	var out []cell
	for id := start; id <= last && id-start < count; id++ {
		i := slices.IndexFunc(cells, func(c cell) bool { return c.id == id })
		if i >= 0 {
			out = append(out, cells[i])
		} else {
			out = append(out, cell{id: id, dir: fmt.Sprintf("%s/node%d", nodeDir, id)}) // a gap: nothing is there
		}
	}
	return out, nil
}

// CellsFreeMemory is the free memory of cells, in bytes.
func (h *Host) CellsFreeMemory(_ context.Context, start, count int) ([]uint64, error) {
	cells, err := h.span(start, count)
	if err != nil {
		return nil, err
	}
	out := make([]uint64, 0, len(cells))
	for _, c := range cells {
		out = append(out, h.meminfo(&c)["MemFree"]<<10)
	}
	return out, nil
}
