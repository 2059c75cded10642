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
	// found are the children that the elements being read still have to look at.
	found []foundChild
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

// foundChild is a child and the number of its field.
type foundChild struct {
	field int
	node  node
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
	if d.found == nil {
		d.found = make([]foundChild, 0, 64)
	}
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
	p.ready()
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
	if len(p.elems) == 0 || !n.First().Valid() {
		return nil
	}
	return d.children(n, v, p)
}

// children fills the fields that are elements. The children are gone through
// once; documents mostly have them in the order of the fields already.
func (d *decoder) children(n node, v reflect.Value, p *plan) error {
	from := len(d.found)
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() != xmltree.Element {
			continue
		}
		for _, i := range p.elemIndex[c.Name()] {
			f := &p.elems[i]
			if (f.live || f.fromlive) && !d.live || f.wrap == "" && !f.match(c) || f.wrap != "" && c.Space() != "" {
				continue
			}
			at := len(d.found)
			d.found = append(d.found, foundChild{i, c})
			for ; at > from && d.found[at-1].field > i; at-- {
				d.found[at] = d.found[at-1]
			}
			d.found[at] = foundChild{i, c}
		}
	}
	to := len(d.found)
	for at := from; at < to; {
		i, end := d.found[at].field, at+1
		for end < to && d.found[end].field == i {
			end++
		}
		if err := d.child(v, &p.elems[i], at, end); err != nil {
			return err
		}
		at = end
	}
	d.found = d.found[:from]
	return nil
}

// attrs fills the attributes of the struct that v points to.
func (d *decoder) attrs(n node, v any) error {
	rv := reflect.ValueOf(v).Elem()
	return d.attributes(n, rv, planOf(rv.Type()))
}

func (d *decoder) attributes(n node, v reflect.Value, p *plan) error {
	attrs := n.Attrs()
	if len(attrs) == 0 && !p.needs || len(p.attrs) == 0 {
		return nil
	}
	var given [maxAttrs]uint8 // by field: which attribute, from 1
	for k := range attrs {
		if a := &attrs[k]; a.Prefix == "" && k < 255 {
			if i, ok := p.attrIndex[a.Name]; ok && given[i] == 0 {
				given[i] = uint8(k + 1)
			}
		}
	}
	for i := range p.attrs {
		f := &p.attrs[i]
		if given[i] == 0 && !f.required || (f.live || f.fromlive) && !d.live {
			continue
		}
		if given[i] == 0 {
			return errMissing(f.name, n.Name())
		}
		s := attrs[given[i]-1].Value
		if err := f.set(at(v, f), s); err != nil {
			return f.attrError(err, n, s)
		}
	}
	return nil
}

// maxAttrs is how many attributes a type may have.
const maxAttrs = 64

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

// child fills a field from the children that were found from one number to
// another. Of elements that there may be one of, the first counts.
func (d *decoder) child(v reflect.Value, f *field, from, to int) error {
	first := d.found[from].node
	switch {
	case f.wrap != "":
		return d.wrapped(first, v, f)
	case f.list:
		return d.list(at(v, f), f, from, to)
	}
	return d.value(first, at(v, f), f)
}

// wrapped fills a field from an element that only holds others.
func (d *decoder) wrapped(n node, v reflect.Value, f *field) error {
	from := len(d.found)
	for c := n.First(); c.Valid(); c = c.Next() {
		if f.match(c) {
			d.found = append(d.found, foundChild{0, c})
		}
	}
	to := len(d.found)
	if to == from {
		return nil
	}
	inner := *f
	inner.wrap = ""
	err := d.child(v, &inner, from, to)
	d.found = d.found[:from]
	return err
}

// maxList bounds how many elements of a name there may be: some checks look at
// every pair.
const maxList = 16384

func (d *decoder) list(v reflect.Value, f *field, from, to int) error {
	count := to - from
	if count > maxList {
		return errXML("more than %d elements '%s'", maxList, f.name)
	}
	v.Set(reflect.MakeSlice(v.Type(), count, count))
	for i := range count {
		if err := d.value(d.found[from+i].node, v.Index(i), f); err != nil {
			return err
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
