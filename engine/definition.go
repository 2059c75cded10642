package engine

import (
	"strings"
	"sync/atomic"

	"github.com/govirtd/govirtd/domxml"
)

// definition is one document of a domain, immutable. It is kept as canonical
// text (inactive form, secrets included) and a few values that lists and
// queries ask for; the tree is parsed when somebody needs it, so that ten
// thousand domains stay small.
type definition struct {
	text string
	// live says that the text is in the form of a running guest, which has
	// aliases and the like besides what a definition has.
	live bool

	maxMemory, memory uint64 // KiB
	vcpus, maxVcpus   uint

	// forms are what clients have asked for: see render.
	forms [4]atomic.Pointer[rendering]
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
		text: string(text), live: live,
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
	d, err := domxml.ParseDomain([]byte(f.text), options...)
	if err != nil {
		// Only text that FormatDomain made is ever parsed here.
		panic("engine: canonical document does not parse: " + err.Error())
	}
	return d
}

// ofGuest is the definition as one of a running guest; a fresh start has the
// same text in both.
func (f *definition) ofGuest() *definition {
	return f.as(true)
}

// as is a copy that is or is not in the form of a running guest.
func (f *definition) as(live bool) *definition {
	return &definition{
		text: f.text, live: live,
		maxMemory: f.maxMemory, memory: f.memory, vcpus: f.vcpus, maxVcpus: f.maxVcpus,
	}
}

// ofStart is the definition without what only a running guest has.
func (f *definition) ofStart() *definition {
	if !f.live {
		return f
	}
	out, err := f.as(false).edit(func(*domxml.Domain) error { return nil })
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

// rendering is a form of the document as what differs from the stored text:
// middle stands in place of text[from:to].
type rendering struct {
	id       int32
	from, to int
	middle   string
}

// render is the document as a client gets it, with passwords and without what
// only a guest has, or not. Parsing and formatting take a tenth of a
// millisecond; so the first time what comes out is compared with the stored
// text, and the difference kept: mostly the id, or nothing.
func (f *definition) render(id int32, flags domxml.FormatFlags) (string, error) {
	if flags&domxml.FormatInactive != 0 || id < 0 {
		id = 0
	}
	form := &f.forms[flags&(domxml.FormatInactive|domxml.FormatSecure)]
	if r := form.Load(); r != nil && r.id == id {
		return f.text[:r.from] + r.middle + f.text[r.to:], nil
	}
	d := f.tree()
	if id > 0 {
		d.ID = id
	}
	text, err := domxml.FormatDomain(d, flags)
	if err != nil {
		return "", err
	}
	out := string(text)
	from, to := 0, 0 // to from the end
	for from < min(len(out), len(f.text)) && out[from] == f.text[from] {
		from++
	}
	for to < min(len(out), len(f.text))-from && out[len(out)-1-to] == f.text[len(f.text)-1-to] {
		to++
	}
	form.Store(&rendering{id: id, from: from, to: len(f.text) - to, middle: strings.Clone(out[from : len(out)-to])})
	return out, nil
}
