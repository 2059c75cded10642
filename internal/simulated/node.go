package simulated

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// hostText is the host's part of its capabilities: a small server.
//
//go:embed host.xml
var hostText []byte

const (
	// owner is whom a root daemon of a distribution runs guests as.
	owner = "+64055:+64055"
	// maxKVMCPUs is what a common kernel says.
	maxKVMCPUs = 1024
	megahertz  = 2400
)

// describedHost reads the description.
func describedHost() (*domxml.CapabilitiesHost, error) {
	c, err := domxml.ParseCapabilities(hostText)
	if err != nil {
		return nil, fmt.Errorf("the simulated host: %w", err)
	}
	h := &c.Host
	if h.CPU == nil || h.CPU.Topology == nil || h.CPU.MaxPhysAddr == nil || h.Topology == nil ||
		slices.ContainsFunc(h.Topology.Cells.Cells, func(c domxml.CapabilitiesCell) bool { return c.Memory == nil || c.CPUs == nil }) {
		return nil, errors.New("the simulated host has no size")
	}
	return h, nil
}

// sizeOf is what the description says in figures: half of the memory is free.
func sizeOf(h *domxml.CapabilitiesHost) (size drivers.SimulatedHost) {
	t := h.CPU.Topology
	size.Node = drivers.NodeInfo{
		Model: h.CPU.Arch, MHz: megahertz, Nodes: uint32(len(h.Topology.Cells.Cells)),
		Sockets: uint32(t.Sockets), Cores: uint32(t.Cores), Threads: uint32(t.Threads),
	}
	for _, c := range h.Topology.Cells.Cells {
		cell := drivers.SimulatedCell{Memory: c.Memory.Value, Free: c.Memory.Value / 2}
		for _, p := range c.Pages {
			cell.PageSizes = append(cell.PageSizes, uint32(p.Size))
		}
		size.Cells = append(size.Cells, cell)
		size.Node.Memory += cell.Memory
		size.Node.CPUs += uint32(len(c.CPUs.CPUs))
	}
	size.Online = make([]bool, size.Node.CPUs)
	for i := range size.Online {
		size.Online[i] = true
	}
	return size
}

// node has the figures of the host for which the simulation has those of
// libvirt's test driver, which are meant to be nothing but foreseeable.
type node struct{ size drivers.SimulatedHost }

// HasStoragePoolType is true for those that a distribution with all of its
// packages has.
func (node) HasStoragePoolType(t domxml.StoragePoolType) bool {
	return domxml.KnownStoragePoolType(t) && t != domxml.StoragePoolSheepdog && t != domxml.StoragePoolVstorage
}

// FreeMemory is that of all cells, in bytes.
func (n node) FreeMemory(context.Context) (sum uint64, err error) {
	for _, c := range n.size.Cells {
		sum += c.Free << 10
	}
	return sum, nil
}

// span are the cells from start on, count at most.
func (n node) span(start, count int) ([]drivers.SimulatedCell, error) {
	if last := len(n.size.Cells) - 1; start > last {
		return nil, vir.Errorf(vir.FromNone, vir.ErrInternalError, "start cell %d out of range (0-%d)", start, last)
	}
	return n.size.Cells[start:min(len(n.size.Cells), start+count)], nil
}

// CellsFreeMemory is the free memory of cells, in bytes.
func (n node) CellsFreeMemory(_ context.Context, start, count int) (out []uint64, err error) {
	cells, err := n.span(start, count)
	for _, c := range cells {
		out = append(out, c.Free<<10)
	}
	return out, err
}

// FreePages counts pages: all free memory is in the smallest ones.
func (n node) FreePages(_ context.Context, sizes []uint32, start, count int) (out []uint64, err error) {
	cells, err := n.span(max(0, start), count)
	if err != nil {
		return nil, err
	}
	for i, c := range cells {
		for _, size := range sizes {
			at := -1
			for j, s := range c.PageSizes {
				if s == size {
					at = j
				}
			}
			switch at {
			case -1:
				return nil, vir.Errorf(vir.FromNone, vir.ErrOperationFailed, "page size %d is not available on node %d", size, start+i)
			case 0:
				out = append(out, c.Free/uint64(size))
			default:
				out = append(out, 0)
			}
		}
	}
	return out, nil
}
