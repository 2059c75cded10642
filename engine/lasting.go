package engine

import (
	"cmp"
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

// lasting is the part of an object's record that outlives the daemon, where
// the host has a Keeper. The zero value is that of an object that is not there.
type lasting struct {
	def       document // nil without a definition
	autostart bool     // only with one
	once      bool     // likewise

	snapshots   *moments[snapshot]
	checkpoints *moments[checkpoint]
}

// document is a definition of any kind; equal pointers are equal documents.
type document interface {
	// kept is the text that is kept of it.
	kept() ([]byte, error)
}

func (f *definition) kept() ([]byte, error)        { return []byte(f.text), nil }
func (f *networkDefinition) kept() ([]byte, error) { return f.text, nil }

// poolDocument is the document of a pool.
type poolDocument struct{ *domxml.StoragePool }

func (p poolDocument) kept() ([]byte, error) {
	return domxml.FormatStoragePool(p.StoragePool, domxml.FormatInactive|domxml.FormatSecure|domxml.FormatStored)
}

func (r *record) lasting() (l lasting) {
	if !r.exists() {
		return l
	}
	l.snapshots, l.checkpoints = r.snapshots, r.checkpoints
	if r.persistent() {
		l.def, l.autostart, l.once = r.config, r.autostart, r.once
	}
	return l
}

func (r *networkRecord) lasting() (l lasting) {
	if !r.gone && r.persistent {
		l.def, l.autostart = r.config(), r.autostart
	}
	return l
}

func (r *poolRecord) lasting() (l lasting) {
	if !r.gone && r.persistent {
		l.def, l.autostart = poolDocument{cmp.Or(r.next, r.def)}, r.autostart
	}
	return l
}

// lastingOf is what the record of the object of that name says now.
func (h *Host) lastingOf(kind drivers.Kind, name string) lasting {
	switch kind {
	case drivers.KindDomain:
		if d := h.domains.name(name); d != nil {
			return d.load().lasting()
		}
	case drivers.KindNetwork:
		if n := h.networks.name(name); n != nil {
			return n.load().lasting()
		}
	case drivers.KindStoragePool:
		if p := h.pools.name(name); p != nil {
			return p.load().lasting()
		}
	}
	return lasting{}
}

// keptSnapshot is the text that is kept of a snapshot.
func keptSnapshot(m *moment[snapshot], current bool) ([]byte, error) {
	doc := wholeSnapshot(m)
	active := int(truth(current))
	doc.Active = &active
	return domxml.FormatDomainSnapshot(doc, domxml.FormatInactive|domxml.FormatSecure|domxml.FormatStored)
}

// keptCheckpoint is the text that is kept of a checkpoint.
func keptCheckpoint(m *moment[checkpoint], current bool) ([]byte, error) {
	doc := wholeCheckpoint(m)
	active := int(truth(current))
	doc.Active = &active
	return domxml.FormatDomainCheckpoint(doc, domxml.FormatInactive|domxml.FormatSecure|domxml.FormatStored)
}
