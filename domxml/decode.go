package domxml

import (
	"errors"
	"reflect"
	"strings"
	"sync"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

type node = xmltree.Node

// decoder is the state of one parsing.
type decoder struct {
	live   bool
	stored bool
	// network is the name of the network that is read, for the texts of errors.
	network string
	// create reads a document about something to be made.
	create bool
	// pool is the type of the pool that a volume is for; capacityOptional lets
	// it be without a size.
	pool             StoragePoolType
	capacityOptional bool
	moment           momentMode
}

// trees are used again: what is parsed keeps parts of the text only.
var trees = sync.Pool{New: func() any { return new(xmltree.Tree) }}

// withTree reads a document and passes the root element on. The tree is not
// to be kept; origin is the part of libvirt that reads such documents.
func withTree(doc []byte, origin vir.ErrorDomain, use func(root node) error) error {
	return (&decoder{}).withTree(doc, origin, use)
}

func (d *decoder) withTree(doc []byte, origin vir.ErrorDomain, use func(root node) error) error {
	t := trees.Get().(*xmltree.Tree)
	defer trees.Put(t)
	t.EmptySpaces = d.stored
	if err := t.Parse(string(doc)); err != nil {
		return vir.Errorf(origin, vir.ErrXMLDetail, "%s", err)
	}
	return use(t.Root())
}

// checkRoot wants a root element of that name.
func checkRoot(root node, name string) error {
	if got := root.Name(); got != name {
		return vir.Errorf(vir.FromXML, vir.ErrXMLError, "expecting root element of '%s', not '%s'", name, got)
	}
	return nil
}

// decode fills the struct that v points to from an element.
func (d *decoder) decode(n node, v any) error {
	rv := reflect.ValueOf(v).Elem()
	return d.element(n, rv, planOf(rv.Type()))
}

// plain is decode for a type's own parseNode, which it does not call.
func (d *decoder) plain(n node, v any) error {
	rv := reflect.ValueOf(v).Elem()
	return d.fields(n, rv, planOf(rv.Type()))
}

// element fills a struct.
func (d *decoder) element(n node, v reflect.Value, p *plan) error {
	if p.parse {
		return v.Addr().Interface().(nodeParser).parseNode(d, n)
	}
	if err := d.fields(n, v, p); err != nil {
		return err
	}
	if p.parsed {
		return v.Addr().Interface().(afterParser).parsed(d, n)
	}
	return nil
}

// fields fills a struct by its plan, in the order of the fields, which is
// also the order in which errors are found.
func (d *decoder) fields(n node, v reflect.Value, p *plan) error {
	if err := d.attributes(n, v, p); err != nil {
		return err
	}
	if p.text != nil {
		if s := n.Text(); s != "" {
			if err := p.text.set(at(v, p.text), s); err != nil {
				return p.text.textError(err, n, s)
			}
		}
	}
	if !n.First().Valid() {
		return nil
	}
	for i := range p.elems {
		f := &p.elems[i]
		if (f.live || f.fromlive) && !d.live {
			continue
		}
		if err := d.child(n, v, f); err != nil {
			return err
		}
	}
	return nil
}

// attrs fills the attributes of the struct that v points to.
func (d *decoder) attrs(n node, v any) error {
	rv := reflect.ValueOf(v).Elem()
	return d.attributes(n, rv, planOf(rv.Type()))
}

func (d *decoder) attributes(n node, v reflect.Value, p *plan) error {
	for i := range p.attrs {
		f := &p.attrs[i]
		if (f.live || f.fromlive) && !d.live {
			continue
		}
		s, ok := n.Attr(f.name)
		if !ok {
			if f.required {
				return errMissing(f.name, n.Name())
			}
			continue
		}
		if err := f.set(at(v, f), s); err != nil {
			return f.attrError(err, n, s)
		}
	}
	return nil
}

// at is the field of a struct.
func at(v reflect.Value, f *field) reflect.Value {
	if len(f.index) == 1 {
		return v.Field(f.index[0])
	}
	return v.FieldByIndex(f.index)
}

// match says whether the node is the element of the field.
func (f *field) match(c node) bool {
	if f.space == "" {
		return c.IsElement(f.name)
	}
	return c.Kind() == xmltree.Element && c.Name() == f.name && c.Space() == f.space
}

// child fills a field that is an element, or all elements of a name. Of
// elements that there may be one of, the first counts.
func (d *decoder) child(n node, v reflect.Value, f *field) error {
	if f.wrap != "" {
		if n = n.Child(f.wrap); !n.Valid() {
			return nil
		}
	}
	if f.list {
		return d.list(n, at(v, f), f)
	}
	for c := n.First(); c.Valid(); c = c.Next() {
		if f.match(c) {
			return d.value(c, at(v, f), f)
		}
	}
	return nil
}

// maxList bounds how many elements of a name there may be: some checks look at
// every pair.
const maxList = 16384

func (d *decoder) list(n node, v reflect.Value, f *field) error {
	count := 0
	for c := n.First(); c.Valid(); c = c.Next() {
		if f.match(c) {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	if count > maxList {
		return errXML("more than %d elements '%s'", maxList, f.name)
	}
	v.Set(reflect.MakeSlice(v.Type(), count, count))
	i := 0
	for c := n.First(); c.Valid(); c = c.Next() {
		if f.match(c) {
			if err := d.value(c, v.Index(i), f); err != nil {
				return err
			}
			i++
		}
	}
	return nil
}

// value fills one value from its element.
func (d *decoder) value(c node, v reflect.Value, f *field) error {
	if f.plan != nil {
		if f.pointer {
			p := reflect.New(f.plan.typ)
			v.Set(p)
			v = p.Elem()
		}
		return d.element(c, v, f.plan)
	}
	s := ""
	if !f.scalar.flag {
		if s = c.Text(); s == "" {
			return nil // an empty element counts as absent
		}
	}
	if err := f.set(v, s); err != nil {
		return f.textError(err, c, s)
	}
	return nil
}

// set parses a text into a field, by way of a new value where it is a pointer.
func (f *field) set(v reflect.Value, s string) error {
	if f.pointer {
		p := reflect.New(v.Type().Elem())
		if err := f.scalar.parse(p.Elem(), s, &f.opts); err != nil {
			return err
		}
		v.Set(p)
		return nil
	}
	return f.scalar.parse(v, s, &f.opts)
}

// attrError is the error of a bad attribute.
func (f *field) attrError(err error, n node, s string) error {
	if e := (*vir.Error)(nil); errors.As(err, &e) {
		return err
	}
	switch {
	case f.opts.bad != "":
		return f.badError(s)
	case err == errBadZero:
		return errZero(f.name, n.Name())
	case err == errNegative:
		return errValue(f.name, n.Name(), s, "non-negative value")
	}
	return errValue(f.name, n.Name(), s, f.scalar.expected)
}

// textError is the error of a bad text of an element.
func (f *field) textError(err error, n node, s string) error {
	if e := (*vir.Error)(nil); errors.As(err, &e) {
		return err
	}
	if f.opts.bad != "" {
		return f.badError(s)
	}
	return errPath("./"+n.Name(), s)
}

// badError is the error in the field's own words.
func (f *field) badError(s string) error {
	text := strings.ReplaceAll(f.opts.bad, "%s", s)
	if t, ok := strings.CutPrefix(text, "unsupported:"); ok {
		return errUnsupported("%s", t)
	}
	if t, ok := strings.CutPrefix(text, "internal:"); ok {
		return errInternal("%s", t)
	}
	return errXML("%s", text)
}
