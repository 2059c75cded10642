package domxml

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// FormatFlags choose the form of a document.
type FormatFlags uint

// The forms, which may be combined.
const (
	// FormatInactive leaves out what only a running domain has.
	FormatInactive FormatFlags = 1 << iota
	// FormatSecure adds passwords.
	FormatSecure
	// FormatMigratable is what an older side understands. It implies the other two.
	FormatMigratable
	// FormatStored keeps metadata as it was given, without the indentation that
	// readers get: a text that parses into an equal value.
	FormatStored
)

// encoder is the state of one formatting.
type encoder struct {
	b     []byte
	depth int
	flags FormatFlags
}

const indentation = "                                                                "

// indent begins a line.
func (e *encoder) indent() {
	for n := 2 * e.depth; n > 0; n -= len(indentation) {
		e.b = append(e.b, indentation[:min(n, len(indentation))]...)
	}
}

// element writes the struct v as an element. Without attributes and content
// nothing is written unless always says so.
func (e *encoder) element(name string, v reflect.Value, p *plan, f *field) {
	p.ready()
	if p.hide && v.Addr().Interface().(hider).hidden(e.flags) {
		return
	}
	if p.format {
		v.Addr().Interface().(elementFormatter).formatElement(e, name)
		return
	}
	e.fields(name, v, p, f)
}

// fields writes an element by a plan.
func (e *encoder) fields(name string, v reflect.Value, p *plan, f *field) {
	start := len(e.b)
	e.indent()
	e.b = append(e.b, '<')
	e.b = append(e.b, name...)
	bare := len(e.b)
	e.attributes(v, p)
	if p.declares {
		v.Addr().Interface().(declarer).declare(e)
	}
	attrs := len(e.b)
	e.b = append(e.b, '>')
	if p.text != nil && e.text(v, p.text) {
		e.close(name)
		return
	}
	e.b = append(e.b, '\n')
	inner := len(e.b)
	e.depth++
	e.children(v, p)
	e.depth--
	switch {
	case len(e.b) > inner, f != nil && f.pair:
		e.indent()
		e.close(name)
	case attrs > bare, f == nil || f.always || f.list, e.flags&FormatStored != 0:
		e.b = append(e.b[:attrs], "/>\n"...)
	default:
		e.b = e.b[:start]
	}
}

func (e *encoder) close(name string) {
	e.b = append(e.b, "</"...)
	e.b = append(e.b, name...)
	e.b = append(e.b, ">\n"...)
}

// skip says whether the chosen form leaves the field out.
func (e *encoder) skip(f *field) bool {
	return f.live && e.flags&FormatInactive != 0 || f.secret && e.flags&FormatSecure == 0
}

func (e *encoder) attributes(v reflect.Value, p *plan) {
	base := v.Addr().UnsafePointer()
	for i := range p.attrs {
		f := &p.attrs[i]
		if !f.always && f.isZero(v, base) || e.skip(f) {
			continue
		}
		fv := reflect.Value{}
		if !f.plainText {
			fv = at(v, f)
		}
		if f.pointer {
			if fv.IsNil() {
				continue
			}
			fv = fv.Elem()
		}
		e.begin(f.name)
		from := len(e.b)
		if f.plainText {
			e.escaped(*(*string)(unsafe.Add(base, f.offset)))
		} else {
			e.b = f.scalar.append(e.b, fv, &f.opts)
		}
		e.keep(from, "\r\n\t")
		e.b = append(e.b, '\'')
	}
}

// text writes the text of an element, if it has any.
func (e *encoder) text(v reflect.Value, f *field) bool {
	fv := at(v, f)
	if fv.IsZero() && !f.always {
		return false
	}
	if f.pointer {
		if fv.IsNil() {
			return false
		}
		fv = fv.Elem()
	}
	before := len(e.b)
	e.value(f, fv)
	return len(e.b) > before
}

func (e *encoder) children(v reflect.Value, p *plan) {
	base := v.Addr().UnsafePointer()
	for i := range p.elems {
		f := &p.elems[i]
		if (f.list || f.pointer || !f.always) && f.isZero(v, base) || e.skip(f) {
			continue
		}
		fv := at(v, f)
		if f.given != nil && fv.IsZero() && !v.FieldByIndex(f.given).Bool() {
			continue
		}
		switch {
		case f.wrap != "":
			e.wrapped(fv, f)
		case f.list:
			for i := range fv.Len() {
				e.child(fv.Index(i), f, true)
			}
		default:
			e.child(fv, f, f.always)
		}
	}
}

// wrapped writes elements inside of one that only holds them.
func (e *encoder) wrapped(fv reflect.Value, f *field) {
	if f.list && fv.Len() == 0 || fv.IsZero() {
		return
	}
	e.indent()
	e.b = append(e.b, '<')
	e.b = append(e.b, f.wrap...)
	e.b = append(e.b, ">\n"...)
	e.depth++
	if f.list {
		for i := range fv.Len() {
			e.child(fv.Index(i), f, true)
		}
	} else {
		e.child(fv, f, f.always)
	}
	e.depth--
	e.indent()
	e.close(f.wrap)
}

// child writes one element.
func (e *encoder) child(v reflect.Value, f *field, always bool) {
	if f.pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	} else if !always && v.IsZero() {
		return
	}
	name := f.out
	if f.plan != nil {
		e.element(name, v, f.plan, f)
		return
	}
	e.indent()
	e.b = append(e.b, '<')
	e.b = append(e.b, name...)
	if f.scalar.flag {
		e.b = append(e.b, "/>\n"...)
		return
	}
	e.b = append(e.b, '>')
	e.value(f, v)
	e.close(name)
}

// escaped writes a text, mostly as it is.
func (e *encoder) escaped(s string) {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '&' || c == '<' || c == '>' || c == '"' || c == '\'' {
			e.b = appendEscaped(e.b, s)
			return
		}
	}
	e.b = append(e.b, s...)
}

// value writes a scalar as the text of an element.
func (e *encoder) value(f *field, v reflect.Value) {
	from := len(e.b)
	e.b = f.scalar.append(e.b, v, &f.opts)
	e.keep(from, "\r")
}

// keep makes references of the breaks in what has been written from there on,
// where the text is read again: a reader would change them. The reference
// never does so.
func (e *encoder) keep(from int, breaks string) {
	if e.flags&FormatStored == 0 || !bytes.ContainsAny(e.b[from:], breaks) {
		return
	}
	text := string(e.b[from:])
	e.b = e.b[:from]
	for i := range len(text) {
		if strings.IndexByte(breaks, text[i]) >= 0 {
			e.b = append(e.b, fmt.Sprintf("&#%d;", text[i])...)
		} else {
			e.b = append(e.b, text[i])
		}
	}
}

// appendEscaped writes a text with the five characters that need it replaced;
// the same in attributes and between tags.
func appendEscaped(b []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); i++ {
		var to string
		switch s[i] {
		case '&':
			to = "&amp;"
		case '<':
			to = "&lt;"
		case '>':
			to = "&gt;"
		case '"':
			to = "&quot;"
		case '\'':
			to = "&apos;"
		default:
			continue
		}
		b = append(b, s[from:i]...)
		b = append(b, to...)
		from = i + 1
	}
	return append(b, s[from:]...)
}

// any writes the struct that v points to.
func (e *encoder) any(name string, v any) {
	rv := reflect.ValueOf(v).Elem()
	e.element(name, rv, planOf(rv.Type()), nil)
}

// line writes a line of its own.
func (e *encoder) line(s string) {
	e.indent()
	e.b = append(e.b, s...)
	e.b = append(e.b, '\n')
}

// plain is any for a type's own formatElement, which it does not call.
func (e *encoder) plain(name string, v any) {
	rv := reflect.ValueOf(v).Elem()
	e.fields(name, rv, planOf(rv.Type()), nil)
}
