package qemupersonality

import (
	"context"
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/protocol/vir"
)

// ProcessorMap is the host's map of CPUs, nil where there is none.
func (i *Inventory) ProcessorMap(ctx context.Context) *cpumap.Map {
	m, err := i.models(ctx)
	if err != nil {
		return nil
	}
	return m
}

// ResolveCPU turns what a definition says of the CPU into the model that a
// guest of the emulator is started with: mode='host-model' becomes the best
// model with its differences, and so does match='minimum'. With
// check='partial', the host must have what the definition requires
// (VIR_ERR_CPU_INCOMPATIBLE).
func (i *Inventory) ResolveCPU(ctx context.Context, dom *domxml.Domain, e *qemucaps.Emulator) error {
	facts, err := i.Facts(ctx)
	if err != nil {
		return err
	}
	d := &domcaps{facts: facts, e: e, arch: dom.OS.Type.Arch, kvm: dom.Type == "kvm"}
	d.machine, _ = e.Machine(dom.OS.Type.Machine)
	c := dom.CPU
	if c == nil || !d.x86() {
		return nil
	}
	unsupported := func() error {
		return vir.Errorf(vir.FromQEMU, vir.ErrConfigUnsupported, "CPU mode '%s' for %s %s domain on %s host is not supported by hypervisor",
			c.Mode, d.arch, dom.Type, facts.Arch)
	}
	switch c.Mode {
	case "host-passthrough":
		if !d.kvm {
			return unsupported()
		}
		return nil
	case "maximum":
		return nil
	case "custom", "":
		if c.Model == nil || c.Model.Name == "" {
			return nil
		}
	}
	m := facts.Models
	if m == nil || d.expansion() == nil {
		if c.Mode == "host-model" {
			return unsupported()
		}
		return nil
	}
	best := c.Mode == "host-model" || c.Match == "minimum"
	if c.Mode == "custom" {
		if err := m.Settle(c); err != nil {
			return err
		}
		if !best && c.Check != "partial" {
			return nil
		}
	}
	query := d.guestQuery(m)
	cpu := m.GuestCPU(query)
	if cpu == nil {
		return unsupported()
	}
	if c.Mode == "custom" {
		result, why, err := m.CompareGuest(cpu, query.Lacking, cpumap.Document{Guest: c})
		if err != nil {
			return err
		}
		if result == vir.CPUCompareIncompatible {
			return vir.Errorf(vir.FromCPU, vir.ErrCPUIncompatible, "%s", why)
		}
	}
	if best {
		become(c, cpu)
	}
	return nil
}

// become makes a CPU the best one, but for what is said of its features.
func become(c, best *domxml.CPU) {
	said := c.Features
	c.Features = slices.Clone(best.Features)
	for _, f := range said {
		at := slices.IndexFunc(c.Features, func(o domxml.CPUFeature) bool { return o.Name == f.Name })
		if at < 0 {
			c.Features = append(c.Features, f)
		} else {
			c.Features[at] = f
		}
	}
	if c.Mode == "host-model" {
		c.Vendor = best.Vendor
	}
	c.Mode, c.Match = "custom", "exact"
	c.Model = &domxml.CPUModel{Name: best.Model.Name, Fallback: "forbid"}
}
