//go:build linux

// Package node knows the host itself: its processors, memory and firmware, as
// the kernel tells of them.
//
// Everything is read from a tree of files that stands for the root of the file
// system (proc, sys), so that a test describes any host with a few files.
package node

import (
	"io/fs"
	"os"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Host answers for the machine. Its methods may be called from any goroutine.
type Host struct {
	root fs.FS
	// write replaces the content of a file of the root.
	write func(name, content string) error
	arch  string
	// cpuid asks the processor.
	cpuid func(leaf, sub uint32) (a, b, c, d uint32)
	// kvm asks the kernel's hypervisor; nil where there is none.
	kvm hypervisor
	// ethtool is what a network card does by itself; nil knows nothing.
	ethtool func(name string) []string
}

// features is what a network card does by itself.
func (h *Host) features(name string) []string {
	if h.ethtool == nil {
		return nil
	}
	return h.ethtool(name)
}

var (
	_ drivers.NodeInformer   = (*Host)(nil)
	_ drivers.CPUMapper      = (*Host)(nil)
	_ drivers.NodeCPUStatter = (*Host)(nil)
	_ drivers.FreeMemorier   = (*Host)(nil)
	_ drivers.FreePager      = (*Host)(nil)
	_ drivers.Sysinfoer      = (*Host)(nil)

	_ drivers.NodeDeviceLister  = (*Host)(nil)
	_ drivers.InterfaceLister   = (*Host)(nil)
	_ drivers.NodeMemoryStatter = (*Host)(nil)
	_ drivers.NodeMemoryTuner   = (*Host)(nil)
	_ drivers.PageAllocator     = (*Host)(nil)
	_ drivers.NodeDeviceWatcher = (*Host)(nil)
	_ drivers.NodeDevicer       = (*Host)(nil)
)

// New is the machine that we run on.
func New() *Host {
	return &Host{
		root:  os.DirFS("/"),
		write: func(name, content string) error { return os.WriteFile("/"+name, []byte(content), 0o644) },
		arch:  machine(),
		cpuid: registers,
		kvm:   device{},

		ethtool: ethtool,
	}
}

// Arch is libvirt's name of the processor.
func (h *Host) Arch() string { return h.arch }

// failed is an error that the host itself raises.
func failed(code vir.ErrorNumber, format string, args ...any) error {
	return vir.Errorf(vir.FromNone, code, format, args...)
}
