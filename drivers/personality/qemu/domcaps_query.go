package qemupersonality

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/protocol/vir"
)

// DomainCapabilities describes what a domain of a kind may have. What the
// caller does not name is the host's architecture, its emulator, the default
// machine, and the fastest way to run guests.
func (i *Inventory) DomainCapabilities(ctx context.Context, q drivers.DomainCapabilitiesQuery) (string, error) {
	d, err := i.settle(ctx, q)
	if err != nil {
		return "", err
	}
	return string(domxml.FormatDomainCapabilities(d.document())), nil
}

// settle finds the kind of domain that is asked about.
func (i *Inventory) settle(ctx context.Context, q drivers.DomainCapabilitiesQuery) (*domcaps, error) {
	invalid := func(format string, args ...any) (*domcaps, error) {
		return nil, vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, format, args...)
	}
	if q.VirtType != nil && !drivers.KnownVirtType(*q.VirtType) {
		return invalid("unknown virttype: %s", *q.VirtType)
	}
	facts, err := i.Facts(ctx)
	if err != nil {
		return nil, err
	}
	arch := facts.Arch
	if q.Arch != nil {
		if arch = *q.Arch; !drivers.KnownArch(arch) {
			return invalid("unknown architecture: %s", arch)
		}
	}
	e, err := i.queried(ctx, facts, q.Emulator, arch)
	if err != nil {
		return nil, err
	}
	if q.Emulator != nil && q.Arch != nil && !runsArch(e, arch) {
		return invalid("architecture from emulator '%s' doesn't match given architecture '%s'", e.Arch, arch)
	}
	virtType := "qemu"
	switch {
	case q.VirtType != nil:
		virtType = *q.VirtType
		if !e.KVM && (virtType == "kvm" || virtType == "hvf") {
			return invalid("the accel '%s' is not supported by '%s' on this host", virtType, e.Path)
		}
	case e.KVM:
		virtType = "kvm"
	}
	machine, ok := defaultMachine(e)
	if q.Machine != nil {
		if machine, ok = e.Machine(*q.Machine); !ok {
			return invalid("the machine '%s' is not supported by emulator '%s'", *q.Machine, e.Path)
		}
	}
	if !ok {
		return invalid("could not get preferred machine for %s type=%s", e.Path, virtType)
	}
	if !runsArch(e, arch) {
		return invalid("Emulator '%s' does not support arch '%s'", e.Path, arch)
	}
	if virtType != "qemu" && virtType != "kvm" {
		return invalid("Emulator '%s' does not support virt type '%s'", e.Path, virtType)
	}
	return &domcaps{facts: facts, e: e, arch: arch, machine: machine, kvm: virtType == "kvm"}, nil
}

func defaultMachine(e *qemucaps.Emulator) (qemucaps.Machine, bool) {
	at := slices.IndexFunc(e.Machines, func(m qemucaps.Machine) bool { return m.Default })
	if at < 0 {
		return qemucaps.Machine{}, false
	}
	return e.Machines[at], true
}

// queried is the emulator of a path, or that of an architecture.
func (i *Inventory) queried(ctx context.Context, facts *HostFacts, path *string, arch string) (*qemucaps.Emulator, error) {
	if path == nil {
		emulators, err := i.Emulators(ctx)
		if err != nil {
			return nil, err
		}
		if e := emulatorOf(emulators, facts.Arch, arch); e != nil {
			return e, nil
		}
		return nil, errUnsupported("unable to find any emulator to serve '%s' architecture", arch)
	}
	e, err := i.Emulator(ctx, *path)
	if err == nil {
		return e, nil
	}
	return nil, emulatorError(*path, err)
}

// emulatorError says in the reference's words why a program cannot be asked.
func emulatorError(path string, err error) error {
	var known *vir.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return vir.Errorf(vir.FromQEMU, vir.ErrSystemError, "Cannot check QEMU binary %s: No such file or directory", path)
	case errors.Is(err, syscall.EISDIR):
		return vir.Errorf(vir.FromQEMU, vir.ErrSystemError, "QEMU binary %s is not executable: Is a directory", path)
	case errors.Is(err, fs.ErrPermission):
		return vir.Errorf(vir.FromQEMU, vir.ErrSystemError, "QEMU binary %s is not executable: Permission denied", path)
	}
	return vir.Errorf(vir.FromQEMU, vir.ErrSystemError, "%s", err)
}
