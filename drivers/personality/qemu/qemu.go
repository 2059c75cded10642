// Package qemupersonality is what clients of qemu:/// URIs see: names, what a
// definition gets in addition to what it says, and what is refused.
//
// A document is completed in steps (define.go): the machine, the devices that
// every machine of the kind has, each single device, the places of devices on
// their buses, then the checks. What holds for a kind of device stands in the
// file of that name; addresses_*.go have the buses.
package qemupersonality

import (
	"context"
	"os"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Config is what the personality has to know of its host.
type Config struct {
	// Emulators are those that were found. The first one of an architecture is
	// that of a domain which names none.
	Emulators []*qemucaps.Emulator
	// Capabilities makes the document of virConnectGetCapabilities.
	Capabilities func(ctx context.Context) (string, error)
	// HostArch is the processor of the host: x86_64.
	HostArch string
	// NVRAMDir is where the firmware of a domain keeps its variables:
	// /var/lib/libvirt/qemu/nvram.
	NVRAMDir string
	// StateDir is where the folders of running domains are:
	// /var/lib/libvirt/qemu.
	StateDir string
	// ChannelDirs are where sockets of channels are, or have been, that a
	// document leaves to the host: /run/libvirt/qemu/channel,
	// /var/lib/libvirt/qemu/channel.
	ChannelDirs []string
	// Firmwares are the kinds of firmware on the host, best first.
	Firmwares []Firmware
	// KnownFirmwares are files without descriptors, with what their variables
	// begin with.
	KnownFirmwares map[string]string
	// SpiceTLS says that the host has certificates for SPICE and uses them.
	SpiceTLS bool
	// LaunchSecurity are the ways in which the host protects guests from itself:
	// sev, sev-snp, s390-pv, tdx.
	LaunchSecurity []string
	// Features are what the processors of the host have beyond running guests:
	// sgx.
	Features []string
	// SecurityModels are those of the host, the one that confines guests first;
	// none where there is none.
	SecurityModels []string
	// ConventionalPCI reports whether the host has a PCI device at an address
	// (0000:00:01.0) which is no Express one; without it none is.
	ConventionalPCI func(address string) bool
	// Stat looks for an emulator that is not among the known ones; os.Stat
	// unless set.
	Stat func(path string) (os.FileInfo, error)
}

// Personality is that of qemu:///system and qemu:///session.
type Personality struct {
	cfg Config
}

var (
	_ drivers.Personality   = (*Personality)(nil)
	_ drivers.GuestTuner    = (*Personality)(nil)
	_ drivers.DomainStepper = (*Personality)(nil)

	_ drivers.MigrationTrimmer = (*Personality)(nil)
	_ drivers.ObjectDrivers    = (*Personality)(nil)
)

// New makes the personality of a host.
func New(cfg Config) *Personality {
	if cfg.Stat == nil {
		cfg.Stat = os.Stat
	}
	return &Personality{cfg: cfg}
}

// TunesGuests says that limits follow the rules of hypervisors.
func (*Personality) TunesGuests() {}

// HasObjectDriver is true for all of them: a libvirt daemon for QEMU has drivers
// for storage, networks, secrets and so on beside it.
func (*Personality) HasObjectDriver(vir.ErrorDomain) bool { return true }

// Name is QEMU.
func (*Personality) Name() string { return "QEMU" }

// Prefix is that of the functions of the QEMU driver.
func (*Personality) Prefix() string { return "qemu" }

// ErrorDomain is VIR_FROM_QEMU.
func (*Personality) ErrorDomain() vir.ErrorDomain { return vir.FromQEMU }

// Version is that of the emulator for the host's own architecture.
func (p *Personality) Version() uint64 {
	if e := p.emulatorFor(p.cfg.HostArch); e != nil {
		return e.Version
	}
	return 0
}

// Rule looks the recorded behaviour up.
func (*Personality) Rule(procedure string) (drivers.Rule, bool) {
	r, ok := rules[procedure]
	return r, ok
}

// Capabilities is the host's.
func (p *Personality) Capabilities(ctx context.Context) (string, error) {
	return p.cfg.Capabilities(ctx)
}

// StateError has the verbs for which the QEMU driver has its own words.
func (*Personality) StateError(verb, _ string, active bool) *vir.Error {
	if verb == "start" || verb == "resume" && active {
		return vir.Errorf(vir.FromQEMU, vir.ErrOperationInvalid, "domain is already running")
	}
	return nil
}

// Repeats is true of suspend: a paused guest may be suspended again.
func (*Personality) Repeats(verb string) bool { return verb == "suspend" }

// DomainSteps is the QEMU driver's part in the completion of a document.
func (p *Personality) DomainSteps() domxml.Steps {
	return domxml.Steps{Machine: p.settleMachine, FindsFirmware: true, Defaults: p.addDefaults, Devices: p.completeDevices}
}
