//go:build linux

package node

import (
	"reflect"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

func TestFreeMemory(t *testing.T) {
	h, _ := tree(twoCells)
	if n, err := h.FreeMemory(t.Context()); err != nil || n != 1200000<<10 {
		t.Errorf("%d, %v", n, err)
	}
	for _, c := range []struct {
		start, count int
		want         []uint64
	}{{0, 5, []uint64{400000 << 10, 800000 << 10}}, {0, 1, []uint64{400000 << 10}}, {1, 1, []uint64{800000 << 10}}} {
		if got, err := h.CellsFreeMemory(t.Context(), c.start, c.count); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	_, err := h.CellsFreeMemory(t.Context(), 3, 1)
	refused(t, err, vir.ErrInternalError, vir.FromNone, "internal error: start cell 3 out of range (0-1)")
}

func TestNodeMemoryStats(t *testing.T) {
	h, _ := tree(twoCells)
	for cell, want := range map[int][]drivers.NodeMemoryStat{
		-1: {{Name: "total", Value: 3500000}, {Name: "free", Value: 1200000}, {Name: "buffers", Value: 70000}, {Name: "cached", Value: 500000}},
		1:  {{Name: "total", Value: 2000000}, {Name: "free", Value: 800000}},
	} {
		if got, err := h.NodeMemoryStats(t.Context(), cell); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d: %v, %v", cell, got, err)
		}
	}
	_, err := h.NodeMemoryStats(t.Context(), 2)
	refused(t, err, vir.ErrInvalidArg, vir.FromNone, "cellNum in virHostMemGetStats must be less than or equal to 1")
}

func TestFreePages(t *testing.T) {
	h, _ := tree(twoCells)
	for _, c := range []struct {
		start, count int
		want         []uint64
	}{
		{0, 2, []uint64{100000, 0, 200000, 5}}, {0, 1, []uint64{100000, 0}}, {1, 9, []uint64{200000, 5}},
		{-1, 1, []uint64{300000, 5}}, {-1, 2, []uint64{300000, 5, 100000, 0}},
	} {
		if got, err := h.FreePages(t.Context(), []uint32{4, 2048}, c.start, c.count); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	_, err := h.FreePages(t.Context(), []uint32{5}, 0, 1)
	refused(t, err, vir.ErrOperationFailed, vir.FromNone, "operation failed: page size 5 is not available on node 0")
	_, err = h.FreePages(t.Context(), []uint32{4}, 2, 1)
	refused(t, err, vir.ErrInternalError, vir.FromNone, "internal error: start cell 2 out of range (0-1)")
}

func TestAllocPages(t *testing.T) {
	h, root := tree(twoCells)
	alloc := func(size uint32, count uint64, start, cells int, add bool) (int, error) {
		return h.AllocPages(t.Context(), []uint32{size}, []uint64{count}, start, cells, add)
	}
	for i, c := range []struct {
		count        uint64
		start, cells int
		add          bool
		changed      int
		want         [3]string // of the cells and the host
	}{
		{3, 0, 1, true, 1, [3]string{"3", "16", "16"}},
		{3, 0, 9, true, 2, [3]string{"6", "19", "16"}},
		{1, 1, 1, false, 1, [3]string{"6", "1", "16"}},
		{40, -1, 1, false, 1, [3]string{"6", "1", "40"}},
	} {
		n, err := alloc(2048, c.count, c.start, c.cells, c.add)
		if err != nil || n != c.changed {
			t.Errorf("%d: %d, %v", i, n, err)
		}
		for j, dir := range []string{nodeDir + "/node0/hugepages", nodeDir + "/node1/hugepages", "sys/kernel/mm/hugepages"} {
			if got := h.word(dir + "/hugepages-2048kB/nr_hugepages"); got != c.want[j] {
				t.Errorf("%d: %s has %s, want %s", i, dir, got, c.want[j])
			}
		}
	}
	_, err := alloc(5, 1, 0, 1, true)
	refused(t, err, vir.ErrOperationFailed, vir.FromNone, "operation failed: page size 5 is not available on node 0")
	_, err = alloc(4, 1, 0, 1, true)
	refused(t, err, vir.ErrOperationUnsupported, vir.FromNone, "Operation not supported: system pages pool can't be modified")
	_, err = alloc(2048, 1, -2, 1, true)
	refused(t, err, vir.ErrOperationFailed, vir.FromNone, "operation failed: NUMA node -2 is not available")
	_, err = alloc(2048, 1, 2, 1, true)
	refused(t, err, vir.ErrInternalError, vir.FromNone, "internal error: start cell 2 out of range (0-1)")
	// A kernel that has less memory than was asked for takes what there is.
	h.write = func(name, _ string) error { root[name].Data = []byte("20"); return nil }
	_, err = alloc(2048, 100, 0, 1, false)
	refused(t, err, vir.ErrOperationFailed, vir.FromNone, "operation failed: Unable to allocate 100 pages. Allocated only 20")
}
