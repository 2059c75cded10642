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

	maxMemory, memory uint64 // KiB
	vcpus, maxVcpus   uint
}

// define makes the definition of a completed document.
func define(d *domxml.Domain) (*definition, error) {
	text, err := domxml.FormatDomain(d, domxml.FormatInactive|domxml.FormatSecure|domxml.FormatStored)
	if err != nil {
		return nil, err
	}
	return &definition{
		text:      text,
		maxMemory: d.MaxMemoryKiB(), memory: d.MemoryKiB(),
		vcpus: d.VcpusCurrent(), maxVcpus: d.VcpusMax(),
	}, nil
}

// tree parses the document anew: the caller owns the result.
func (f *definition) tree() *domxml.Domain {
	d, err := domxml.ParseDomain(f.text, domxml.Stored())
	if err != nil {
		// Only text that FormatDomain made is ever parsed here.
		panic("engine: canonical document does not parse: " + err.Error())
	}
	return d
}

// edit makes a changed definition.
func (f *definition) edit(change func(*domxml.Domain) error) (*definition, error) {
	d := f.tree()
	if err := change(d); err != nil {
		return nil, err
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
