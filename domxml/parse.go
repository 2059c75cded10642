package domxml

import (
	"sync"

	"github.com/govirtd/govirtd/protocol/vir"
)

// Option changes how a document is parsed.
type Option func(*decoder)

// Live keeps what only a running domain has: the id, aliases, indexes. Use it
// to read what a daemon says of a running domain.
func Live() Option { return func(d *decoder) { d.live = true } }

// Stored reads what FormatStored wrote.
func Stored() Option { return func(d *decoder) { d.stored = true } }

// CapacityOptional reads the document of a volume that may leave its size to
// the image below it, or to the volume that it is a copy of.
func CapacityOptional() Option { return func(d *decoder) { d.capacityOptional = true } }

// parse reads a document of the kind T, whose root element has that name.
// origin is the error domain of the part of libvirt that reads such documents.
func parse[T any](doc []byte, root string, origin vir.ErrorDomain, options []Option) (*T, error) {
	var d decoder
	for _, o := range options {
		o(&d)
	}
	out := new(T)
	err := d.withTree(doc, origin, func(n node) error {
		if err := checkRoot(n, root); err != nil {
			return err
		}
		return d.decode(n, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// appendDocument writes a document behind b; v points to it.
func appendDocument(b []byte, root string, v any, flags FormatFlags) []byte {
	if flags&FormatMigratable != 0 {
		flags |= FormatInactive | FormatSecure
	}
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	e.b, e.depth, e.flags = e.b[:0], 0, flags
	e.any(root, v)
	if cap(e.b) > 1<<20 { // one giant is no reason to keep so much
		defer func() { e.b = nil }()
	}
	return append(b, e.b...)
}

// encoders are used again, so that formatting allocates the text only.
var encoders = sync.Pool{New: func() any { return &encoder{b: make([]byte, 0, 8192)} }}

// ParseDomain reads the document of a domain. Nothing is added to it.
func ParseDomain(doc []byte, options ...Option) (*Domain, error) {
	return parse[Domain](doc, "domain", vir.FromDomain, options)
}

// FormatDomain writes the document of a domain.
func FormatDomain(d *Domain, flags FormatFlags) ([]byte, error) {
	return AppendDomain(nil, d, flags)
}

// AppendDomain writes the document of a domain behind b.
func AppendDomain(b []byte, d *Domain, flags FormatFlags) ([]byte, error) {
	return appendDocument(b, "domain", d, flags), nil
}
