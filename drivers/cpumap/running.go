package cpumap

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Settle makes a guest's CPU of a definition ready for a start: it refuses what
// is not in the map, and says no to the features that the model had in older
// releases.
func (m *Map) Settle(c *domxml.CPU) error {
	for _, f := range c.Features {
		if _, ok := m.x86.feature[f.Name]; !ok {
			return vir.Errorf(vir.FromCPU, vir.ErrConfigUnsupported, "unknown CPU feature: %s", f.Name)
		}
	}
	model := m.x86.model[c.Model.Name]
	if model == nil {
		return errModel(c.Model.Name)
	}
	for _, at := range model.removed {
		name := m.x86.features[at].name
		if !slices.ContainsFunc(c.Features, func(f domxml.CPUFeature) bool { return f.Name == name }) {
			c.Features = append(c.Features, domxml.CPUFeature{Policy: "disable", Name: name})
		}
	}
	return nil
}

// Has reports which of the map's features a CPU with these registers has.
func (m *Map) Has(read Registers) func(feature string) bool {
	data := m.x86.collect(read)
	return func(name string) bool {
		at, ok := m.x86.feature[name]
		return ok && data.has(&m.x86.features[at])
	}
}

// MSRFeatures are the features of model specific registers.
func (m *Map) MSRFeatures() (names []string) {
	for i := range m.x86.features {
		if name := m.x86.features[i].name; m.FromMSR(name) {
			names = append(names, name)
		}
	}
	return names
}

// Running makes the CPU of a definition that of a running guest, whose
// emulator says which features it has, and which it lacks of what the model
// has there. With check='full' nothing may differ.
func (m *Map) Running(c *domxml.CPU, has func(feature string) bool, lacks []string) error {
	model := m.x86.model[c.Model.Name]
	if model == nil {
		return errModel(c.Model.Name)
	}
	said := map[string]*domxml.CPUFeature{}
	features := slices.Clone(c.Features)
	for i := range features {
		said[features[i].Name] = &features[i]
	}
	var extra, missing []string
	var more []domxml.CPUFeature
	for i := range m.x86.features {
		f := &m.x86.features[i]
		on, how := has(f.name), "none"
		if s := said[f.name]; s != nil {
			how = s.Policy
		} else if model.data.has(f) || slices.Contains(lacks, f.name) {
			how = "require"
		}
		now := ""
		switch how {
		case "require", "":
			if !on {
				missing, now = append(missing, f.name), "disable"
			}
		case "optional":
			if now = "require"; !on {
				now = "disable"
			}
		case "force":
			if !on {
				now = "disable"
			}
		case "none", "disable":
			if on {
				extra, now = append(extra, f.name), "require"
			}
		}
		if s := said[f.name]; now != "" && s != nil {
			s.Policy = now
		} else if now != "" {
			more = append(more, domxml.CPUFeature{Policy: now, Name: f.name})
		}
	}
	if c.Check == "full" && len(extra)+len(missing) > 0 {
		var why []string
		if len(extra) > 0 {
			why = append(why, "extra features: "+strings.Join(extra, ","))
		}
		if len(missing) > 0 {
			why = append(why, "missing features: "+strings.Join(missing, ","))
		}
		return vir.Errorf(vir.FromCPU, vir.ErrOperationFailed, "guest CPU doesn't match specification: %s", strings.Join(why, ", "))
	}
	c.Features = append(features, more...)
	c.Check, c.Model.Fallback = "full", "forbid"
	return nil
}
