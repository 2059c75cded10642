//go:build linux

package node

import (
	"context"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/cpumap"
)

// HostCPU describes the processor. Where the map of models (nil for none) has
// no name for it, only its places and pages are told.
func (h *Host) HostCPU(ctx context.Context, models *cpumap.Map) (*domxml.HostCPU, error) {
	info, err := h.NodeInfo(ctx)
	if err != nil {
		return nil, err
	}
	cpu := &domxml.HostCPU{Arch: h.arch}
	if models != nil {
		cpu = models.HostCPU(h.arch, h.registers)
	}
	cpu.Topology = &domxml.HostCPUTopology{
		Sockets: uint(info.Sockets), Dies: 1, Clusters: 1, Cores: uint(info.Cores), Threads: uint(info.Threads),
	}
	if cpu.Model != "" {
		h.details(cpu)
	} else {
		cpu.Signature, cpu.Vendor = nil, ""
	}
	for _, size := range append([]uint64{systemPage}, h.hugeSizes(nil)...) {
		cpu.Pages = append(cpu.Pages, domxml.CPUPages{Unit: "KiB", Size: size})
	}
	return cpu, nil
}

// details are what the kernel knows of a processor.
func (h *Host) details(cpu *domxml.HostCPU) {
	text, err := h.read("proc/cpuinfo")
	if err != nil {
		text = ""
	}
	if n, err := strconv.ParseUint(field(text, "microcode"), 0, 32); err == nil {
		cpu.Microcode = &domxml.CPUMicrocode{Version: n}
	}
	if n := h.PhysAddrBits(); n > 0 {
		cpu.MaxPhysAddr = &domxml.MaxPhysAddr{Mode: "emulate", Bits: n}
	}
	if h.kvm != nil && (h.arch == "x86_64" || h.arch == "i686") {
		if hz, scaling, ok := h.kvm.tsc(); ok {
			cpu.Counter = &domxml.CPUCounter{Name: "tsc", Frequency: hz, Scaling: domxml.No}
			if scaling {
				cpu.Counter.Scaling = domxml.Yes
			}
		}
	}
}

// PhysAddrBits is the width of the processor's physical addresses, 0 where the
// kernel does not say.
func (h *Host) PhysAddrBits() int {
	text, err := h.read("proc/cpuinfo")
	if err != nil {
		return 0
	}
	// "46 bits physical, 48 bits virtual"
	bits, _, _ := strings.Cut(field(text, "address sizes"), " bits physical")
	n, err := strconv.ParseUint(bits, 10, 8)
	if err != nil {
		return 0
	}
	return int(n)
}

// registers are those of the processor that this runs on; model specific ones
// are the kernel's to read.
func (h *Host) registers(msr bool, leaf, sub uint32) (a, b, c, d uint32) {
	if !msr {
		return h.cpuid(leaf, sub)
	}
	if h.kvm == nil {
		return 0, 0, 0, 0
	}
	value, _ := h.kvm.msr(leaf)
	return uint32(value), 0, 0, uint32(value >> 32)
}
