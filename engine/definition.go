package engine

import (
	"github.com/govirtd/govirtd/domxml"
)

// definition is one document of a domain, immutable. It is kept as canonical
// text (inactive form, secrets included) and a few values that lists and
// queries ask for; the tree is parsed when somebody needs it, so that ten
// thousand domains stay small.
type definition struct {
	text []byte
	// live says that the text is in the form of a running guest, which has
	// aliases and the like besides what a definition has.
	live bool

	maxMemory, memory uint64 // KiB
	vcpus, maxVcpus   uint
}

// define makes the definition of a completed document.
func define(d *domxml.Domain) (*definition, error) {
	return keep(d, domxml.FormatInactive, false)
}

func keep(d *domxml.Domain, form domxml.FormatFlags, live bool) (*definition, error) {
	text, err := domxml.FormatDomain(d, form|domxml.FormatSecure|domxml.FormatStored)
	if err != nil {
		return nil, err
	}
	return &definition{
		text: text, live: live,
		maxMemory: d.MaxMemoryKiB(), memory: d.MemoryKiB(),
		vcpus: d.VcpusCurrent(), maxVcpus: d.VcpusMax(),
	}, nil
}

// tree parses the document anew: the caller owns the result.
func (f *definition) tree() *domxml.Domain {
	options := []domxml.Option{domxml.Stored()}
	if f.live {
		options = append(options, domxml.Live())
	}
	d, err := domxml.ParseDomain(f.text, options...)
	if err != nil {
		// Only text that FormatDomain made is ever parsed here.
		panic("engine: canonical document does not parse: " + err.Error())
	}
	return d
}

// ofGuest is the definition as one of a running guest; a fresh start has the
// same text in both.
func (f *definition) ofGuest() *definition {
	g := *f
	g.live = true
	return &g
}

// ofStart is the definition without what only a running guest has.
func (f *definition) ofStart() *definition {
	if !f.live {
		return f
	}
	g := *f
	g.live = false
	out, err := g.edit(func(*domxml.Domain) error { return nil })
	if err != nil {
		return f // what can be read can be written
	}
	return out
}

// edit makes a changed definition.
func (f *definition) edit(change func(*domxml.Domain) error) (*definition, error) {
	d := f.tree()
	if err := change(d); err != nil {
		return nil, err
	}
	if f.live {
		d.ID = 0 // of the record
		return keep(d, 0, true)
	}
	return define(d)
}

// render is the document as a client gets it.
func (f *definition) render(id int32, flags domxml.FormatFlags) (string, error) {
	d := f.tree()
	if flags&domxml.FormatInactive == 0 && id > 0 {
		d.ID = id
	}
	text, err := domxml.FormatDomain(d, flags)
	return string(text), err
}
