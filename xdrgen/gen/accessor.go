package gen

import (
	"strings"

	"github.com/govirtd/govirtd/xdrgen/check"
)

// accessors writes the methods by which generic code reads what the arguments
// of many procedures have in common: the object that they begin with
// (DomainRef, for one that begins with a Domain) and their flags (FlagBits).
func (w *writer) accessors(t *check.Type) {
	name := w.names.types[t]
	if f := objectField(t); f != nil {
		object := w.names.types[target(f).Ref]
		w.f("// %sRef is the object that the arguments begin with.", object)
		w.f("func (v *%s) %sRef() *%s { return &v.%s }\n", name, object, w.goType(f), fieldName(f))
	}
	if f := flagsField(t); f != nil {
		w.f("// FlagBits are the flags of the call.")
		w.f("func (v *%s) FlagBits() uint32 { return v.%s }\n", name, fieldName(f))
	}
}

// objectField is the first field of arguments if it is a struct, else nil.
func objectField(t *check.Type) *check.Field {
	if !strings.HasSuffix(t.Name, "_args") || len(t.Fields) == 0 {
		return nil
	}
	if f := target(t.Fields[0]); single(f) && f.Ref != nil && f.Ref.Form == check.Struct {
		return t.Fields[0]
	}
	return nil
}

// flagsField is the field of arguments that is called flags, if it is an
// unsigned int, as C functions have it; else nil.
func flagsField(t *check.Type) *check.Field {
	if !strings.HasSuffix(t.Name, "_args") {
		return nil
	}
	for _, f := range t.Fields {
		if f.Name == "flags" && f.Kind == check.Scalar && target(f).Ref == nil && target(f).Type == "uint" {
			return f
		}
	}
	return nil
}
