package cpumap

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// BaselineGuest is the best CPU for guests of an emulator that fits all of the
// documents. Of q the vendor, the signature and the features are not asked.
func (m *Map) BaselineGuest(docs []Document, q GuestQuery, o BaselineOptions) (*domxml.CPU, error) {
	x := m.x86
	var data x86Data
	vendor, told, first, single := "", true, "", true
	for i, d := range docs {
		p := d.parts()
		if p.model == "" {
			return nil, vir.Errorf(vir.FromCPU, vir.ErrInvalidArg, "no CPU model specified at index %d", i)
		}
		model := x.model[p.model]
		if model == nil {
			return nil, errModel(p.model)
		}
		w, err := x.wants(&p, model)
		if err != nil {
			return nil, err
		}
		own := w.require
		for j := range x.features {
			if f := &x.features[j]; w.force.has(f) {
				own.set(f)
			}
		}
		told = told && p.vendor != ""
		if i == 0 {
			data, vendor, first = own, p.vendor, p.model
			continue
		}
		single = single && p.model == first
		if vendor, err = x.agree(&domxml.HostCPU{Model: p.model, Vendor: p.vendor}, &x86Model{}, vendor); err != nil {
			return nil, err
		}
		data.intersect(own)
	}
	x.forGuests(data)
	var best *candidate
	if model := x.model[first]; single && model.guest && q.Has(first) {
		best = x.describeGuest(data, model, q.Lacking)
	} else {
		q.Signature = nil
		best = x.chooseGuest(data, vendor, &q, 11)
	}
	if best == nil {
		return nil, failed("CPUs are incompatible")
	}
	out := guest(best.model.name, "forbid")
	if told {
		out.Vendor = vendor
	}
	if len(docs) == 1 && docs[0].Guest != nil {
		out.MaxPhysAddr = docs[0].Guest.MaxPhysAddr
	}
	if o.Migratable {
		best.require = slices.DeleteFunc(best.require, func(i int) bool { return slices.Contains(q.Stays, x.features[i].name) })
		for _, name := range q.Stays {
			if at, ok := x.feature[name]; ok {
				data.clear(&x.features[at])
			}
		}
	}
	for _, i := range best.disable {
		data = slices.Clone(data)
		data.clear(&x.features[i])
	}
	x.list(out, best, data, o.Expand)
	return out, nil
}

// hostOnly are features that describe what the host's system does with the
// processor; emulators do not know them.
var hostOnly = []string{"cmt", "mbm_total", "mbm_local", "osxsave", "ospke"}

// forGuests takes away what guests cannot have.
func (m *x86Map) forGuests(data x86Data) {
	for i := range m.features {
		if f := &m.features[i]; slices.Contains(hostOnly, f.name) {
			data.clear(f)
		}
	}
}
