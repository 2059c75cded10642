package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/xdrgen/check"
)

// constants writes the constants of a file, but for those of the program.
func (w *writer) constants(list []*check.Const) {
	list = slices.DeleteFunc(slices.Clone(list), func(k *check.Const) bool { return w.names.consts[k] == "" })
	if len(list) == 0 {
		return
	}
	w.f("// Constants, under their names in the source.")
	w.f("const (")
	for _, k := range list {
		w.constant(k, "")
	}
	w.f(")\n")
}

func (w *writer) constant(k *check.Const, goType string) {
	w.comment(k.Doc.Text())
	note := k.Name
	if k.Note != "" {
		note += ": " + k.Note
	}
	w.f("%s %s = %d // %s", w.names.consts[k], goType, k.Value, note)
}

// enum writes an enum: a named integer, its members and methods.
func (w *writer) enum(t *check.Type) {
	name := w.names.types[t]
	w.comment(w.typeDoc(t))
	w.f("type %s int32\n", name)
	w.f("// Values of %s.", name)
	w.f("const (")
	var firsts []*check.Const // without further names for the same value
	for _, k := range t.Members {
		w.constant(k, name)
		if !slices.ContainsFunc(firsts, func(f *check.Const) bool { return f.Value == k.Value }) {
			firsts = append(firsts, k)
		}
	}
	w.f(")\n")
	var cases []string
	for _, k := range firsts {
		cases = append(cases, w.names.consts[k])
	}
	w.f("// Valid reports whether v is one of the values of %s.", name)
	w.f("func (v %s) Valid() bool {\nswitch v {\ncase %s:\nreturn true\n}\nreturn false\n}\n", name, strings.Join(cases, ", "))
	w.f("// String gives the name of the value in the source.")
	w.f("func (v %s) String() string {\nswitch v {", name)
	for _, k := range firsts {
		w.f("case %s:\nreturn %q", w.names.consts[k], k.Name)
	}
	w.f("}\nreturn \"%s(\" + %s(int(v)) + \")\"\n}\n", name, w.std("strconv", "Itoa"))
	w.f("// AppendXDR appends the value, if it is valid.")
	w.f("func (v *%s) AppendXDR(b []byte) ([]byte, error) {", name)
	w.f("if !v.Valid() {\nreturn nil, %s\n}", w.xdr("ErrEnum"))
	w.f("return %s(b, int32(*v)), nil\n}\n", w.xdr("AppendInt32"))
	w.f("// DecodeXDR reads the value; one that is not valid fails.")
	w.f("func (v *%s) DecodeXDR(r *%s) {", name, w.xdr("Reader"))
	w.f("if *v = %s(r.Int32()); !v.Valid() {\nr.Fail(%s)\n}\n}\n", name, w.xdr("ErrEnum"))
}

// declareType writes the Go type of a struct, union or array.
func (w *writer) declareType(t *check.Type) {
	name := w.names.types[t]
	w.comment(w.typeDoc(t))
	switch t.Form {
	case check.Typedef:
		w.f("type %s %s\n", name, w.goType(t.Alias))
	case check.Struct:
		w.f("type %s struct {", name)
		for _, f := range t.Fields {
			w.field(f, w.goType(f), f.Note)
		}
		w.f("}\n")
	case check.UnionForm:
		w.f("type %s struct {", name)
		w.field(t.Union.Disc, w.goType(t.Union.Disc), "")
		for _, a := range t.Union.AllArms() {
			if a.Field == nil {
				continue
			}
			note := fmt.Sprintf("%s is %s", fieldName(t.Union.Disc), w.cases(t, a, " or "))
			if len(a.Cases) == 0 {
				note = fmt.Sprintf("%s is anything else", fieldName(t.Union.Disc))
			}
			goType := w.goType(a.Field)
			if boxed(t, a.Field) {
				goType = "*" + goType
			}
			if a.Field.Note != "" {
				note += ": " + a.Field.Note
			}
			w.field(a.Field, goType, note)
		}
		w.f("}\n")
	}
}

func (w *writer) field(f *check.Field, goType, note string) {
	w.comment(f.Doc.Text())
	if note != "" {
		note = " // " + note
	}
	w.f("%s %s%s", fieldName(f), goType, note)
}

// cases writes the values that lead to an arm.
func (w *writer) cases(t *check.Type, a *check.Arm, sep string) string {
	var list []string
	disc := target(t.Union.Disc)
	for _, c := range a.Cases {
		list = append(list, w.caseValue(disc, c))
	}
	return strings.Join(list, sep)
}

func (w *writer) caseValue(disc *check.Field, c check.Case) string {
	switch {
	case disc.Ref == nil && disc.Type == "bool":
		return fmt.Sprint(c.Value == 1)
	case disc.Ref == nil:
		return w.number(c.Value, c.Const)
	case c.Const != nil && c.Const.Enum == disc.Ref:
		return w.qualified(disc.Ref.Package, w.names.consts[c.Const])
	}
	for _, k := range disc.Ref.Members {
		if k.Value == c.Value {
			return w.qualified(disc.Ref.Package, w.names.consts[k])
		}
	}
	return fmt.Sprint(c.Value)
}
