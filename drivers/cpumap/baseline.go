package cpumap

import (
	"cmp"
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

func failed(format string, args ...any) error {
	return vir.Errorf(vir.FromCPU, vir.ErrOperationFailed, format, args...)
}

func errModel(name string) error {
	return vir.Errorf(vir.FromCPU, vir.ErrInternalError, "Unknown CPU model %s", name)
}

// BaselineOptions say what a baseline is for.
type BaselineOptions struct {
	// Expand lists all features.
	Expand bool
	// Real leaves out features that emulators do not know: those that describe
	// what the host's own system does.
	Real bool
	// Migratable leaves out features that keep a guest on its host.
	Migratable bool
}

// Baseline is the best guest CPU that runs on all of the hosts. The first one
// says of which architecture it is.
func (m *Map) Baseline(hosts []*domxml.HostCPU, o BaselineOptions) (*domxml.CPU, error) {
	arch := hosts[0].Arch
	family, ok := families[arch]
	if !ok {
		return nil, errArch(arch)
	}
	switch family {
	case "x86":
		return m.x86.baseline(hosts, o)
	case "ppc64":
		return m.ppc64.baseline(hosts)
	case "arm":
		// The reference looks at the first one only.
		return guest(hosts[0].Model, "allow"), nil
	}
	return nil, vir.Errorf(vir.FromCPU, vir.ErrNoSupport, "cannot compute baseline CPU of %s architecture", arch)
}

func guest(model, fallback string) *domxml.CPU {
	return &domxml.CPU{Mode: "custom", Match: "exact", Model: &domxml.CPUModel{Fallback: fallback, Name: model}}
}

// baseline of hosts without features is their model, if it is the same.
func (p *plainMap) baseline(hosts []*domxml.HostCPU) (*domxml.CPU, error) {
	first := hosts[0]
	if !slices.Contains(p.models, first.Model) {
		return nil, errModel(first.Model)
	}
	vendor := p.vendor[first.Model]
	for i, h := range hosts {
		switch {
		case h.Model != first.Model:
			return nil, failed("CPUs are incompatible")
		case h.Vendor == "" || h.Vendor == vendor:
		case i == 0 && !p.vendors[h.Vendor]:
			return nil, failed("Unknown CPU vendor %s", h.Vendor)
		default:
			return nil, failed("CPU vendor %s of model %s differs from vendor %s", vendor, h.Model, h.Vendor)
		}
	}
	return guest(first.Model, "forbid"), nil
}

// candidate is a model with what has to be said to make it the baseline.
type candidate struct {
	model            *x86Model
	require, disable []int
	// lacking is how many of disable the data lack; the others are those that
	// the model itself no longer has.
	lacking int
}

// cost tells which of two models describes a CPU better. The reference minds a
// feature that is taken away more than one that is added; how much more is
// seen from its answers: twice gives all the recorded ones of real CPUs, and
// 95 of 100 of CPUs that nobody ever built (difference NNb).
func (c *candidate) cost() int { return len(c.require) + 2*len(c.disable) }

// baseline intersects what the hosts report and finds the model for it. Where
// the hosts are of one model, it stays.
func (m *x86Map) baseline(hosts []*domxml.HostCPU, o BaselineOptions) (*domxml.CPU, error) {
	data, vendor, told, err := m.common(hosts)
	if err != nil {
		return nil, err
	}
	if o.Real {
		m.forGuests(data)
	}
	best := m.choose(data, vendor, hosts)
	if best == nil {
		return nil, failed("CPUs are incompatible")
	}
	same := !slices.ContainsFunc(hosts, func(h *domxml.HostCPU) bool { return h.Model != best.model.name })
	fallback := "allow"
	if same {
		fallback = "forbid"
	}
	c := guest(best.model.name, fallback)
	if told {
		c.Vendor = vendor
	}
	if o.Migratable { // what is added to the model; that itself stays as it is
		best.require = slices.DeleteFunc(best.require, func(i int) bool {
			if !m.features[i].stays {
				return false
			}
			data.clear(&m.features[i])
			return true
		})
	}
	m.list(c, best, data, o.Expand)
	return c, nil
}

// common is what all hosts report, and their vendor; told says that each of
// them named it.
func (m *x86Map) common(hosts []*domxml.HostCPU) (data x86Data, vendor string, told bool, err error) {
	told = true
	for i, h := range hosts {
		model := m.model[h.Model]
		if model == nil {
			return nil, "", false, errModel(h.Model)
		}
		own, err := m.report(h, model)
		if err != nil {
			return nil, "", false, err
		}
		told = told && h.Vendor != ""
		if i == 0 {
			if h.Vendor != "" && !m.vendors[h.Vendor] {
				return nil, "", false, failed("Unknown CPU vendor %s", h.Vendor)
			}
			data, vendor = own, h.Vendor
			continue
		}
		if vendor, err = m.agree(h, model, vendor); err != nil {
			return nil, "", false, err
		}
		data.intersect(own)
	}
	return data, vendor, told, nil
}

// agree takes one more host's vendor. Unlike the first one's it is its
// model's where it is not named.
func (m *x86Map) agree(h *domxml.HostCPU, model *x86Model, vendor string) (string, error) {
	if h.Vendor != "" && model.vendor != "" && h.Vendor != model.vendor {
		return "", failed("CPU vendor %s of model %s differs from vendor %s", model.vendor, h.Model, h.Vendor)
	}
	own := cmp.Or(h.Vendor, model.vendor)
	switch {
	case own == "" || own == vendor:
		return vendor, nil
	case vendor != "":
		return "", failed("CPU vendors do not match")
	case !m.vendors[own]:
		return "", failed("Unknown CPU vendor %s", own)
	}
	return own, nil
}

// report is what a host reports: its model's features and its own.
func (m *x86Map) report(h *domxml.HostCPU, model *x86Model) (x86Data, error) {
	data := slices.Clone(model.data)
	for _, f := range h.Features {
		at, ok := m.feature[f.Name]
		if !ok {
			return nil, vir.Errorf(vir.FromCPU, vir.ErrInternalError, "Unknown CPU feature %s", f.Name)
		}
		data.set(&m.features[at])
	}
	return data, nil
}

// choose finds the model. That of all hosts comes first; then models of hosts
// that need nothing taken away, where there are several; then whichever needs
// the fewest words.
func (m *x86Map) choose(data x86Data, vendor string, hosts []*domxml.HostCPU) *candidate {
	var best, ofHost *candidate
	single := !slices.ContainsFunc(hosts, func(h *domxml.HostCPU) bool { return h.Model != hosts[0].Model })
	for _, model := range m.models {
		if !model.guest || vendor != "" && model.vendor != "" && model.vendor != vendor {
			continue
		}
		c := m.describe(data, model)
		named := slices.ContainsFunc(hosts, func(h *domxml.HostCPU) bool { return h.Model == model.name })
		switch {
		case named && single:
			return c
		case named && len(c.disable) == 0 && (ofHost == nil || c.cost() < ofHost.cost()):
			ofHost = c
		}
		if best == nil || c.cost() < best.cost() {
			best = c
		}
	}
	if ofHost != nil && best.cost() > 0 {
		return ofHost
	}
	return best
}

// describe says how data differs from a model.
func (m *x86Map) describe(data x86Data, model *x86Model) *candidate {
	c := &candidate{model: model}
	for i := range m.features {
		f := &m.features[i]
		switch has, want := data.has(f), model.data.has(f); {
		case has && !want:
			c.require = append(c.require, i)
		case want && !has:
			c.disable = append(c.disable, i)
		}
	}
	c.lacking = len(c.disable)
	for _, i := range model.removed {
		if !data.has(&m.features[i]) {
			c.disable = append(c.disable, i)
		}
	}
	return c
}

// list writes the features down: the differences in the order of the map, or
// all by name.
func (m *x86Map) list(c *domxml.CPU, best *candidate, data x86Data, expand bool) {
	require := best.require
	if expand {
		require = nil
		for i := range m.features {
			if data.has(&m.features[i]) {
				require = append(require, i)
			}
		}
	}
	for _, i := range require {
		c.Features = append(c.Features, domxml.CPUFeature{Policy: "require", Name: m.features[i].name})
	}
	for _, i := range best.disable {
		c.Features = append(c.Features, domxml.CPUFeature{Policy: "disable", Name: m.features[i].name})
	}
	if expand {
		slices.SortFunc(c.Features, func(a, b domxml.CPUFeature) int { return cmp.Compare(a.Name, b.Name) })
	}
}
