package cpumap

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Document is a CPU that somebody asks about: that of a host, or one that a
// guest shall have. One of them is set.
type Document struct {
	Host  *domxml.HostCPU
	Guest *domxml.CPU
}

// parts are what a document says, whichever it is.
type parts struct {
	model, vendor, match string
	features             []domxml.CPUFeature
}

func (d Document) parts() (p parts) {
	if d.Host != nil {
		p = parts{model: d.Host.Model, vendor: d.Host.Vendor}
		for _, f := range d.Host.Features {
			p.features = append(p.features, domxml.CPUFeature{Name: f.Name})
		}
		return p
	}
	p = parts{vendor: d.Guest.Vendor, match: d.Guest.Match, features: d.Guest.Features}
	if d.Guest.Model != nil {
		p.model = d.Guest.Model.Name
	}
	return p
}

// wishes are features by what a document wants of them.
type wishes struct {
	require, optional, force, disable, forbid x86Data
}

// wants sorts the features of a document; those of its model are required
// unless something else is said of them.
func (m *x86Map) wants(p *parts, model *x86Model) (*wishes, error) {
	w := &wishes{require: slices.Clone(model.data)}
	for _, f := range p.features {
		at, ok := m.feature[f.Name]
		if !ok {
			return nil, vir.Errorf(vir.FromCPU, vir.ErrInternalError, "Unknown CPU feature %s", f.Name)
		}
		feature := &m.features[at]
		into := &w.require
		switch f.Policy {
		case "optional":
			into = &w.optional
		case "force":
			into = &w.force
		case "disable":
			into = &w.disable
		case "forbid":
			into = &w.forbid
		}
		into.set(feature)
		if into != &w.require {
			w.require.clear(feature)
		}
	}
	return w, nil
}

func (d x86Data) clear(f *x86Feature) {
	for _, b := range f.bits {
		if b.place < len(d) {
			d[b.place] &^= b.mask
		}
	}
}

// names are the features that one has and the other lacks, in the order of the
// map.
func (m *x86Map) names(has, lacks x86Data) []string {
	var out []string
	for i := range m.features {
		if f := &m.features[i]; has.has(f) && !lacks.has(f) {
			out = append(out, f.name)
		}
	}
	return out
}

// incompatible is the answer that a host cannot have the CPU, and why.
func incompatible(why string, names ...string) (vir.CPUCompareResult, string, error) {
	return vir.CPUCompareIncompatible, why + strings.Join(names, ", "), nil
}

// Compare says whether a host can have a CPU, and if not, why not.
func (m *Map) Compare(host *domxml.HostCPU, d Document) (vir.CPUCompareResult, string, error) {
	p := d.parts()
	family := families[host.Arch]
	if d.Host != nil && families[d.Host.Arch] != family {
		return incompatible("CPU arch " + d.Host.Arch + " does not match host arch")
	}
	if d.Guest != nil && (d.Guest.Mode == "host-passthrough" || d.Guest.Mode == "host-model" || d.Guest.Mode == "maximum") || p.model == "" {
		return vir.CPUCompareSuperset, "", nil // it is made of what the host has
	}
	if family != "x86" {
		return vir.CPUCompareError, "", errArch(host.Arch)
	}
	model := m.x86.model[p.model]
	if model == nil {
		return vir.CPUCompareError, "", errModel(p.model)
	}
	own := m.x86.model[host.Model]
	if own == nil {
		return vir.CPUCompareError, "", errModel(host.Model)
	}
	data, err := m.x86.report(host, own)
	if err != nil {
		return vir.CPUCompareError, "", err
	}
	return m.x86.compare(data, host.Vendor, &p, model, true)
}

// compare judges by features; strictly says that vendors, forbidden features
// and the kind of match count.
func (m *x86Map) compare(host x86Data, vendor string, p *parts, model *x86Model, strictly bool) (vir.CPUCompareResult, string, error) {
	w, err := m.wants(p, model)
	if err != nil {
		return vir.CPUCompareError, "", err
	}
	if strictly {
		if p.vendor != "" && p.vendor != vendor {
			return incompatible("host CPU vendor does not match required CPU vendor " + p.vendor)
		}
		var has []string
		for i := range m.features {
			if f := &m.features[i]; w.forbid.has(f) && host.has(f) {
				has = append(has, f.name)
			}
		}
		if has != nil {
			return incompatible("Host CPU provides forbidden features: ", has...)
		}
	}
	if missing := m.names(w.require, host); missing != nil {
		return incompatible("Host CPU does not provide required features: ", missing...)
	}
	known := slices.Clone(w.require)
	for _, more := range []x86Data{w.optional, w.force, w.disable} {
		for i := range m.features {
			if f := &m.features[i]; more.has(f) {
				known.set(f)
			}
		}
	}
	extra := m.names(host, known)
	switch {
	case extra == nil:
		return vir.CPUCompareIdentical, "", nil
	case strictly && p.match == "strict":
		return incompatible("Host CPU does not strictly match guest CPU: Extra features: ", extra...)
	}
	return vir.CPUCompareSuperset, "", nil
}

// CompareGuest says whether guests of an emulator can have a CPU: best is the
// best one that they can have, and lacking are the features of a model that
// the emulator says it cannot have.
func (m *Map) CompareGuest(best *domxml.CPU, lacking func(model string) []string, d Document) (vir.CPUCompareResult, string, error) {
	p := d.parts()
	if d.Guest != nil && (d.Guest.Mode == "host-passthrough" || d.Guest.Mode == "host-model" || d.Guest.Mode == "maximum") || p.model == "" {
		return vir.CPUCompareSuperset, "", nil
	}
	model := m.x86.model[p.model]
	if model == nil {
		return vir.CPUCompareError, "", errModel(p.model)
	}
	b := Document{Guest: best}.parts()
	w, err := m.x86.wants(&b, m.x86.model[b.model])
	if err != nil {
		return vir.CPUCompareError, "", err
	}
	byFeatures, why, err := m.x86.compare(w.require, best.Vendor, &p, model, d.Host != nil)
	if err != nil {
		return vir.CPUCompareError, "", err
	}
	// The emulator knows best what it lacks of a model.
	policy := map[string]string{}
	for _, f := range p.features {
		policy[f.Name] = f.Policy
	}
	var missing []string
	for _, name := range lacking(p.model) {
		if how := policy[name]; how != "disable" && how != "forbid" {
			missing = append(missing, name)
		}
	}
	for _, f := range p.features {
		if f.Policy == "require" && !w.require.has(&m.x86.features[m.x86.feature[f.Name]]) && !slices.Contains(missing, f.Name) {
			missing = append(missing, f.Name)
		}
	}
	switch {
	case missing == nil && byFeatures != vir.CPUCompareIncompatible:
		return byFeatures, "", nil
	case missing == nil:
		return vir.CPUCompareSuperset, "", nil
	case model.compat:
		return byFeatures, why, nil
	}
	return incompatible("Host CPU does not provide required features: ", missing...)
}
