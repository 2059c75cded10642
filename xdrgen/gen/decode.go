package gen

import (
	"github.com/govirtd/govirtd/xdrgen/check"
)

// decoder writes the DecodeXDR method of a type.
func (w *writer) decoder(t *check.Type) {
	c := &codec{writer: w, of: t}
	switch t.Form {
	case check.Struct:
		for _, f := range t.Fields {
			c.decode(f, "v."+fieldName(f), w.goType(f))
		}
	case check.Typedef:
		c.decode(t.Alias, "*v", w.names.types[t])
	case check.UnionForm:
		c.decodeUnion(t)
	}
	name := w.names.types[t]
	w.f("// DecodeXDR fills v from r, which keeps the error.")
	if t.Cycle == 0 {
		w.f("func (v *%s) DecodeXDR(r *%s) {\n%s}\n", name, w.xdr("Reader"), c.body.String())
		return
	}
	w.f("func (v *%s) DecodeXDR(r *%s) { v.decodeXDR(r, 0) }\n", name, w.xdr("Reader"))
	w.f("func (v *%s) decodeXDR(r *%s, depth int) {", name, w.xdr("Reader"))
	w.f("if depth > %s {\nr.Fail(%s)\nreturn\n}\n%s}\n", w.xdr("MaxDepth"), w.xdr("ErrNested"), c.body.String())
}

// decode writes the statements that fill x, a value of the field's type,
// which is goType.
func (c *codec) decode(f *check.Field, x, goType string) {
	f = target(f)
	switch f.Kind {
	case check.String:
		c.line("%s = r.String(%s)", x, c.bound(f))
	case check.Opaque:
		c.line("%s = r.Opaque(%s)", x, c.bound(f))
	case check.Array:
		c.line("%s = nil", x)
		c.line("if n := r.Count(%s, %d); n > 0 {", c.bound(f), f.MinSize)
		c.line("%s = make(%s, n)", x, goType)
		c.decodeElements(f, x)
		c.line("}")
	case check.Fixed:
		if f.Type == "opaque" {
			c.line("r.Fixed(%s)", sliced(x))
		} else {
			c.decodeElements(f, x)
		}
	case check.Optional:
		e := element(f)
		c.line("if r.Bool() {")
		c.line("%s = new(%s)", x, c.goType(e))
		c.decode(e, "*"+x, c.goType(e))
		c.line("} else {\n%s = nil\n}", x)
	default:
		switch {
		case f.Ref == nil:
			c.line("%s = r.%s()", x, builtins[f.Type].method)
		case c.within(f):
			c.line("%s.decodeXDR(r, depth+1)", receiver(x))
		default:
			c.line("%s.DecodeXDR(r)", receiver(x))
		}
	}
}

func (c *codec) decodeElements(f *check.Field, x string) {
	if chars(f) {
		if f.Kind == check.Fixed {
			x = sliced(x)
		}
		c.line("r.Chars(%s)", x)
		return
	}
	e := element(f)
	c.line("for i := range %s {", x)
	c.decode(e, operand(x)+"[i]", c.goType(e))
	// Without the check a failure in the first of a million elements would
	// still visit the others. Numbers in a counted array cannot fail: the
	// count was checked against the bytes left.
	if e.Ref != nil || !single(e) || e.Type == "bool" || f.Kind == check.Fixed {
		c.line("if r.Err() != nil {\nreturn\n}")
	}
	c.line("}")
}

func (c *codec) decodeUnion(t *check.Type) {
	disc := "v." + fieldName(t.Union.Disc)
	c.line("*v = %s{}", c.names.types[t])
	c.decode(t.Union.Disc, disc, "")
	c.line("switch %s {", disc)
	for _, a := range t.Union.AllArms() {
		c.arm(t, a)
		if a.Field == nil {
			continue
		}
		x := "v." + fieldName(a.Field)
		if boxed(t, a.Field) {
			c.line("%s = new(%s)", x, c.goType(a.Field))
			x = "*" + x
		}
		c.decode(a.Field, x, c.goType(a.Field))
	}
	if t.Union.Default == nil {
		c.line("default:\nr.Fail(%s)", c.xdr("ErrUnion"))
	}
	c.line("}")
}
