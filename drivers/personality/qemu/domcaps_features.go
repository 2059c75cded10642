package qemupersonality

import (
	"slices"
	"strconv"

	"github.com/govirtd/govirtd/domxml"
)

func (d *domcaps) features() *domxml.DomainCapsExtra {
	has := d.e.HasType
	x := &domxml.DomainCapsExtra{
		GIC:               d.gic(),
		VMCoreInfo:        &domxml.DomainCapsFeature{Supported: yesNo(has("vmcoreinfo"))},
		GenID:             &domxml.DomainCapsFeature{Supported: yesNo(has("vmgenid"))},
		BackingStoreInput: &domxml.DomainCapsFeature{Supported: domxml.Yes},
		Backup:            &domxml.DomainCapsFeature{Supported: yesNo(d.e.HasCommand("transaction") && d.e.HasCommand("blockdev-backup"))},
		AsyncTeardown:     &domxml.DomainCapsFeature{Supported: yesNo(d.e.HasOption("run-with", "async-teardown"))},
		PS2:               d.ps2(),
		SEV:               d.sev(),
		SGX:               d.sgx(),
		HyperV:            d.hyperv(),
		LaunchSecurity:    d.launchSecurity(),
	}
	if d.arch == "s390x" {
		x.S390PV = &domxml.DomainCapsFeature{Supported: yesNo(has("s390-pv-guest"))}
	}
	return x
}

// gic are the versions of the interrupt controller that an ARM may have.
func (d *domcaps) gic() *domxml.DomainCapsFeature {
	versions := enum("version")
	for _, g := range d.e.GIC {
		value := strconv.Itoa(g.Version)
		versions.when((d.kvm && g.Kernel || !d.kvm && g.Emulated) && !slices.Contains(versions.values, value), value)
	}
	if len(versions.values) == 0 || !d.named("virt") {
		return unsupported()
	}
	slices.Sort(versions.values)
	return feature(versions)
}

// ps2 says whether the machine has a controller of keyboards and mice; nil
// where the emulator is too old to be asked.
func (d *domcaps) ps2() *domxml.DomainCapsFeature {
	if d.x86() && d.named("pc", "pc-i440fx", "pc-q35", "isapc") {
		if i, ok := d.e.Machine("q35"); ok && !d.e.HasProperty(i.Name+"-machine", "i8042") {
			return nil
		}
		return &domxml.DomainCapsFeature{Supported: domxml.Yes}
	}
	return unsupported()
}

func (d *domcaps) sev() *domxml.DomainCapsSEV {
	s := d.e.SEV
	if s == nil {
		return &domxml.DomainCapsSEV{Supported: domxml.No}
	}
	guests, es := d.facts.SEVGuests, d.facts.SEVESGuests
	return &domxml.DomainCapsSEV{Supported: domxml.Yes, CBitPos: &s.CBitPos, ReducedPhysBits: &s.ReducedPhysBits,
		MaxGuests: &guests, MaxESGuests: &es, CPU0ID: s.CPU0ID}
}

func (d *domcaps) sgx() *domxml.DomainCapsSGX {
	s := d.e.SGX
	if s == nil {
		return &domxml.DomainCapsSGX{Supported: domxml.No}
	}
	out := &domxml.DomainCapsSGX{Supported: domxml.Yes, FLC: yesNo(s.FLC), SGX1: yesNo(s.SGX1), SGX2: yesNo(s.SGX2),
		SectionSize: &domxml.DomainCapsSectionSize{Unit: "KiB", Value: s.Size >> 10}}
	for _, section := range s.Sections {
		out.Sections = append(out.Sections, domxml.DomainCapsSection{Node: uint(max(0, section.Node)), Size: section.Size >> 10, Unit: "KiB"})
	}
	return out
}

// enlightenments are the emulator's names of those in the document, in its
// order.
var enlightenments = []struct{ emulators, name string }{
	{"hv-relaxed", "relaxed"}, {"hv-vapic", "vapic"}, {"hv-spinlocks", "spinlocks"}, {"hv-vpindex", "vpindex"},
	{"hv-runtime", "runtime"}, {"hv-synic", "synic"}, {"hv-stimer", "stimer"}, {"hv-reset", "reset"},
	{"hv-vendor-id", "vendor_id"}, {"hv-frequencies", "frequencies"}, {"hv-reenlightenment", "reenlightenment"},
	{"hv-tlbflush", "tlbflush"}, {"hv-ipi", "ipi"}, {"hv-evmcs", "evmcs"}, {"hv-avic", "avic"},
	{"hv-emsr-bitmap", "emsr_bitmap"}, {"hv-xmm-input", "xmm_input"},
}

// hyperv are what Windows may find; nil where nothing is known.
func (d *domcaps) hyperv() *domxml.DomainCapsFeature {
	source := d.e.KVMHost
	if !d.e.KVM {
		source = d.e.TCGMax
	}
	if !d.x86() || source == nil || source.HyperV == nil {
		return nil
	}
	list := enum("features")
	for _, e := range enlightenments {
		list.when(slices.Contains(source.HyperV, e.emulators), e.name)
	}
	return feature(list)
}

// launchSecurity are the ways to hide a guest's memory from the host.
func (d *domcaps) launchSecurity() *domxml.DomainCapsFeature {
	kinds := enum("sectype").
		when(d.e.SEV != nil && d.e.HasType("sev-guest"), "sev").
		when(d.e.SEV != nil && d.e.HasType("sev-snp-guest"), "sev-snp").
		when(d.arch == "s390x" && d.e.HasType("s390-pv-guest"), "s390-pv")
	if len(kinds.values) == 0 {
		return unsupported()
	}
	return feature(kinds)
}
