//go:build linux

package node

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// systemPage is the size of the smallest pages in KiB.
var systemPage = uint64(os.Getpagesize() >> 10)

// hugeDir is where the pools of huge pages of a cell are.
func (c *cell) hugeDir() string {
	if c == nil || c.dir == "" {
		return "sys/kernel/mm/hugepages"
	}
	return c.dir + "/hugepages"
}

// hugeSizes are the sizes of huge pages in KiB, smallest first.
func (h *Host) hugeSizes(c *cell) []uint64 {
	entries, err := fs.ReadDir(h.root, c.hugeDir())
	if err != nil {
		return nil
	}
	var out []uint64
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), "hugepages-")
		if n, err := strconv.ParseUint(strings.TrimSuffix(name, "kB"), 10, 64); ok && err == nil {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// pool is a file of a pool of huge pages.
func (c *cell) pool(size uint64, file string) string {
	return fmt.Sprintf("%s/hugepages-%dkB/%s", c.hugeDir(), size, file)
}

// pages counts the pages of a size: all, and those that are free. Memory that
// is in huge pages is not in small ones.
func (h *Host) pages(c *cell, size uint64) (all, free uint64, ok bool) {
	if size != systemPage {
		all, ok = h.number(c.pool(size, "nr_hugepages"))
		free, _ = h.number(c.pool(size, "free_hugepages"))
		return all, free, ok
	}
	m := h.meminfo(c)
	huge := uint64(0)
	for _, s := range h.hugeSizes(c) {
		n, _ := h.number(c.pool(s, "nr_hugepages"))
		huge += n * s
	}
	all = (m["MemTotal"] - min(huge, m["MemTotal"])) / size
	return all, m["MemFree"] / size, true
}

// FreePages counts free pages of some sizes; cell -1 is the whole host.
func (h *Host) FreePages(_ context.Context, sizes []uint32, start, count int) ([]uint64, error) {
	last := h.lastCell()
	if start > last {
		return nil, failed(vir.ErrInternalError, "start cell %d out of range (0-%d)", start, last)
	}
	var out []uint64
	for id := start; id <= last && id-start < count; id++ {
		c := h.cellOrHost(id)
		for _, size := range sizes {
			_, free, ok := h.pages(c, uint64(size))
			if !ok {
				return nil, failed(vir.ErrOperationFailed, "page size %d is not available on node %d", size, id)
			}
			out = append(out, free)
		}
	}
	return out, nil
}

func (h *Host) lastCell() int {
	cells := h.cells()
	return cells[len(cells)-1].id
}

// cellOrHost is the cell of a number; nil, which is the whole host, for -1.
func (h *Host) cellOrHost(id int) *cell {
	if id < 0 {
		return nil
	}
	for _, c := range h.cells() {
		if c.id == id {
			return &c
		}
	}
	return &cell{id: id, dir: fmt.Sprintf("%s/node%d", nodeDir, id)}
}

// AllocPages reserves huge pages, or gives them back: counts of pages of sizes
// (KiB) are what each of the cells has afterwards, or has more with add. It
// answers how many pools it has changed.
func (h *Host) AllocPages(_ context.Context, sizes []uint32, counts []uint64, start, cellCount int, add bool) (int, error) {
	last := h.lastCell()
	if start > last {
		return 0, failed(vir.ErrInternalError, "start cell %d out of range (0-%d)", start, last)
	}
	changed := 0
	for id := start; id <= last && id-start < cellCount; id++ {
		for i, size := range sizes {
			if err := h.allocPages(id, uint64(size), counts[i], add); err != nil {
				return changed, err
			}
			changed++
		}
	}
	return changed, nil
}

func (h *Host) allocPages(id int, size, count uint64, add bool) error {
	if size == systemPage {
		return failed(vir.ErrOperationUnsupported, "system pages pool can't be modified")
	}
	c := h.cellOrHost(id)
	if id < -1 || c != nil && c.dir != "" && !h.exists(c.dir) {
		return failed(vir.ErrOperationFailed, "NUMA node %d is not available", id)
	}
	file := c.pool(size, "nr_hugepages")
	before, ok := h.number(file)
	if !ok {
		return failed(vir.ErrOperationFailed, "page size %d is not available on node %d", size, id)
	}
	if add {
		count = max(count, count+before) // a number without meaning does not become a small one
	}
	if err := h.write(file, strconv.FormatUint(count, 10)); err != nil {
		return systemError(err, "Unable to write to: /%s", file)
	}
	if after, _ := h.number(file); after < count {
		return failed(vir.ErrOperationFailed, "Unable to allocate %d pages. Allocated only %d", count, after)
	}
	return nil
}
