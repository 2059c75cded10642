package gen

import (
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/xdrgen/check"
)

// codec writes the statements of one encoder or decoder.
type codec struct {
	*writer
	of   *check.Type
	body strings.Builder
}

func (c *codec) line(format string, args ...any) { fmt.Fprintf(&c.body, format+"\n", args...) }

// appender writes the AppendXDR method of a type.
func (w *writer) appender(t *check.Type) {
	c := &codec{writer: w, of: t}
	switch t.Form {
	case check.Struct:
		for _, f := range t.Fields {
			c.encode(f, "v."+fieldName(f))
		}
	case check.Typedef:
		c.encode(t.Alias, "*v")
	case check.UnionForm:
		c.encodeUnion(t)
	}
	body := finish(c.body.String())
	if strings.Contains(body, tryHead) {
		body = "var err error\n" + body
	}
	name := w.names.types[t]
	w.f("// AppendXDR appends the encoded value.")
	if t.Cycle == 0 {
		w.f("func (v *%s) AppendXDR(b []byte) ([]byte, error) {\n%s}\n", name, body)
		return
	}
	w.f("func (v *%s) AppendXDR(b []byte) ([]byte, error) { return v.appendXDR(b, 0) }\n", name)
	w.f("func (v *%s) appendXDR(b []byte, depth int) ([]byte, error) {", name)
	w.f("if depth > %s {\nreturn nil, %s\n}\n%s}\n", w.xdr("MaxDepth"), w.xdr("ErrNested"), body)
}

// What stands before and behind a call that can fail.
const (
	tryHead = "if b, err = "
	tryTail = "; err != nil {\nreturn nil, err\n}\n"
)

// try writes a call that can fail.
func (c *codec) try(format string, args ...any) {
	c.body.WriteString(tryHead + fmt.Sprintf(format, args...) + tryTail)
}

// finish adds the return statement; the last call is returned as it is.
func finish(body string) string {
	if head, ok := strings.CutSuffix(body, tryTail); ok {
		i := strings.LastIndexByte(head, '\n') + 1
		if call, ok := strings.CutPrefix(head[i:], tryHead); ok {
			return head[:i] + "return " + call + "\n"
		}
	}
	i := strings.LastIndexByte(strings.TrimSuffix(body, "\n"), '\n') + 1
	if call, ok := strings.CutPrefix(body[i:], "b = "); ok {
		return body[:i] + "return " + strings.TrimSuffix(call, "\n") + ", nil\n"
	}
	return body + "return b, nil\n"
}

// encode writes the statements that append x, a value of the field's type.
func (c *codec) encode(f *check.Field, x string) {
	f = target(f)
	switch f.Kind {
	case check.String:
		c.try("%s(b, %s, %s)", c.xdr("AppendString"), x, c.bound(f))
	case check.Opaque:
		c.try("%s(b, %s, %s)", c.xdr("AppendOpaque"), x, c.bound(f))
	case check.Array:
		c.try("%s(b, len(%s), %s)", c.xdr("AppendCount"), x, c.bound(f))
		if chars(f) {
			c.line("b = %s(b, %s)", c.xdr("AppendChars"), x)
			return
		}
		c.encodeElements(f, x)
	case check.Fixed:
		switch {
		case f.Type == "opaque":
			c.line("b = %s(b, %s)", c.xdr("AppendFixed"), sliced(x))
		case chars(f):
			c.line("b = %s(b, %s)", c.xdr("AppendChars"), sliced(x))
		default:
			c.encodeElements(f, x)
		}
	case check.Optional:
		c.line("b = %s(b, %s != nil)", c.xdr("AppendBool"), x)
		c.line("if %s != nil {", x)
		c.encode(element(f), "*"+x)
		c.line("}")
	default:
		switch {
		case f.Ref == nil:
			c.line("b = %s(b, %s)", c.xdr("Append"+builtins[f.Type].method), x)
		case c.within(f):
			c.try("%s.appendXDR(b, depth+1)", receiver(x))
		default:
			c.try("%s.AppendXDR(b)", receiver(x))
		}
	}
}

func (c *codec) encodeElements(f *check.Field, x string) {
	c.line("for i := range %s {", x)
	c.encode(element(f), operand(x)+"[i]")
	c.line("}")
}

func (c *codec) encodeUnion(t *check.Type) {
	disc := "v." + fieldName(t.Union.Disc)
	c.encode(t.Union.Disc, disc)
	c.line("switch %s {", disc)
	for _, a := range t.Union.AllArms() {
		c.arm(t, a)
		if a.Field == nil {
			continue
		}
		x := "v." + fieldName(a.Field)
		if boxed(t, a.Field) {
			c.line("if %s == nil {\nreturn nil, %s\n}", x, c.xdr("ErrUnion"))
			x = "*" + x
		}
		c.encode(a.Field, x)
	}
	if t.Union.Default == nil {
		c.line("default:\nreturn nil, %s", c.xdr("ErrUnion"))
	}
	c.line("}")
}

// arm writes the label of an arm in a switch.
func (c *codec) arm(t *check.Type, a *check.Arm) {
	label := "default:"
	if len(a.Cases) > 0 {
		label = "case " + c.cases(t, a, ", ") + ":"
	}
	if a.Field == nil {
		label += " // no data"
	}
	c.line("%s", label)
}

// within reports whether the field leads to a type of the same cycle, so
// that the depth has to be handed on.
func (c *codec) within(f *check.Field) bool {
	return c.of.Cycle != 0 && f.Ref.Package == c.pkg && f.Ref.Cycle == c.of.Cycle
}

// operand makes an expression fit for an index: *v needs parentheses.
func operand(x string) string {
	if strings.HasPrefix(x, "*") {
		return "(" + x + ")"
	}
	return x
}

// sliced makes a slice of an array; Go slices through a pointer by itself.
func sliced(x string) string { return receiver(x) + "[:]" }

// receiver makes an expression fit for a method with a pointer receiver:
// a dereferenced pointer is its own receiver.
func receiver(x string) string {
	if p, ok := strings.CutPrefix(x, "*"); ok {
		return operand(p)
	}
	return x
}
