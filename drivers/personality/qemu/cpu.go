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
	case "host-passthrough", "maximum":
		if c.Migratable == "" && d.isX86() {
			c.Migratable = domxml.On
		}
		if c.Check == "" {
			c.Check = "none"
		}
	case "host-model":
		if c.Check == "" {
			c.Check = "partial"
		}
	case "custom":
		if c.Check == "" && c.Model != nil && c.Model.Name != "" {
			c.Check = "partial"
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
