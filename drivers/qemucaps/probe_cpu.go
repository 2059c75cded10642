//go:build linux

package qemucaps

import (
	"slices"
	"strings"
)

func askCPUs(q *questioner) []CPU {
	var defs []struct {
		Name       string
		Type       string    `json:"typename"`
		Alias      string    `json:"alias-of"`
		Blockers   *[]string `json:"unavailable-features"`
		Deprecated bool
		Static     bool
	}
	q.may("query-cpu-definitions", nil, &defs)
	cpus := make([]CPU, 0, len(defs))
	for _, d := range defs {
		c := CPU{Name: d.Name, Type: d.Type, Alias: d.Alias, Known: d.Blockers != nil, Deprecated: d.Deprecated, Static: d.Static}
		if d.Blockers != nil && len(*d.Blockers) > 0 {
			c.Blockers = *d.Blockers
		}
		cpus = append(cpus, c)
	}
	return cpus
}

// model is a CPU of the monitor.
type model struct {
	Name  string         `json:"name"`
	Props map[string]any `json:"props,omitempty"`
}

// expand asks what a CPU is made of.
func expand(q *questioner, how string, m model) (model, bool) {
	var out struct{ Model model }
	args := struct {
		Type  string `json:"type"`
		Model model  `json:"model"`
	}{how, m}
	ok := q.may("query-cpu-model-expansion", args, &out)
	return out.Model, ok
}

// askExpansion asks for the best CPU there is: with what hinders migration,
// and then without, as both the names of all features and the ones that do.
func (e *Emulator) askExpansion(q *questioner, name string) *Expansion {
	if !e.HasCommand("query-cpu-model-expansion") {
		return nil
	}
	full := func(m model) (model, bool) {
		static, ok := expand(q, "static", m)
		if !ok || !e.x86() {
			return static, ok
		}
		// The static one has every property under one name only.
		return expand(q, "full", static)
	}
	migratable, ok := full(model{Name: name})
	if !ok {
		return nil
	}
	out := &Expansion{Props: migratable.Props}
	if !e.x86() {
		return out
	}
	if all, ok := full(model{Name: name, Props: map[string]any{"migratable": false}}); ok {
		out.Props = all.Props
		for feature, on := range all.Props {
			if on == true && migratable.Props[feature] == false {
				out.NotMigratable = append(out.NotMigratable, feature)
			}
		}
		slices.Sort(out.NotMigratable)
	}
	// Without KVM the answer says at least which enlightenments there are.
	hyperv, ok := expand(q, "full", model{name, map[string]any{"migratable": false, "hv-passthrough": true}})
	if ok {
		for feature, on := range hyperv.Props {
			if strings.HasPrefix(feature, "hv-") && on != false {
				out.HyperV = append(out.HyperV, feature)
			}
		}
		slices.Sort(out.HyperV)
	}
	return out
}

func (e *Emulator) x86() bool { return e.Arch == "x86_64" || e.Arch == "i686" }
