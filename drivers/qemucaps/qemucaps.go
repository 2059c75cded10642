// Package qemucaps knows what an emulator can do: its machines, its CPU
// models, its devices with their properties, its monitor's commands. The
// knowledge is probed from the binary once and kept as long as nothing that it
// depends on changes, or comes from a recording.
package qemucaps

import (
	"slices"
	"strings"
)

// Emulator is what one QEMU binary can do. It never changes once it is there.
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

	// Machines are in the emulator's own order.
	Machines []Machine `json:"machines"`
	// KVMCPUs and TCGCPUs are the models by accelerator.
	KVMCPUs []CPU `json:"kvmCPUs,omitempty"`
	TCGCPUs []CPU `json:"tcgCPUs,omitempty"`
	// KVMHost is the CPU "host" under KVM, TCGMax the CPU "max" under TCG; nil
	// where the emulator cannot tell.
	KVMHost *Expansion `json:"kvmHost,omitempty"`
	TCGMax  *Expansion `json:"tcgMax,omitempty"`
	// Types are the types of devices and objects; those that were asked for
	// have their properties.
	Types map[string][]string `json:"types"`
	// Commands and Events are those of the monitor.
	Commands []string `json:"commands"`
	Events   []string `json:"events"`
	// Options are those of the command line with their parameters.
	Options map[string][]string `json:"options"`
	// Migration are the capabilities of migrations.
	Migration []string `json:"migration,omitempty"`
	// TPMModels and TPMTypes are devices (tpm-crb) and backends (emulator).
	TPMModels []string `json:"tpmModels,omitempty"`
	TPMTypes  []string `json:"tpmTypes,omitempty"`
	// GIC are the interrupt controllers of an ARM, nil elsewhere.
	GIC []GIC `json:"gic,omitempty"`
	// SEV is nil where the host has none.
	SEV *SEV `json:"sev,omitempty"`
	// SGX is nil where the host has none.
	SGX *SGX `json:"sgx,omitempty"`
	// Schema is the shape of what the monitor takes and gives.
	Schema Schema `json:"schema"`
}

// Machine is one type of machine.
type Machine struct {
	Name       string `json:"name"`            // pc-q35-10.0
	Alias      string `json:"alias,omitempty"` // q35
	MaxCPUs    int    `json:"maxCPUs"`
	HotplugCPU bool   `json:"hotplugCPU,omitempty"`
	Default    bool   `json:"default,omitempty"`
	Deprecated bool   `json:"deprecated,omitempty"`
	NUMA       bool   `json:"numa,omitempty"`       // its nodes may have memory backends
	DefaultCPU string `json:"defaultCPU,omitempty"` // qemu64-x86_64-cpu
	DefaultRAM string `json:"defaultRAM,omitempty"` // id of the memory backend: pc.ram
	// ACPI says that the machine has it; older emulators do not tell, and have
	// it where others do.
	ACPI bool `json:"acpi,omitempty"`
}

// CPU is one model.
type CPU struct {
	Name string `json:"name"`
	Type string `json:"type"` // QOM
	// Alias is the version that the name stands for at the moment.
	Alias string `json:"alias,omitempty"`
	// Blockers are the features that the host lacks.
	Blockers   []string `json:"blockers,omitempty"`
	Known      bool     `json:"known"` // whether the emulator tells blockers
	Deprecated bool     `json:"deprecated,omitempty"`
	// Static models have the same features for ever.
	Static bool `json:"static,omitempty"`
}

// GIC is an interrupt controller of ARM machines.
type GIC struct {
	Version  int  `json:"version"`
	Emulated bool `json:"emulated"`
	Kernel   bool `json:"kernel"`
}

// SEV is what an AMD host offers for encrypted guests.
type SEV struct {
	PDH             string `json:"pdh"`
	CertChain       string `json:"certChain"`
	CPU0ID          string `json:"cpu0ID"`
	CBitPos         uint   `json:"cbitpos"`
	ReducedPhysBits uint   `json:"reducedPhysBits"`
}

// SGX is what an Intel host offers for enclaves; sizes are in bytes.
type SGX struct {
	FLC      bool         `json:"flc"`
	SGX1     bool         `json:"sgx1"`
	SGX2     bool         `json:"sgx2"`
	Size     uint64       `json:"size"`
	Sections []SGXSection `json:"sections,omitempty"`
}

// SGXSection is the memory of a NUMA node.
type SGXSection struct {
	Node int    `json:"node"`
	Size uint64 `json:"size"`
}

// Expansion is a CPU as the emulator would build it.
type Expansion struct {
	// Props are the properties: booleans for features.
	Props map[string]any `json:"props"`
	// NotMigratable are the features of Props that migration does not allow.
	NotMigratable []string `json:"notMigratable,omitempty"`
	// HyperV are the enlightenments that there are: those that are on when all
	// are asked for, and those that are no switches (hv-spinlocks).
	HyperV []string `json:"hyperv,omitempty"`
}

// Machine finds a machine by its name or alias.
func (e *Emulator) Machine(name string) (Machine, bool) {
	i := slices.IndexFunc(e.Machines, func(m Machine) bool { return m.Name == name || m.Alias == name && name != "" })
	if i < 0 {
		return Machine{}, false
	}
	return e.Machines[i], true
}

// For32Bits is the emulator of 32 bits beside one of x86_64 of the same release:
// they differ in their processors only.
func (e *Emulator) For32Bits() *Emulator {
	small := *e
	small.Path, small.Arch = strings.Replace(e.Path, "x86_64", "i386", 1), "i686"
	small.Machines = slices.Clone(e.Machines)
	for i := range small.Machines {
		m := &small.Machines[i]
		m.DefaultCPU = strings.NewReplacer("qemu64-x86_64", "qemu32-i386", "x86_64", "i386").Replace(m.DefaultCPU)
	}
	return &small
}

// HasType reports whether there are devices or objects of a type.
func (e *Emulator) HasType(name string) bool { _, ok := e.Types[name]; return ok }

// HasProperty reports whether a type has a property.
func (e *Emulator) HasProperty(typ, property string) bool {
	return slices.Contains(e.Types[typ], property)
}

// HasCommand reports whether the monitor knows a command.
func (e *Emulator) HasCommand(name string) bool { return slices.Contains(e.Commands, name) }

// HasOption reports whether an option of the command line has a parameter;
// with "" whether there is the option.
func (e *Emulator) HasOption(option, parameter string) bool {
	parameters, ok := e.Options[option]
	return ok && (parameter == "" || slices.Contains(parameters, parameter))
}
