package argv

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// cpuNames are features that the emulator spells in another way than by
// putting dashes where libvirt has underscores.
var cpuNames = map[string]string{
	"cmpxchg16b": "cx16", "pclmuldq": "pclmulqdq", "perfctr_core": "perfctr-core", "perfctr_nb": "perfctr-nb",
	"rdtscp": "rdtscp", "sse4.1": "sse4.1", "sse4.2": "sse4.2", "lm": "lm",
}

// cpuUnknown are features of hosts that no emulator has a switch for.
var cpuUnknown = map[string]bool{
	"cmt": true, "mbm_total": true, "mbm_local": true, "osxsave": true, "ospke": true, "pconfig": true,
}

// cpu chooses the model and what is different from it.
func (b *builder) cpu() error {
	c := b.d.CPU
	if c != nil && c.Mode == "host-model" && b.o.CPU != nil {
		c = b.o.CPU
	}
	w, err := b.cpuModel(c)
	if err != nil {
		return err
	}
	if b.kvm() && b.d.OS.Type.Arch == "armv7l" && b.e.Arch == "aarch64" {
		w.set("aarch64", "off")
	}
	for _, t := range b.d.Clock.Timers {
		if t.Name == "armvtimer" && t.TickPolicy != "" {
			w.set("kvm-no-adjvtime", map[bool]string{true: "on", false: "off"}[t.TickPolicy == "discard"])
		}
	}
	if b.isX86() {
		b.cpuTimers(w)
		b.cpuInterrupts(w)
		b.cpuHyperV(w)
	}
	for _, p := range b.d.Devices.Panics {
		if p.Model == "hyperv" {
			w.set("", "hv-crash")
			break
		}
	}
	b.cpuKVM(w)
	if p := b.d.Features.PMU; p != nil {
		w.put("pmu", string(p.State))
	}
	if err := b.cpuCache(w, c); err != nil {
		return err
	}
	b.cpuAddresses(w, c)
	if s := w.String(); s != "" {
		b.arg("-cpu", s)
	}
	return nil
}

// cpuModel is the model with its features.
func (b *builder) cpuModel(c *domxml.CPU) (*words, error) {
	w := &words{}
	if c == nil || c.Mode == "" && c.Model == nil {
		return word(b.defaultCPU()), nil
	}
	switch c.Mode {
	case "host-passthrough":
		w = b.migratable(word("host"), c)
	case "maximum":
		w = b.migratable(word("max"), c)
	case "host-model":
		w = word("host")
	default:
		if c.Model == nil || c.Model.Name == "" {
			return word(b.defaultCPU()), nil
		}
		w = word(c.Model.Name)
	}
	if c.Model != nil && c.Model.VendorID != "" && b.isX86() {
		w.set("vendor", c.Model.VendorID)
	}
	for _, f := range c.Features {
		switch {
		case cpuUnknown[f.Name]:
		case f.Policy == "force" || f.Policy == "require" || f.Policy == "":
			w.set(cpuFeature(f.Name), "on")
		case f.Policy == "disable" || f.Policy == "forbid":
			w.set(cpuFeature(f.Name), "off")
		}
	}
	return w, nil
}

// migratable leaves out what would keep a guest on this host. Emulators of
// 32-bit machines have no such switch.
func (b *builder) migratable(w *words, c *domxml.CPU) *words {
	if b.d.OS.Type.Arch != "i686" {
		w.put("migratable", string(c.Migratable))
	}
	return w
}

// defaultCPU is the model of a guest that names none.
func (b *builder) defaultCPU() string {
	if b.d.OS.Type.Arch == "i686" {
		return "qemu32"
	}
	if !b.isX86() {
		return "" // the machine's own
	}
	if m, ok := b.e.Machine(b.d.OS.Type.Machine); ok && m.DefaultCPU != "" {
		return strings.TrimSuffix(m.DefaultCPU, "-"+b.e.Arch+"-cpu")
	}
	return "qemu64"
}

func cpuFeature(name string) string {
	if n, ok := cpuNames[name]; ok {
		return n
	}
	return strings.ReplaceAll(name, "_", "-")
}

// cpuTimers are clocks that are part of the CPU.
func (b *builder) cpuTimers(w *words) {
	for _, t := range b.d.Clock.Timers {
		switch {
		case t.Name == "kvmclock" && t.Present != "":
			w.set("kvmclock", onOff(t.Present))
		case t.Name == "hypervclock" && t.Present == domxml.Yes:
			w.set("hv-time", "on")
		case t.Name == "tsc" && t.Frequency > 0:
			w.set("tsc-frequency", itoa(t.Frequency))
		}
	}
}

// cpuInterrupts are paravirtual shortcuts of KVM.
func (b *builder) cpuInterrupts(w *words) {
	f := &b.d.Features
	if f.APIC != nil {
		w.put("kvm-pv-eoi", string(f.APIC.EOI))
	}
	if f.PVSpinlock != nil {
		w.put("kvm-pv-unhalt", string(f.PVSpinlock.State))
	}
}

// cpuHyperV are what Windows guests look for.
func (b *builder) cpuHyperV(w *words) {
	h := b.d.Features.HyperV
	if h == nil {
		return
	}
	if h.Mode == "passthrough" {
		w.set("hv-passthrough", "on")
	}
	on := func(name string, s *domxml.FeatureState) bool {
		if s == nil || s.State != domxml.On {
			return false
		}
		w.set("hv-"+name, "on")
		return true
	}
	on("relaxed", h.Relaxed)
	on("vapic", h.VAPIC)
	if h.Spinlocks != nil && h.Spinlocks.State == domxml.On {
		w.set("hv-spinlocks", "0x"+hexa(h.Spinlocks.Retries))
	}
	on("vpindex", h.VPIndex)
	on("runtime", h.Runtime)
	on("synic", h.SynIC)
	if h.STimer != nil && on("stimer", &h.STimer.FeatureState) {
		on("stimer-direct", h.STimer.Direct)
	}
	on("reset", h.Reset)
	if h.VendorID != nil && h.VendorID.State == domxml.On {
		w.set("hv-vendor-id", h.VendorID.Value)
	}
	on("frequencies", h.Frequencies)
	on("reenlightenment", h.Reenlightenment)
	if h.TLBFlush != nil && on("tlbflush", &h.TLBFlush.FeatureState) {
		on("tlbflush-direct", h.TLBFlush.Direct)
		on("tlbflush-ext", h.TLBFlush.Extended)
	}
	on("ipi", h.IPI)
	on("evmcs", h.EVMCS)
	on("avic", h.AVIC)
	on("emsr-bitmap", h.EMSRBitmap)
	on("xmm-input", h.XMMInput)
}

// cpuKVM says how much of KVM the guest sees.
func (b *builder) cpuKVM(w *words) {
	k := b.d.Features.KVM
	if k == nil {
		return
	}
	if k.Hidden != nil && k.Hidden.State == domxml.On {
		w.set("kvm", "off")
	}
	if k.HintDedicated != nil && k.HintDedicated.State == domxml.On {
		w.set("kvm-hint-dedicated", "on")
	}
	if k.PollControl != nil && k.PollControl.State == domxml.On {
		w.set("kvm-poll-control", "on")
	}
	// This one is on unless it is switched off.
	if k.PVIPI != nil && k.PVIPI.State == domxml.Off {
		w.set("kvm-pv-ipi", "off")
	}
}

// cpuCache says which caches the guest sees.
func (b *builder) cpuCache(w *words, c *domxml.CPU) error {
	if c == nil || c.Cache == nil {
		return nil
	}
	level3 := c.Cache.Level == nil || *c.Cache.Level == 3
	switch c.Cache.Mode {
	case "emulate":
		if !level3 {
			return errUnsupported("unsupported CPU cache level for mode '%s'", c.Cache.Mode)
		}
		w.set("l3-cache", "on")
		if c.Mode == "host-passthrough" || c.Mode == "maximum" {
			w.set("host-cache-info", "off")
		}
	case "passthrough":
		w.set("host-cache-info", "on")
		w.set("l3-cache", "off")
	case "disable":
		w.set("l3-cache", "off")
		if c.Mode == "host-passthrough" || c.Mode == "maximum" {
			w.set("host-cache-info", "off")
		}
	}
	return nil
}

// cpuAddresses is how wide physical addresses are.
func (b *builder) cpuAddresses(w *words, c *domxml.CPU) {
	if c == nil || c.MaxPhysAddr == nil {
		return
	}
	switch a := c.MaxPhysAddr; a.Mode {
	case "passthrough":
		w.set("host-phys-bits", "on")
		if a.Limit > 0 {
			w.set("host-phys-bits-limit", itoa(a.Limit))
		}
	case "emulate":
		if a.Bits > 0 {
			w.set("phys-bits", itoa(a.Bits))
		} else {
			w.set("host-phys-bits", "off")
		}
	}
}
