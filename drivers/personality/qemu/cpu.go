package qemupersonality

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// completeCPU says which processor the guest gets, and how strictly.
func (d *definition) completeCPU() error {
	if err := d.defaultCPU(); err != nil {
		return err
	}
	c := d.CPU
	if c == nil {
		return nil
	}
	switch c.Mode {
	case "host-passthrough":
		if c.Migratable == "" && d.isX86() {
			// the reference asks for a type of CPU that emulators for 32 bits do
			// not have
			if c.Migratable = domxml.On; d.emu.Arch != "x86_64" {
				c.Migratable = domxml.Off
			}
		}
		if c.Check == "" {
			c.Check = "none"
		}
	case "maximum":
		if c.Check == "" {
			c.Check = "none"
		}
	case "host-model":
		if c.Check == "" {
			c.Check = "partial"
		}
	case "custom":
		if c.Check == "" && c.Model != nil && c.Model.Name != "" {
			// what TCG gives depends on QEMU alone
			if c.Check = "partial"; d.Type == "qemu" {
				c.Check = "none"
			}
		}
	}
	return nil
}

// defaultCPU writes down the processor that the machine has if the document
// names none.
func (d *definition) defaultCPU() error {
	if d.CPU != nil && (d.CPU.Mode != "" && d.CPU.Mode != "custom" || d.CPU.Model != nil && d.CPU.Model.Name != "") {
		return nil
	}
	m, ok := d.emu.Machine(d.OS.Type.Machine)
	if !ok || m.DefaultCPU == "" {
		return nil
	}
	name := d.cpuName(m.DefaultCPU)
	if name == "" {
		return nil
	}
	if d.CPU == nil {
		d.CPU = &domxml.CPU{}
	}
	c := d.CPU
	c.Mode, c.Match, c.Check = "custom", "exact", "none"
	c.Model = &domxml.CPUModel{Name: name, Fallback: "forbid"}
	return nil
}

// cpuName is the name of the model that a type of QEMU's stands for.
func (d *definition) cpuName(typ string) string {
	for _, c := range append(d.emu.TCGCPUs, d.emu.KVMCPUs...) {
		if c.Type == typ {
			return c.Name
		}
	}
	name, _, _ := strings.Cut(typ, "-")
	return name
}

// validateCPU refuses what QEMU cannot give.
func (d *definition) validateCPU() error {
	if d.CPU == nil {
		return nil
	}
	if err := validateCache(d.CPU); err != nil {
		return err
	}
	if m := d.CPU.MaxPhysAddr; m != nil && m.Mode == "passthrough" && m.Bits != 0 {
		return errUnsupported("CPU maximum physical address bits number specification cannot be used with mode='passthrough'")
	}
	return nil
}

func validateCache(c *domxml.CPU) error {
	k := c.Cache
	if k == nil {
		return nil
	}
	level := -1
	if k.Level != nil {
		level = *k.Level
	}
	switch k.Mode {
	case "emulate":
		if level != 3 {
			return errUnsupported("CPU cache mode '%s' can only be used with level='3'", k.Mode)
		}
	case "passthrough":
		if c.Mode != "host-passthrough" && c.Mode != "maximum" {
			return errUnsupported("CPU cache mode '%s' can only be used with '%s' / '%s' CPUs", k.Mode, "host-passthrough", "maximum")
		}
		fallthrough
	default:
		if level != -1 {
			return errUnsupported("unsupported CPU cache level for mode '%s'", k.Mode)
		}
	}
	return nil
}

// validateTopology wants the product of its parts to be the number of CPUs.
func (d *definition) validateTopology() error {
	if d.CPU == nil || d.CPU.Topology == nil {
		return nil
	}
	t := d.CPU.Topology
	if t.Sockets*t.Dies*t.Clusters*t.Cores*t.Threads != d.VCPU.Value {
		return errUnsupported("CPU topology doesn't match maximum vcpu count")
	}
	return nil
}
