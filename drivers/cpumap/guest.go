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
	// Stays are features that keep a guest on its host, of a baseline.
	Stays []string
}

// GuestCPU names the model of a processor for guests (host-model): nil where
// none fits. A model with the processor's signature comes first, then the one
// that needs the fewest words.
func (m *Map) GuestCPU(q GuestQuery) *domxml.CPU {
	x := m.x86
	vendor := x.strings[q.Vendor]
	data := make(x86Data, len(x.places))
	for _, name := range q.Features {
		if at, ok := x.feature[name]; ok {
			data.set(&x.features[at])
		}
	}
	best := x.chooseGuest(data, vendor, &q, 8)
	if best == nil {
		return nil
	}
	out := guest(best.model.name, "forbid")
	out.Vendor = vendor
	x.list(out, best, data, false)
	return out
}

// chooseGuest finds the model for guests; nil where none fits. A feature that
// is taken away counts as many quarters of one that is added as away says.
func (m *x86Map) chooseGuest(data x86Data, vendor string, q *GuestQuery, away int) (best *candidate) {
	ours := false // best has the signature
	for _, model := range m.models {
		if !model.guest || vendor != "" && model.vendor != "" && model.vendor != vendor || !q.Has(model.name) {
			continue
		}
		c := m.describeGuest(data, model, q.Lacking)
		fits := model.fits(q.Signature)
		if best == nil || fits && !ours || fits == ours && c.better(best, away) {
			best, ours = c, fits
		}
	}
	return best
}

// describeGuest takes away what the emulator lacks of the model, whatever the
// data have. What the model itself no longer has stays at the end.
func (m *x86Map) describeGuest(data x86Data, model *x86Model, lacking func(string) []string) *candidate {
	c := m.describe(data, model)
	removed := slices.Clone(c.disable[c.lacking:])
	c.disable = c.disable[:c.lacking]
	for _, name := range lacking(model.name) {
		if at, ok := m.feature[name]; ok && !slices.Contains(c.disable, at) && !slices.Contains(removed, at) {
			c.disable = append(c.disable, at)
		}
	}
	slices.Sort(c.disable)
	c.disable = append(c.disable, removed...)
	return c
}

// better reports whether c describes a guest's processor better than best,
// which stands before it in the map: of two that are as long, the one that
// takes less away. How much more a feature counts that is taken away is only
// seen from the reference's answers: for host-model at most two and a half
// times, for a baseline more.
func (c *candidate) better(best *candidate, away int) bool {
	a, b := 4*len(c.require)+away*len(c.disable), 4*len(best.require)+away*len(best.disable)
	return a < b || a == b && len(c.disable) <= len(best.disable)
}

// Feature is the map's word for a feature of an emulator, which is written
// with dashes mostly; false for one that is not in the map.
func (m *Map) Feature(emulators string) (string, bool) {
	switch emulators {
	case "pclmulqdq":
		emulators = "pclmuldq"
	case "vmx-invept-single-context-noglobals": // its name has a mistake
		emulators = "vmx-invvpid-single-context-noglobals"
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
