package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/firmware"
)

// HostFacts are what the capabilities say of a host besides its emulators.
type HostFacts struct {
	// Arch is the processor of the host: x86_64.
	Arch string
	// UUID is the host's; empty is left out.
	UUID string
	// Owner is who owns guests and their files by default: +64055:+64055. Empty
	// says that the daemon has no other than itself.
	Owner string
	// MaxKVMCPUs bounds the virtual CPUs of a guest under KVM; 0 does not.
	MaxKVMCPUs int
	// PhysAddrBits is the width of the processor's addresses; 0 is unknown.
	PhysAddrBits int
	// Models is the map of CPUs; nil where there is none.
	Models *cpumap.Map
	// Firmware is what is installed, best first.
	Firmware []*firmware.Descriptor
	// Exists looks for a file: firmware without an image is not told about.
	Exists func(path string) bool
	// VFIO says that devices of the host can be given to guests.
	VFIO bool
	// TPMVersions are those that the host's emulator of TPMs has: 1.2, 2.0.
	TPMVersions []string
	// RDP says that the host has a server for the graphics type rdp.
	RDP bool
	// SEVGuests and SEVESGuests are how many guests can be encrypted at once.
	SEVGuests, SEVESGuests uint
}

// archOrder are the processors of guests in the order of the document, with
// the sizes of their words in bits.
var archOrder = []struct {
	name string
	bits uint
}{
	{"alpha", 64}, {"armv6l", 32}, {"armv7l", 32}, {"aarch64", 64}, {"i686", 32}, {"loongarch64", 64}, {"m68k", 32},
	{"microblaze", 32}, {"microblazeel", 32}, {"mips", 32}, {"mipsel", 32}, {"mips64", 64}, {"mips64el", 64}, {"or32", 32},
	{"parisc", 32}, {"ppc", 32}, {"ppc64", 64}, {"ppc64le", 64}, {"riscv32", 32}, {"riscv64", 64}, {"s390x", 64}, {"sh4", 32},
	{"sh4eb", 32}, {"sparc", 32}, {"sparc64", 64}, {"x86_64", 64}, {"xtensa", 32}, {"xtensaeb", 32},
}

// capabilities puts the document together. host is the part that does not
// depend on who runs guests.
func capabilities(host domxml.CapabilitiesHost, f *HostFacts, emulators []*qemucaps.Emulator) *domxml.Capabilities {
	host.UUID = f.UUID
	host.MigrationFeatures = &domxml.CapabilitiesMigration{Live: true, URITransports: []string{"tcp", "rdma"}}
	host.SecModels = secModels(f)
	c := &domxml.Capabilities{Host: host}
	for _, arch := range archOrder {
		if e := emulatorOf(emulators, f.Arch, arch.name); e != nil {
			c.Guests = append(c.Guests, guestOf(e, arch.name, arch.bits))
		}
	}
	return c
}

// secModels are the ways to confine guests: by their owner only.
func secModels(f *HostFacts) []domxml.CapabilitiesSecModel {
	models := []domxml.CapabilitiesSecModel{{Model: "none", DOI: "0"}}
	if f.Owner != "" {
		models = append(models, domxml.CapabilitiesSecModel{Model: "dac", DOI: "0", BaseLabels: []domxml.CapabilitiesBaseLabel{
			{Type: "kvm", Label: f.Owner}, {Type: "qemu", Label: f.Owner}}})
	}
	return models
}

// emulatorOf is the emulator for guests of an architecture: one of that name;
// for 32 bits on a host with 64 the host's own.
func emulatorOf(emulators []*qemucaps.Emulator, hostArch, arch string) *qemucaps.Emulator {
	find := func(arch string) *qemucaps.Emulator {
		i := slices.IndexFunc(emulators, func(e *qemucaps.Emulator) bool { return e.Arch == arch })
		if i < 0 {
			return nil
		}
		return emulators[i]
	}
	switch e := find(arch); {
	case e != nil:
		return e
	case arch == "armv6l":
		return find("armv7l")
	case arch == "ppc64le":
		return find("ppc64")
	case arch == "i686" && hostArch == "x86_64":
		return find("x86_64")
	}
	return nil
}

// guestOf is a kind of guests: one architecture on one emulator.
func guestOf(e *qemucaps.Emulator, arch string, bits uint) domxml.CapabilitiesGuest {
	g := domxml.CapabilitiesGuest{OSType: "hvm", Arch: domxml.CapabilitiesArch{
		Name: arch, WordSize: bits, Emulator: e.Path, Machines: machinesOf(e),
		Domains: []domxml.CapabilitiesGuestDomain{{Type: "qemu"}},
	}}
	if e.KVM {
		g.Arch.Domains = append(g.Arch.Domains, domxml.CapabilitiesGuestDomain{Type: "kvm"})
	}
	f := &domxml.CapabilitiesGuestFeatures{}
	set := func(name string, on domxml.OnOff, toggle domxml.YesNo) {
		feature := f.Add(name)
		feature.Default, feature.Toggle = on, toggle
	}
	if arch == "i686" {
		f.Add(domxml.GuestFeaturePAE)
		f.Add(domxml.GuestFeatureNonPAE)
	}
	x86 := arch == "i686" || arch == "x86_64"
	if x86 || arch == "aarch64" || arch == "loongarch64" {
		set(domxml.GuestFeatureACPI, domxml.On, domxml.Yes)
	}
	if x86 {
		set(domxml.GuestFeatureAPIC, domxml.On, domxml.No)
	}
	if len(e.KVMCPUs)+len(e.TCGCPUs) > 0 {
		f.Add(domxml.GuestFeatureCPUSelection)
	}
	f.Add(domxml.GuestFeatureDeviceBoot)
	set(domxml.GuestFeatureDiskSnapshot, domxml.On, domxml.No)
	f.Add(domxml.GuestFeatureExternalSnapshot)
	g.Features = f
	return g
}

// machinesOf are the machines, the default one first, each followed by its
// other name.
func machinesOf(e *qemucaps.Emulator) (out []domxml.CapabilitiesMachine) {
	add := func(m *qemucaps.Machine) {
		c := domxml.CapabilitiesMachine{Name: m.Name, MaxCPUs: uint(max(0, m.MaxCPUs))}
		if m.Deprecated {
			c.Deprecated = domxml.Yes
		}
		out = append(out, c)
		if m.Alias != "" {
			c.Canonical, c.Name = m.Name, m.Alias
			out = append(out, c)
		}
	}
	for _, byDefault := range []bool{true, false} {
		for i := range e.Machines {
			if m := &e.Machines[i]; m.Default == byDefault {
				add(m)
			}
		}
	}
	return out
}
