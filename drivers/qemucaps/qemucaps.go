// Package qemucaps knows what an emulator can do: its machines, its CPU
// models, its devices with their properties, its monitor's commands. The
// knowledge is probed from the binary once and kept by content, or comes from
// a recording.
package qemucaps

import "slices"

// Emulator is what one QEMU binary can do.
type Emulator struct {
	Path string `json:"path"`
	// Arch is libvirt's name of the processor: x86_64, i686, aarch64.
	Arch string `json:"arch"`
	// Version is major*1000000 + minor*1000 + micro.
	Version uint64 `json:"version"`
	// Package is the distributor's word for the version.
	Package string `json:"package"`
	// KVM says that the binary can use /dev/kvm, and may.
	KVM bool `json:"kvm"`

	Machines []Machine `json:"machines"`
	// KVMCPUs and TCGCPUs are the models by accelerator.
	KVMCPUs []CPU `json:"kvmCPUs"`
	TCGCPUs []CPU `json:"tcgCPUs"`
	// Types are the types of devices and objects; those that were asked for
	// have their properties.
	Types map[string][]string `json:"types"`
	// Commands and Events are those of the monitor.
	Commands []string `json:"commands"`
	Events   []string `json:"events"`
	// Options are those of the command line with their parameters.
	Options map[string][]string `json:"options"`
}

// Machine is one type of machine.
type Machine struct {
	Name       string `json:"name"`  // pc-q35-10.0
	Alias      string `json:"alias"` // q35
	MaxCPUs    int    `json:"maxCPUs"`
	HotplugCPU bool   `json:"hotplugCPU"`
	Default    bool   `json:"default"`
	Deprecated bool   `json:"deprecated"`
	DefaultCPU string `json:"defaultCPU"` // qemu64-x86_64-cpu
	DefaultRAM string `json:"defaultRAM"` // id of the memory backend: pc.ram
	ACPI       bool   `json:"acpi"`
}

// CPU is one model.
type CPU struct {
	Name       string   `json:"name"`
	Type       string   `json:"type"` // QOM
	Blockers   []string `json:"blockers"`
	Known      bool     `json:"known"` // whether the emulator tells blockers
	Deprecated bool     `json:"deprecated"`
}

// Machine finds a machine by its name or alias.
func (e *Emulator) Machine(name string) (Machine, bool) {
	i := slices.IndexFunc(e.Machines, func(m Machine) bool { return m.Name == name || m.Alias == name && name != "" })
	if i < 0 {
		return Machine{}, false
	}
	return e.Machines[i], true
}

// HasType reports whether there are devices or objects of a type.
func (e *Emulator) HasType(name string) bool { _, ok := e.Types[name]; return ok }

// HasProperty reports whether a type has a property.
func (e *Emulator) HasProperty(typ, property string) bool {
	return slices.Contains(e.Types[typ], property)
}

// HasCommand reports whether the monitor knows a command.
func (e *Emulator) HasCommand(name string) bool { return slices.Contains(e.Commands, name) }
