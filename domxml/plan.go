package domxml

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Every type of a document is compiled once into a plan: which field is which
// attribute or element, in canonical order, and how its value is read and
// written. The order of a struct's fields is the order of the text.
//
// The `xml` tags are those of encoding/xml, which can use the types as well.
// The `vir` tags say what libvirt does beyond them, as words with a space
// between:
//
//	always    written although it is zero or empty
//	pair      an element that is always an opening and a closing line
//	live      of a running domain only: not in inactive form, not parsed
//	fromlive  read of a running domain only, and written in all forms
//	if=Field  written where that field is true, or the value is not zero
//	secret    written on demand only (FormatSecure)
//	required  an error where absent
//	nonzero   an error where zero
//	nonneg    a signed number in the reference, that must not be negative
//	hex=N     written as 0x with at least N digits in all; read in any base
//	base0     read in any base: 0x10, 010
//	enum=a|b  the values that a string may have
//
// A `bad` tag is the detail of the error for a bad value, with %s for the
// value; "unsupported:" or "internal:" in front choose another code.
type plan struct {
	typ    reflect.Type
	once   *sync.Once
	attrs  []field
	elems  []field
	text   *field
	parse  bool // has a nodeParser
	parsed bool // has an afterParser
	format bool // has an elementFormatter
	hide   bool // has a hider
	// declares says that the element declares namespaces that are in use.
	declares bool

	// attrIndex and elemIndex find the fields of a name; a name that is the
	// element around some fields finds all of those.
	attrIndex map[string]int
	elemIndex map[string][]int
	// needs says that some attribute is required.
	needs bool
}

// field is one attribute or element of a plan.
type field struct {
	name  string
	index []int
	space string // URI of the namespace, mostly none
	out   string // the name as it is written
	wrap  string // the element around, where the tag says a>b

	list    bool
	pointer bool
	scalar  *scalar // nil for an element with structure
	plan    *plan   // of that structure; to be made ready before it is used

	always, pair, live, fromlive, secret, required bool

	offset uintptr // of the field in its struct
	shape  shape
	// plainText is a string that is its own text.
	plainText bool

	condition string // the field that an if names
	given     []int  // and where it is
	opts      scalarOptions
}

// Hooks that a type of a document may have beside its tags.
type (
	// nodeParser reads the whole element instead of the plan.
	nodeParser interface {
		parseNode(d *decoder, n node) error
	}
	// afterParser checks and normalises what the plan has read.
	afterParser interface {
		parsed(d *decoder, n node) error
	}
	// elementFormatter writes the whole element instead of the plan.
	elementFormatter interface {
		formatElement(e *encoder, name string)
	}
	// declarer writes declarations of namespaces behind the attributes.
	declarer interface {
		declare(e *encoder)
	}
	// hider leaves the element out.
	hider interface {
		hidden(f FormatFlags) bool
	}
)

var plans sync.Map // of *plan by reflect.Type

// planOf compiles a type, or finds what has been compiled. A mistake in a tag
// is a panic: it is the package's own, and TestPlans would meet it.
func planOf(t reflect.Type) *plan { return planned(t).ready() }

// planned is the plan of a type, which may not have been compiled yet: the
// document of a domain has hundreds of types, and few documents need many.
func planned(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p, _ := plans.LoadOrStore(t, &plan{typ: t, once: new(sync.Once)})
	return p.(*plan)
}

// ready compiles the plan if nobody has yet.
func (p *plan) ready() *plan {
	p.once.Do(p.compile)
	return p
}

func (p *plan) compile() {
	pt := reflect.PointerTo(p.typ)
	p.parse = pt.Implements(reflect.TypeFor[nodeParser]())
	p.parsed = pt.Implements(reflect.TypeFor[afterParser]())
	p.format = pt.Implements(reflect.TypeFor[elementFormatter]())
	p.hide = pt.Implements(reflect.TypeFor[hider]())
	p.declares = pt.Implements(reflect.TypeFor[declarer]())
	p.fields(p.typ, nil)
	p.lookups()
}

// lookups prepares finding fields by name.
func (p *plan) lookups() {
	p.attrIndex, p.elemIndex = map[string]int{}, map[string][]int{}
	for i := range p.attrs {
		f := &p.attrs[i]
		f.place(p.typ)
		p.needs = p.needs || f.required
		if _, known := p.attrIndex[f.name]; !known {
			p.attrIndex[f.name] = i
		}
	}
	for i := range p.elems {
		f := &p.elems[i]
		f.place(p.typ)
		name := f.name
		if f.wrap != "" {
			name = f.wrap
		}
		p.elemIndex[name] = append(p.elemIndex[name], i)
	}
	if p.text != nil {
		p.text.place(p.typ)
	}
}

// fields compiles the fields of a struct, those of embedded structs in place.
func (p *plan) fields(t reflect.Type, path []int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(append([]int(nil), path...), i)
		tag, tagged := sf.Tag.Lookup("xml")
		switch {
		case tag == "-" || sf.Name == "XMLName":
			continue
		case sf.Anonymous && !tagged:
			p.fields(sf.Type, index)
			continue
		case !sf.IsExported(), tag == ",any": // read and written by the type itself
			continue
		}
		p.field(sf, tag, index)
	}
}

func (p *plan) field(sf reflect.StructField, tag string, index []int) {
	name, how, _ := strings.Cut(tag, ",")
	f := field{name: name, index: index}
	if outer, inner, ok := strings.Cut(f.name, ">"); ok {
		f.wrap, f.name = outer, inner
	}
	if uri, local, ok := strings.Cut(f.name, " "); ok {
		f.space, f.name = uri, local
		f.out = namespacePrefixes[uri] + ":"
	}
	f.out += f.name
	f.options(sf.Tag.Get("vir"))
	f.opts.bad = sf.Tag.Get("bad")
	if f.condition != "" {
		c, ok := p.typ.FieldByName(f.condition)
		if !ok || c.Type.Kind() != reflect.Bool {
			panic(fmt.Sprintf("domxml: field %s.%s depends on %s", p.typ, sf.Name, f.condition))
		}
		f.given = c.Index
	}
	t := sf.Type
	if t.Kind() == reflect.Slice && !isScalar(t) {
		f.list, t = true, t.Elem()
	}
	if t.Kind() == reflect.Pointer {
		f.pointer, t = true, t.Elem()
	}
	if f.scalar = scalarOf(t, &f.opts); f.scalar == nil {
		if t.Kind() != reflect.Struct {
			panic(fmt.Sprintf("domxml: field %s.%s of type %s", p.typ, sf.Name, t))
		}
		f.plan = planned(t)
	}
	switch {
	case strings.HasPrefix(how, "attr"):
		// What must be there when it is read is there when it is written.
		f.always = f.always || f.required && !f.pointer
		p.attrs = append(p.attrs, f)
	case strings.HasPrefix(how, "chardata"):
		p.text = &f
	case f.name == "":
		panic(fmt.Sprintf("domxml: field %s.%s has no name", p.typ, sf.Name))
	default:
		p.elems = append(p.elems, f)
	}
}

// options reads a `vir` tag.
func (f *field) options(tag string) {
	for _, word := range strings.Fields(tag) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "always":
			f.always = true
		case "pair":
			f.pair, f.always = true, true
		case "live":
			f.live = true
		case "fromlive":
			f.fromlive = true
		case "if":
			f.condition = value
		case "secret":
			f.secret = true
		case "required":
			f.required = true
		case "nonzero":
			f.opts.nonzero = true
		case "nonneg":
			f.opts.nonneg = true
		case "base0":
			f.opts.anyBase = true
		case "hex":
			n, err := strconv.Atoi(value)
			if err != nil {
				panic("domxml: bad tag " + tag)
			}
			f.opts.hex, f.opts.anyBase = n, true
		case "enum":
			f.opts.enum = strings.Split(value, "|")
		default:
			panic("domxml: unknown word in tag " + tag)
		}
	}
}

// hasElement says whether the type of v has an element of that name.
func hasElement(v any, name string) bool {
	for _, f := range planOf(reflect.TypeOf(v).Elem()).elems {
		if f.name == name {
			return true
		}
	}
	return false
}
