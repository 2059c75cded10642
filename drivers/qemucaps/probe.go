//go:build linux

package qemucaps

import (
	"context"
	"errors"
	"time"

	"github.com/govirtd/govirtd/internal/qmp"
)

// Options say how an emulator is probed.
type Options struct {
	// KVM says that /dev/kvm may be tried.
	KVM bool
	// As is who runs the process; nil is ourselves.
	As *User
	// Timeout bounds the whole; zero is DefaultTimeout.
	Timeout time.Duration
}

// DefaultTimeout is how long an emulator may take to tell everything, which is
// less than a second on a machine that is not busy.
const DefaultTimeout = 30 * time.Second

// Probe starts an emulator without a machine and asks what it can do; where it
// can use KVM, a second time for what it can do without. The processes are gone
// when it returns. Only binaries that the administrator trusts may be probed.
func Probe(ctx context.Context, binary string, o Options) (*Emulator, error) {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	e := &Emulator{Path: binary}
	accel := "tcg"
	if o.KVM {
		accel = "kvm:tcg"
	}
	if err := e.ask(ctx, accel, o.As, e.askAll); err != nil {
		return nil, err
	}
	if err := e.askProperties(ctx, o.As); err != nil {
		return nil, err
	}
	return e, nil
}

// probeError is an emulator that cannot be asked, in the reference's words.
type probeError struct{ err error }

func (e *probeError) Error() string { return "Failed to probe QEMU binary with QMP: " + e.err.Error() }
func (e *probeError) Unwrap() error { return e.err }

// ask starts the emulator and puts questions to it.
func (e *Emulator) ask(ctx context.Context, accel string, as *User, questions func(*questioner)) error {
	p, err := start(ctx, e.Path, accel, as)
	if err != nil {
		return &probeError{err}
	}
	defer p.kill()
	e.Version, e.Package = p.greeting.Number(), p.greeting.Version.Package
	q := &questioner{ctx: ctx, p: p}
	questions(q)
	return q.err
}

// questioner asks until there is an error, which it keeps.
type questioner struct {
	ctx context.Context
	p   *process
	err error
}

// must asks what every emulator answers.
func (q *questioner) must(command string, args, out any) {
	if q.err == nil {
		q.err = q.p.Run(q.ctx, command, args, out)
	}
}

// may asks what an emulator or a host may not know.
func (q *questioner) may(command string, args, out any) bool {
	if q.err != nil {
		return false
	}
	err := q.p.Run(q.ctx, command, args, out)
	var refusal *qmp.Error
	if errors.As(err, &refusal) {
		return false
	}
	q.err = err
	return err == nil
}

type named struct {
	Name string `json:"name"`
}

func names(list []named) []string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		out = append(out, n.Name)
	}
	return out
}

func (e *Emulator) askAll(q *questioner) {
	var target struct{ Arch string }
	q.must("query-target", nil, &target)
	e.Arch = archOf(target.Arch)
	var schema []schemaInfo
	q.must("query-qmp-schema", nil, &schema)
	e.Schema, _, e.Events = newSchema(schema)
	var commands []named
	q.must("query-commands", nil, &commands)
	e.Commands = names(commands)
	var kvm struct{ Enabled bool }
	q.may("query-kvm", nil, &kvm)
	e.KVM = kvm.Enabled
	e.askMachines(q)
	var types []named
	q.must("qom-list-types", nil, &types)
	e.Types = make(map[string][]string, len(types))
	for _, t := range types {
		e.Types[t.Name] = nil
	}
	var options []struct {
		Option     string
		Parameters []named
	}
	q.must("query-command-line-options", nil, &options)
	e.Options = make(map[string][]string, len(options))
	for _, o := range options {
		e.Options[o.Option] = names(o.Parameters)
	}
	q.may("query-tpm-models", nil, &e.TPMModels)
	q.may("query-tpm-types", nil, &e.TPMTypes)
	var migration []struct{ Capability string }
	q.may("query-migrate-capabilities", nil, &migration)
	for _, m := range migration {
		e.Migration = append(e.Migration, m.Capability)
	}
	e.askHost(q)
	if e.KVM {
		e.KVMCPUs = askCPUs(q)
		e.KVMHost = e.askExpansion(q, "host")
	} else {
		e.askTCG(q)
	}
}

func (e *Emulator) askTCG(q *questioner) {
	e.TCGCPUs = askCPUs(q)
	e.TCGMax = e.askExpansion(q, "max")
}

func (e *Emulator) askMachines(q *questioner) {
	var machines []struct {
		Name, Alias string
		CPUMax      int    `json:"cpu-max"`
		Hotplug     bool   `json:"hotpluggable-cpus"`
		Default     bool   `json:"is-default"`
		Deprecated  bool   `json:"deprecated"`
		NUMA        bool   `json:"numa-mem-supported"`
		CPU         string `json:"default-cpu-type"`
		RAM         string `json:"default-ram-id"`
		ACPI        *bool  `json:"acpi"`
	}
	q.must("query-machines", nil, &machines)
	for _, m := range machines {
		if m.Name == "none" {
			continue // what is being asked; no guest has it
		}
		acpi := m.ACPI != nil && *m.ACPI || m.ACPI == nil && (e.x86() || e.Arch == "aarch64")
		e.Machines = append(e.Machines, Machine{Name: m.Name, Alias: m.Alias, MaxCPUs: m.CPUMax, HotplugCPU: m.Hotplug,
			Default: m.Default, Deprecated: m.Deprecated, NUMA: m.NUMA, DefaultCPU: m.CPU, DefaultRAM: m.RAM, ACPI: acpi})
	}
}

// askHost asks for what the host's processor gives to guests.
func (e *Emulator) askHost(q *questioner) {
	if e.HasCommand("query-gic-capabilities") {
		q.may("query-gic-capabilities", nil, &e.GIC)
	}
	if e.HasCommand("query-sev-capabilities") {
		var sev struct {
			PDH             string
			CertChain       string `json:"cert-chain"`
			CPU0ID          string `json:"cpu0-id"`
			CBitPos         uint   `json:"cbitpos"`
			ReducedPhysBits uint   `json:"reduced-phys-bits"`
		}
		if q.may("query-sev-capabilities", nil, &sev) {
			e.SEV = &SEV{PDH: sev.PDH, CertChain: sev.CertChain, CPU0ID: sev.CPU0ID, CBitPos: sev.CBitPos, ReducedPhysBits: sev.ReducedPhysBits}
		}
	}
	if e.HasCommand("query-sgx-capabilities") {
		var sgx struct {
			SGX, SGX1, SGX2, FLC bool
			Size                 uint64 `json:"section-size"`
			Sections             []SGXSection
		}
		if q.may("query-sgx-capabilities", nil, &sgx) && sgx.SGX {
			e.SGX = &SGX{FLC: sgx.FLC, SGX1: sgx.SGX1, SGX2: sgx.SGX2, Size: sgx.Size, Sections: sgx.Sections}
			if e.SGX.Size == 0 { // newer emulators tell sections only
				for _, s := range sgx.Sections {
					e.SGX.Size += s.Size
				}
			}
		}
	}
}
