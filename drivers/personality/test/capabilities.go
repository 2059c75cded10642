package testpersonality

import (
	"slices"
	"sync"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

// pageSizes are those that the CPU of every simulated host knows, in KiB.
var pageSizes = []uint32{4, 8, 2048, 1 << 20}

// capabilities describes a host: the CPU of the test driver, the NUMA cells
// that the host has, and the two kinds of guests that there are.
func capabilities(h drivers.SimulatedHost) *domxml.Capabilities {
	host := domxml.CapabilitiesHost{
		CPU: &domxml.HostCPU{
			Arch:  "i686",
			Flags: &domxml.HostCPUFlags{PAE: true, NonPAE: true},
		},
		PowerManagement: &domxml.CapabilitiesPower{},
		IOMMU:           &domxml.CapabilitiesIOMMU{Support: domxml.No},
		Topology:        topology(h),
		SecModels:       []domxml.CapabilitiesSecModel{{Model: "testSecurity"}},
	}
	for _, size := range pageSizes {
		host.CPU.Pages = append(host.CPU.Pages, domxml.CPUPages{Unit: "KiB", Size: uint64(size)})
	}
	c := &domxml.Capabilities{Host: host}
	for _, os := range []string{"hvm", "xen"} {
		c.Guests = append(c.Guests, guest(os))
	}
	return c
}

// guest is a kind of guest.
func guest(os string) domxml.CapabilitiesGuest {
	g := domxml.CapabilitiesGuest{
		OSType: os,
		Arch: domxml.CapabilitiesArch{
			Name: "i686", WordSize: 32, Emulator: "/usr/bin/test-hv",
			Domains: []domxml.CapabilitiesGuestDomain{{Type: "test"}},
		},
		Features: &domxml.CapabilitiesGuestFeatures{},
	}
	g.Features.Add(domxml.GuestFeaturePAE)
	g.Features.Add(domxml.GuestFeatureNonPAE)
	return g
}

// topology are the cells of a host: each is a socket of its own
// with an equal share of the CPUs. All memory is in the smallest pages.
func topology(h drivers.SimulatedHost) *domxml.CapabilitiesTopology {
	t := &domxml.CapabilitiesTopology{}
	if len(h.Cells) == 0 {
		return t // said all the same
	}
	share := uint(h.Node.CPUs) / uint(len(h.Cells))
	for i, c := range h.Cells {
		cell := domxml.CapabilitiesCell{
			ID:     uint(i),
			Memory: &domxml.CapabilitiesSize{Unit: "KiB", Value: c.Memory},
			CPUs:   &domxml.CapabilitiesCPUs{Num: share},
		}
		for _, size := range c.PageSizes {
			pages := domxml.CapabilitiesPages{Unit: "KiB", Size: uint64(size)}
			if size == slices.Min(c.PageSizes) {
				pages.Count = c.Memory / uint64(size)
			}
			cell.Pages = append(cell.Pages, pages)
		}
		for n := range share {
			cell.CPUs.CPUs = append(cell.CPUs.CPUs, cpu(uint(i), uint(i)*share+n, n))
		}
		t.Cells.Cells = append(t.Cells.Cells, cell)
	}
	t.Cells.Num = uint(len(t.Cells.Cells))
	return t
}

// cpu is a core without a sibling.
func cpu(socket, id, core uint) domxml.CapabilitiesCPU {
	var siblings domxml.CPUSet
	siblings.Add(int(id))
	return domxml.CapabilitiesCPU{
		ID: id, SocketID: &socket, DieID: new(uint), ClusterID: new(uint), CoreID: &core, Siblings: siblings,
	}
}

// defaultCapabilities is the document of test:///default.
var defaultCapabilities = sync.OnceValue(func() string {
	return string(domxml.FormatCapabilities(capabilities(defaultHost)))
})
