//go:build linux

package qemu

import (
	"context"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// Processors knows the models of CPUs.
type Processors interface {
	// ProcessorMap is libvirt's map on the host, nil where there is none.
	ProcessorMap(ctx context.Context) *cpumap.Map
	// ResolveCPU turns what a document says of the CPU into the model that a
	// guest of the emulator is started with.
	ResolveCPU(ctx context.Context, d *domxml.Domain, e *qemucaps.Emulator) error
}

// cpu settles which CPU the guest gets.
func (s *start) cpu(ctx context.Context) error {
	p := s.b.cfg.Processors
	if p == nil || s.d.CPU == nil {
		return nil
	}
	s.g.cpu = s.d.CPU
	s.d.CPU = s.d.Clone().CPU
	return p.ResolveCPU(ctx, s.d, s.g.emulator)
}

// OriginalCPU is the CPU as the definition had it, nil where that is not
// known.
func (g *Guest) OriginalCPU() *domxml.CPU { return g.cpu }

// firstCPU is where the emulators of x86 have the first of their CPUs.
const firstCPU = "/machine/unattached/device[0]"

// readCPU writes into a document which features the guest's CPU really has.
func (g *Guest) readCPU(ctx context.Context, d *domxml.Domain) error {
	c := d.CPU
	if g.backend.cfg.Processors == nil || c == nil || c.Mode != "custom" || c.Model == nil {
		return nil
	}
	if arch := d.OS.Type.Arch; arch != "x86_64" && arch != "i686" {
		return nil
	}
	m := g.backend.cfg.Processors.ProcessorMap(ctx)
	if m == nil {
		return nil
	}
	has, lacks, err := g.cpuFeatures(ctx, m, c.Model.Name)
	if err != nil {
		return err
	}
	return m.Running(c, has, lacks)
}

// cpuFeatures asks for all registers of CPUID at once: asking for the features
// one by one takes most of the time that other daemons need for a start. Only
// model specific registers, which Intel's models have, are asked for by name.
func (g *Guest) cpuFeatures(ctx context.Context, m *cpumap.Map, model string) (has func(string) bool, lacks []string, err error) {
	var words []struct {
		Register string `json:"cpuid-register"`
		Leaf     uint32 `json:"cpuid-input-eax"`
		Sub      uint32 `json:"cpuid-input-ecx"`
		Bits     uint32 `json:"features"`
	}
	ask := func(property string, out any) error {
		return g.verb(ctx, "qom-get", object{"path": firstCPU, "property": property}, out)
	}
	if err := ask("feature-words", &words); err != nil {
		return nil, nil, err
	}
	var unavailable []string
	if err := ask("unavailable-features", &unavailable); err != nil && g.mon.Err() != nil {
		return nil, nil, err // an emulator that does not know it says nothing
	}
	for _, name := range unavailable {
		if f, ok := m.Feature(name); ok {
			lacks = append(lacks, f)
		}
	}
	cpuid := m.Has(func(msr bool, leaf, sub uint32) (a, b, c, d uint32) {
		for _, w := range words {
			if msr || w.Leaf != leaf || w.Sub != sub {
				continue
			}
			switch w.Register {
			case "EAX":
				a = w.Bits
			case "EBX":
				b = w.Bits
			case "ECX":
				c = w.Bits
			case "EDX":
				d = w.Bits
			}
		}
		return a, b, c, d
	})
	registers := map[string]bool{}
	if vendor, _ := m.Vendor(model); vendor == "Intel" {
		for _, name := range m.MSRFeatures() {
			if strings.HasPrefix(name, "vmx-") && !cpuid("vmx") {
				continue
			}
			var on bool
			if err := ask(name, &on); err == nil {
				registers[name] = on
			} else if g.mon.Err() != nil {
				return nil, nil, err
			}
		}
	}
	return func(feature string) bool { return cpuid(feature) || registers[feature] }, lacks, nil
}
