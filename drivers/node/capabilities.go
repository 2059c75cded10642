//go:build linux

package node

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// Capabilities is the host's part of the capabilities document, without what
// depends on who runs guests: identity, migration, confinement. cpu is the
// processor as the map of models knows it (HostCPU), nil where it does not.
func (h *Host) Capabilities(cpu *domxml.HostCPU) (domxml.CapabilitiesHost, error) {
	topology, err := h.topology()
	if err != nil {
		return domxml.CapabilitiesHost{}, err
	}
	return domxml.CapabilitiesHost{
		CPU: cpu, PowerManagement: h.power(), IOMMU: h.iommu(), Topology: topology, Cache: h.caches(),
	}, nil
}

// power are the ways to sleep.
func (h *Host) power() *domxml.CapabilitiesPower {
	states := strings.Fields(h.word("sys/power/state"))
	p := &domxml.CapabilitiesPower{}
	p.SuspendMem = domxml.Flag(slices.Contains(states, "mem"))
	// The kernel puts the chosen way in brackets; without a place to write to it
	// is "disabled".
	disk := h.word("sys/power/disk")
	if slices.Contains(states, "disk") && !strings.Contains(disk, "disabled") {
		p.SuspendDisk = true
		p.SuspendHybrid = domxml.Flag(strings.Contains(disk, "suspend"))
	}
	return p
}

// iommu says whether devices can be given to guests.
func (h *Host) iommu() *domxml.CapabilitiesIOMMU {
	if groups, err := fs.ReadDir(h.root, "sys/kernel/iommu_groups"); err == nil && len(groups) > 0 {
		return &domxml.CapabilitiesIOMMU{Support: domxml.Yes}
	}
	return &domxml.CapabilitiesIOMMU{Support: domxml.No}
}
