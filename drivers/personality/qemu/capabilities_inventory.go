package qemupersonality

import (
	"context"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Inventory answers what the host and its emulators can do: it is the part of
// a backend that needs no guest. Its methods may be called from any goroutine.
type Inventory struct {
	// Facts are asked for anew for each answer.
	Facts func(ctx context.Context) (*HostFacts, error)
	// Host describes the host itself, anew for each document.
	Host func(ctx context.Context) (domxml.CapabilitiesHost, error)
	// Emulators are those that were found, one for each architecture.
	Emulators func(ctx context.Context) ([]*qemucaps.Emulator, error)
	// Emulator is what one binary can do. Errors are those of the file system,
	// or what the emulator says.
	Emulator func(ctx context.Context, path string) (*qemucaps.Emulator, error)
}

var (
	_ drivers.DomainCapabilitieser = (*Inventory)(nil)
	_ drivers.MaxVcpuser           = (*Inventory)(nil)
	_ drivers.SecurityModeler      = (*Inventory)(nil)
	_ drivers.SEVInformer          = (*Inventory)(nil)
)

// Capabilities is the document of virConnectGetCapabilities.
func (i *Inventory) Capabilities(ctx context.Context) (string, error) {
	facts, err := i.Facts(ctx)
	if err != nil {
		return "", err
	}
	host, err := i.Host(ctx)
	if err != nil {
		return "", err
	}
	emulators, err := i.Emulators(ctx)
	if err != nil {
		return "", err
	}
	return string(domxml.FormatCapabilities(capabilities(host, facts, emulators))), nil
}

// MaxVcpus is how many virtual CPUs a type of domains may have; without a name
// it is qemu. That the emulator allows more under TCG is seen in the domain
// capabilities only.
func (i *Inventory) MaxVcpus(ctx context.Context, domainType string) (int, error) {
	switch strings.ToLower(domainType) {
	case "", "qemu":
		return 16, nil
	case "kvm":
		facts, err := i.Facts(ctx)
		if err != nil {
			return 0, err
		}
		// What the kernel recommends where it does not say.
		return max(4, facts.MaxKVMCPUs), nil
	}
	return 0, vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, "unknown type '%s'", domainType)
}

// SecurityModel is that no label is known to the kernel; owners of files are
// told in the capabilities only.
func (*Inventory) SecurityModel(context.Context) (model, doi string, err error) {
	return "none", "0", nil
}

// SecurityLabel is that of the model, which has none.
func (*Inventory) SecurityLabel(context.Context, *domxml.Domain, drivers.Guest) (label string, enforcing bool, err error) {
	return "", false, nil
}

// SEVInfo is that of the emulator for the host's own processor.
func (i *Inventory) SEVInfo(ctx context.Context) (drivers.SEVInfo, error) {
	facts, err := i.Facts(ctx)
	if err != nil {
		return drivers.SEVInfo{}, err
	}
	emulators, err := i.Emulators(ctx)
	if err != nil {
		return drivers.SEVInfo{}, err
	}
	e := emulatorOf(emulators, facts.Arch, facts.Arch)
	if e == nil || e.SEV == nil {
		return drivers.SEVInfo{}, vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "QEMU does not support SEV guest")
	}
	return drivers.SEVInfo{PDH: e.SEV.PDH, CertChain: e.SEV.CertChain, CPU0ID: e.SEV.CPU0ID, CBitPos: uint32(e.SEV.CBitPos),
		ReducedPhysBits: uint32(e.SEV.ReducedPhysBits), MaxGuests: uint32(facts.SEVGuests), MaxESGuests: uint32(facts.SEVESGuests)}, nil
}
