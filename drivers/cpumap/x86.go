package cpumap

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// x86Map are the features and models of x86.
type x86Map struct {
	vendors  map[string]bool
	strings  map[string]string // vendors by what processors say
	places   map[place]int
	features []x86Feature // in the order of the map
	feature  map[string]int
	models   []*x86Model
	model    map[string]*x86Model
}

// place is a register that the CPU reports features in: of a CPUID leaf, or a
// model specific one.
type place struct {
	msr       bool
	leaf, sub uint32
	register  byte // a, b, c, d
}

// bit are bits in a place of data.
type bit struct {
	place int
	mask  uint32
}

type x86Feature struct {
	name  string
	stays bool // a guest that has it cannot be moved to another host
	bits  []bit
}

type x86Model struct {
	name, vendor string
	host         bool // may be what a host is called
	guest        bool // may be chosen for guests
	compat       bool // emulators do not say what it lacks: its features do
	signatures   []signature
	data         x86Data
	// removed are features that the model had in older releases: guests are
	// always told about them.
	removed []int
}

// x86Data is what a CPU reports, by place. Absent places are zero.
type x86Data []uint32

func newX86Map() *x86Map {
	return &x86Map{vendors: map[string]bool{}, strings: map[string]string{}, places: map[place]int{}, feature: map[string]int{}, model: map[string]*x86Model{}}
}

func (d x86Data) has(f *x86Feature) bool {
	for _, b := range f.bits {
		if b.place >= len(d) || d[b.place]&b.mask != b.mask {
			return false
		}
	}
	return len(f.bits) > 0
}

func (d *x86Data) set(f *x86Feature) {
	for _, b := range f.bits {
		for len(*d) <= b.place {
			*d = append(*d, 0)
		}
		(*d)[b.place] |= b.mask
	}
}

func (d x86Data) intersect(o x86Data) {
	for i := range d {
		if i < len(o) {
			d[i] &= o[i]
		} else {
			d[i] = 0
		}
	}
}

// add takes a file of the map.
func (m *x86Map) add(part *partFile) error {
	for _, v := range part.Vendors {
		m.vendors[v.Name] = true
		m.strings[v.String] = v.Name
	}
	for _, e := range part.Features {
		f, err := m.read(&e)
		if err != nil {
			return fmt.Errorf("feature %s: %w", e.Name, err)
		}
		m.feature[f.name] = len(m.features)
		m.features = append(m.features, f)
	}
	for _, e := range part.Models {
		if err := m.addModel(&e); err != nil {
			return fmt.Errorf("model %s: %w", e.Name, err)
		}
	}
	return nil
}

// read turns the registers of a feature into bits.
func (m *x86Map) read(e *featureElement) (x86Feature, error) {
	f := x86Feature{name: e.Name, stays: e.Migratable == "no"}
	var failed error
	number := func(s string) uint32 {
		if s == "" {
			return 0
		}
		n, err := strconv.ParseUint(s, 0, 32)
		if err != nil {
			failed = err
		}
		return uint32(n)
	}
	add := func(p place, s string) {
		mask := number(s)
		if mask == 0 {
			return
		}
		at, ok := m.places[p]
		if !ok {
			at = len(m.places)
			m.places[p] = at
		}
		f.bits = append(f.bits, bit{at, mask})
	}
	for _, c := range e.CPUIDs {
		p := place{leaf: number(c.EAXIn), sub: number(c.ECXIn)}
		for _, r := range []struct {
			name byte
			text string
		}{{'a', c.EAX}, {'b', c.EBX}, {'c', c.ECX}, {'d', c.EDX}} {
			p.register = r.name
			add(p, r.text)
		}
	}
	for _, c := range e.MSRs {
		p := place{msr: true, leaf: number(c.Index)}
		p.register = 'a'
		add(p, c.EAX)
		p.register = 'd'
		add(p, c.EDX)
	}
	return f, failed
}

func (m *x86Map) addModel(e *modelElement) error {
	model := &x86Model{name: e.Name, host: e.Decode == nil || e.Decode.Host != "off", guest: e.Decode == nil || e.Decode.Guest != "off"}
	model.compat = e.Check != nil && e.Check.Partial == "compat"
	if e.Base != nil {
		base := m.model[e.Base.Name]
		if base == nil {
			return fmt.Errorf("unknown base %s", e.Base.Name)
		}
		model.vendor, model.data, model.signatures = base.vendor, slices.Clone(base.data), base.signatures
	}
	if e.Vendor != nil {
		model.vendor = e.Vendor.Name
	}
	if e.Signatures != nil {
		model.signatures = nil
	}
	for _, s := range e.Signatures {
		model.signatures = append(model.signatures, signature{s.Family, s.Model, s.Stepping})
	}
	for _, f := range e.Features {
		at, ok := m.feature[f.Name]
		switch {
		case !ok:
			return errors.New("unknown feature " + f.Name)
		case f.Removed == "yes":
			model.removed = append(model.removed, at)
		case f.Added != "yes": // newer than the model: nobody may rely on it
			model.data.set(&m.features[at])
		}
	}
	m.model[model.name] = model
	m.models = append(m.models, model)
	return nil
}
