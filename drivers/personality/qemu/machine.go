package qemupersonality

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/protocol/vir"
)

// settleMachine is the first step: the processor, the emulator and the machine
// that everything else depends on.
func (p *Personality) settleMachine(dom *domxml.Domain) error {
	if dom.OS.Type.Value == "" {
		return nil // refused soon
	}
	if err := dom.CheckQEMU(); err != nil {
		return err
	}
	t := &dom.OS.Type
	if t.Arch == "" {
		t.Arch = p.cfg.HostArch
	}
	if dom.Devices.Emulator == "" {
		e := p.emulatorFor(t.Arch)
		if e == nil {
			return errUnsupported("No emulator found for arch '%s'", t.Arch)
		}
		dom.Devices.Emulator = e.Path
	}
	e, err := p.emulator(dom.Devices.Emulator)
	if err != nil {
		return err
	}
	if err := settleFor(dom, e); err != nil {
		return err
	}
	newDefinition(dom, &p.cfg, e).settleMemory()
	return settleFirmware(&dom.OS)
}

// settleFor chooses the machine.
func settleFor(dom *domxml.Domain, e *qemucaps.Emulator) error {
	t := &dom.OS.Type
	if t.Machine == "" {
		if dom.Type == "hvf" {
			return vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, "could not get preferred machine for %s type=%s", dom.Devices.Emulator, dom.Type)
		}
		i := slices.IndexFunc(e.Machines, func(m qemucaps.Machine) bool { return m.Default })
		if i < 0 {
			return vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, "could not get preferred machine for %s type=%s", dom.Devices.Emulator, dom.Type)
		}
		t.Machine = e.Machines[i].Name
		return nil
	}
	if m, ok := e.Machine(t.Machine); ok {
		t.Machine = m.Name
	}
	return nil
}

// validateEmulator checks that the emulator runs such guests.
func (d *definition) validateEmulator() error {
	without := func(what, value string) error {
		return errUnsupported("Emulator '%s' does not support %s '%s'", d.Devices.Emulator, what, value)
	}
	t := &d.OS.Type
	m, ok := d.emu.Machine(t.Machine)
	switch {
	case t.Value != "hvm":
		return without("os type", t.Value)
	case !runsArch(d.emu, t.Arch):
		return without("arch", t.Arch)
	case !runsType(d.emu, d.Type):
		return without("virt type", d.Type)
	case !ok || m.Name == "none":
		return without("machine type", t.Machine)
	}
	return nil
}

// runsArch says whether an emulator has such guests: one for 64 bits runs the
// 32 bits of its kind, too.
func runsArch(e *qemucaps.Emulator, arch string) bool {
	return e.Arch == arch || smaller[e.Arch] == arch
}

var smaller = map[string]string{"x86_64": "i686", "aarch64": "armv7l", "ppc64": "ppc64le", "ppc64le": "ppc64"}

func runsType(e *qemucaps.Emulator, kind string) bool {
	return kind == "qemu" || kind == "kvm" && e.KVM || kind == "hvf"
}

// emulatorFor is the emulator for guests of an architecture: one of its own,
// otherwise one that can do it as well.
func (p *Personality) emulatorFor(arch string) *qemucaps.Emulator {
	for _, e := range p.cfg.Emulators {
		if e.Arch == arch {
			return e
		}
	}
	for _, e := range p.cfg.Emulators {
		if runsArch(e, arch) {
			return e
		}
	}
	return nil
}

// emulator finds what is known of a binary.
func (p *Personality) emulator(path string) (*qemucaps.Emulator, error) {
	for _, e := range p.cfg.Emulators {
		if e.Path == path {
			return e, nil
		}
	}
	if !strings.HasPrefix(path, "/") {
		return nil, vir.Errorf(vir.FromQEMU, vir.ErrSystemError, "Cannot check QEMU binary %s: No such file or directory", path)
	}
	why := ""
	switch _, err := p.cfg.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		why = "No such file or directory"
	case errors.Is(err, fs.ErrPermission):
		why = "Permission denied"
	case err == nil:
		return nil, vir.Errorf(vir.FromQEMU, vir.ErrSystemError, "QEMU binary %s was not found by the probe of this host", path)
	default:
		why = err.Error()
	}
	return nil, vir.Errorf(vir.FromQEMU, vir.ErrSystemError, "Cannot check QEMU binary %s: %s", path, why)
}
