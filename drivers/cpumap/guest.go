package cpumap

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// GuestQuery is the best processor that an emulator can give to a guest.
type GuestQuery struct {
	// Vendor is what the processor calls it: GenuineIntel.
	Vendor    string
	Signature *domxml.CPUSignature
	// Features are in the map's words; others are left out.
	Features []string
	// Has tells which models the emulator has.
	Has func(model string) bool
	// Lacking are the features, in the map's words, that the emulator's model
	// of that name has and the processor has not.
	Lacking func(model string) []string
}

// GuestCPU names the model of a processor for guests (host-model): nil where
// none fits. A model with the processor's signature comes first, then the one
// that needs the fewest words, of which those that take a feature away count
// twice.
func (m *Map) GuestCPU(q GuestQuery) *domxml.CPU {
	x := m.x86
	vendor := x.strings[q.Vendor]
	data := make(x86Data, len(x.places))
	for _, name := range q.Features {
		if at, ok := x.feature[name]; ok {
			data.set(&x.features[at])
		}
	}
	var best *candidate
	ours := false // best has the signature
	for _, model := range x.models {
		if !model.guest || vendor != "" && model.vendor != "" && model.vendor != vendor || !q.Has(model.name) {
			continue
		}
		c := x.describe(data, model)
		fits := model.fits(q.Signature)
		if best == nil || fits && !ours || fits == ours && c.better(best) {
			best, ours = c, fits
		}
	}
	if best == nil {
		return nil
	}
	for _, name := range q.Lacking(best.model.name) {
		if at, ok := x.feature[name]; ok && !data.has(&x.features[at]) && !slices.Contains(best.disable, at) {
			best.disable = append(best.disable, at)
		}
	}
	slices.Sort(best.disable)
	out := guest(best.model.name, "forbid")
	out.Vendor = vendor
	x.list(out, best, data, false)
	return out
}

// better reports whether c describes a guest's processor better than best,
// which stands before it in the map: what has been added since to a model that
// is as good must not be taken away.
func (c *candidate) better(best *candidate) bool {
	a := len(c.require) + 2*c.lacking
	b := len(best.require) + 2*best.lacking
	return a < b || a == b && c.lacking <= best.lacking
}

// Feature is the map's word for a feature of an emulator, which is written
// with dashes mostly; false for one that is not in the map.
func (m *Map) Feature(emulators string) (string, bool) {
	if emulators == "pclmulqdq" {
		emulators = "pclmuldq"
	}
	for _, name := range []string{emulators, strings.ReplaceAll(emulators, "-", "_"), strings.ReplaceAll(emulators, "-", ".")} {
		if _, ok := m.x86.feature[name]; ok {
			return name, true
		}
	}
	return "", false
}

// Vendor is that of a model of x86, "" where guests of every vendor may have
// it; false for a model that is not in the map.
func (m *Map) Vendor(model string) (string, bool) {
	x, ok := m.x86.model[model]
	if !ok {
		return "", false
	}
	return x.vendor, true
}

// FromMSR reports whether a feature is in a model specific register and not in
// what CPUID answers.
func (m *Map) FromMSR(feature string) bool {
	at, ok := m.x86.feature[feature]
	if !ok {
		return false
	}
	for p, i := range m.x86.places {
		if p.msr && slices.ContainsFunc(m.x86.features[at].bits, func(b bit) bool { return b.place == i }) {
			return true
		}
	}
	return false
}
