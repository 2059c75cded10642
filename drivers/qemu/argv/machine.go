package argv

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

func isQ35(d *domxml.Domain) bool {
	m := d.OS.Type.Machine
	return m == "q35" || strings.HasPrefix(m, "pc-q35-") || strings.HasPrefix(m, "pc-q35")
}

// isI440FX says whether a machine is the older PC.
func isI440FX(d *domxml.Domain) bool {
	m := d.OS.Type.Machine
	return m == "pc" || strings.HasPrefix(m, "pc-i440fx-") || strings.HasPrefix(m, "pc-0.") || strings.HasPrefix(m, "pc-1.")
}

// machine chooses the board and switches its parts.
func (b *builder) machine() error {
	d, f := b.d, &b.d.Features
	w := word(d.OS.Type.Machine).set("usb", "off")
	if f.VMPort != nil {
		w.put("vmport", string(f.VMPort.State))
	}
	if f.SMM != nil {
		w.put("smm", string(f.SMM.State))
	}
	if p := f.IOAPIC; p != nil {
		w.set("kernel_irqchip", map[string]string{"qemu": "split", "kvm": "on"}[p.Driver])
	}
	if f.GIC != nil && f.GIC.Version != "" {
		w.set("gic-version", f.GIC.Version)
	}
	if f.RAS != nil {
		w.put("ras", string(f.RAS.State))
	}
	if f.AIA != nil {
		w.put("aia", f.AIA.Value)
	}
	b.pseries(w)
	if f.PS2 != nil {
		w.put("i8042", string(f.PS2.State))
	}
	w.set("dump-guest-core", string(orOff(d.Memory.DumpCore)))
	if m := d.MemoryBacking; m != nil && bool(m.NoSharePages) {
		w.set("mem-merge", "off")
	}
	b.keyWrap(w)
	if b.hasNVDIMM() {
		w.set("nvdimm", "on")
	}
	b.machineMemory(w)
	if l := d.LaunchSecurity; l != nil {
		w.set("confidential-guest-support", "lsec0")
	}
	if hasHMAT(d) {
		w.set("hmat", "on")
	}
	if d.OS.Loader != nil && d.OS.Loader.Type == "pflash" {
		b.pflashNodes(w)
	}
	for _, t := range d.Clock.Timers {
		if t.Name == "hpet" && t.Present != "" && b.e.HasOption("machine", "hpet") {
			w.set("hpet", onOff(t.Present))
		}
	}
	for _, s := range d.Devices.Sounds {
		if s.Model == "pcspk" {
			w.set("pcspk-audiodev", b.audioID(s.Audio))
		}
	}
	if m, _ := b.e.Machine(d.OS.Type.Machine); b.e.HasOption("machine", "acpi") && m.ACPI {
		w.set("acpi", map[bool]string{true: "on", false: "off"}[bool(f.ACPI)])
	}
	b.arg("-machine", w.String())
	return nil
}

// accel chooses who runs the guest's code.
func (b *builder) accel() error {
	f := &b.d.Features
	if b.d.Type == "kvm" {
		w := word("kvm")
		if k := f.KVM; k != nil && k.DirtyRing != nil && k.DirtyRing.State == domxml.On {
			w.set("dirty-ring-size", itoa(k.DirtyRing.Size))
		}
		b.arg("-accel", w.String())
		return nil
	}
	w := word("tcg")
	if f.TCG != nil && f.TCG.TBCache != nil {
		w.set("tb-size", itoa(f.TCG.TBCache.Value>>10))
	}
	b.arg("-accel", w.String())
	return nil
}

// machineGlobals are settings of parts of the board.
func (b *builder) machineGlobals() error {
	f := &b.d.Features
	if l := b.d.OS.Loader; l != nil && l.Secure == domxml.Yes {
		b.arg("-global", "driver=cfi.pflash01,property=secure,value=on")
	}
	if f.SMM != nil && f.SMM.State == domxml.On && f.SMM.TSEG != nil && f.SMM.TSEG.Value > 0 {
		b.arg("-global", "mch.extended-tseg-mbytes="+itoa(tsegMiB(f.SMM.TSEG)))
	}
	return b.bios()
}

// pseries are capabilities of a pSeries machine.
func (b *builder) pseries(w *words) {
	f := &b.d.Features
	if h := f.HPT; h != nil {
		w.put("resize-hpt", h.Resizing)
		if h.MaxPageSize != nil {
			w.set("cap-hpt-max-page-size", itoa(h.MaxPageSize.Value)+"k")
		}
	}
	for _, x := range []struct {
		key   string
		state *domxml.FeatureState
	}{{"cap-htm", f.HTM}, {"cap-nested-hv", f.NestedHV}, {"cap-ccf-assist", f.CCFAssist}} {
		if x.state != nil {
			w.put(x.key, string(x.state.State))
		}
	}
	if f.CFPC != nil {
		w.put("cap-cfpc", f.CFPC.Value)
	}
	if f.SBBC != nil {
		w.put("cap-sbbc", f.SBBC.Value)
	}
	if f.IBS != nil {
		w.put("cap-ibs", f.IBS.Value)
	}
}

// keyWrap protects the keys of an s390 guest.
func (b *builder) keyWrap(w *words) {
	for _, c := range b.d.KeyWrap {
		w.set(c.Name+"-key-wrap", string(c.State))
	}
}

func orOff(v domxml.OnOff) domxml.OnOff {
	if v == "" {
		return domxml.Off
	}
	return v
}

// onOff is how the emulator says yes and no.
func onOff(v domxml.YesNo) string {
	if v == domxml.Yes {
		return "on"
	}
	return "off"
}

// tsegMiB is an amount in MiB, whatever unit the document shows.
func tsegMiB(t *domxml.TSEG) uint64 {
	bytes, _ := domxml.UnitBytes(t.Unit)
	return t.Value * bytes >> 20
}
