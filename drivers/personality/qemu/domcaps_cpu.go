package qemupersonality

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// cpus are the emulator's models under the chosen accelerator.
func (d *domcaps) cpus() []qemucaps.CPU {
	if d.kvm {
		return d.e.KVMCPUs
	}
	return d.e.TCGCPUs
}

// expansion is the best processor under the chosen accelerator.
func (d *domcaps) expansion() *qemucaps.Expansion {
	if d.kvm {
		return d.e.KVMHost
	}
	return d.e.TCGMax
}

func (d *domcaps) cpu() *domxml.DomainCapsCPU {
	return &domxml.DomainCapsCPU{Modes: []domxml.DomainCapsCPUMode{
		d.passthrough(), d.maximum(), d.hostModel(), d.custom(),
	}}
}

// passthrough is the host's own processor.
func (d *domcaps) passthrough() domxml.DomainCapsCPUMode {
	if !d.kvm {
		return domxml.DomainCapsCPUMode{Name: "host-passthrough", Supported: domxml.No}
	}
	// Only the processor of 64 bits is asked whether it can be migrated.
	migratable := d.e.HasProperty("max-x86_64-cpu", "migratable")
	return domxml.DomainCapsCPUMode{Name: "host-passthrough", Supported: domxml.Yes,
		Enums: feature(enum("hostPassthroughMigratable").when(migratable, "on").always("off")).Enums}
}

// maximum is everything that the emulator can do.
func (d *domcaps) maximum() domxml.DomainCapsCPUMode {
	if !slices.ContainsFunc(d.cpus(), func(c qemucaps.CPU) bool { return c.Name == "max" }) {
		return domxml.DomainCapsCPUMode{Name: "maximum", Supported: domxml.No}
	}
	return domxml.DomainCapsCPUMode{Name: "maximum", Supported: domxml.Yes,
		Enums: feature(enum("maximumMigratable").always("on", "off")).Enums}
}

// hostModel is the best processor as a model with differences. For other
// processors than x86 nobody knows the models.
func (d *domcaps) hostModel() domxml.DomainCapsCPUMode {
	out := domxml.DomainCapsCPUMode{Name: "host-model", Supported: domxml.No}
	models := d.facts.Models
	if !d.x86() || models == nil || d.expansion() == nil {
		return out
	}
	cpu := models.GuestCPU(d.guestQuery(models))
	if cpu == nil {
		return out
	}
	out.Supported = domxml.Yes
	out.Models = []domxml.DomainCapsCPUModel{{Name: cpu.Model.Name, Fallback: "forbid"}}
	out.Vendor = cpu.Vendor
	out.Features = cpu.Features
	if d.kvm && d.facts.PhysAddrBits > 0 {
		out.MaxPhysAddr = &domxml.MaxPhysAddr{Mode: "passthrough", Limit: uint(d.facts.PhysAddrBits)}
	}
	return out
}

// guestQuery describes the best processor that a guest can have.
func (d *domcaps) guestQuery(models *cpumap.Map) cpumap.GuestQuery {
	byName := make(map[string]*qemucaps.CPU)
	for i, c := range d.cpus() {
		byName[c.Name] = &d.cpus()[i]
	}
	q := cpumap.GuestQuery{
		Has: func(model string) bool { return byName[model] != nil },
		Lacking: func(model string) (out []string) {
			c := byName[model]
			if c == nil {
				return nil
			}
			for _, name := range c.Blockers {
				if f, ok := models.Feature(name); ok {
					out = append(out, f)
				}
			}
			return out
		},
	}
	x := d.expansion()
	// An emulator that does not tell what a running CPU lacks is not believed
	// what it says about model specific registers.
	registers := d.e.HasProperty("max-x86_64-cpu", "unavailable-features")
	for name, on := range x.Props {
		if f, ok := models.Feature(name); ok && on == true && (registers || !models.FromMSR(f)) {
			q.Features = append(q.Features, f)
		}
	}
	for _, name := range x.NotMigratable {
		if f, ok := models.Feature(name); ok {
			q.Stays = append(q.Stays, f)
		}
	}
	q.Vendor, _ = x.Props["vendor"].(string)
	number := func(name string) uint {
		n, _ := x.Props[name].(float64)
		return uint(max(0, n))
	}
	q.Signature = &domxml.CPUSignature{Family: number("family"), Model: number("model"), Stepping: number("stepping")}
	return q
}

// custom are the models that can be named, in the order of their names.
func (d *domcaps) custom() domxml.DomainCapsCPUMode {
	out := domxml.DomainCapsCPUMode{Name: "custom", Supported: domxml.No}
	if d.x86() && d.facts.Models == nil {
		return out
	}
	cpus := slices.Clone(d.cpus())
	slices.SortFunc(cpus, func(a, b qemucaps.CPU) int { return strings.Compare(a.Name, b.Name) })
	for _, c := range cpus {
		vendor, known := "", true
		if d.x86() {
			vendor, known = d.facts.Models.Vendor(c.Name)
		}
		if !known || c.Name == "host" || c.Name == "max" {
			continue
		}
		if vendor == "" {
			vendor = "unknown"
		}
		m := domxml.DomainCapsCPUModel{Name: c.Name, Usable: usable(&c), Vendor: vendor, Canonical: c.Alias}
		if c.Deprecated {
			m.Deprecated = domxml.Yes
		}
		out.Models = append(out.Models, m)
		if m.Usable == "no" {
			out.Blockers = append(out.Blockers, d.blockers(&c))
		}
	}
	if len(out.Models) > 0 {
		out.Supported = domxml.Yes
	}
	return out
}

func usable(c *qemucaps.CPU) string {
	switch {
	case !c.Known:
		return "unknown"
	case len(c.Blockers) > 0:
		return "no"
	}
	return "yes"
}

// blockers are the features that a model would need, by name.
func (d *domcaps) blockers(c *qemucaps.CPU) domxml.DomainCapsBlockers {
	names := make([]string, 0, len(c.Blockers))
	for _, name := range c.Blockers {
		if d.x86() {
			if f, ok := d.facts.Models.Feature(name); ok {
				name = f
			}
		}
		names = append(names, name)
	}
	slices.Sort(names)
	b := domxml.DomainCapsBlockers{Model: c.Name}
	for _, name := range slices.Compact(names) {
		b.Features = append(b.Features, domxml.HostCPUFeature{Name: name})
	}
	return b
}
