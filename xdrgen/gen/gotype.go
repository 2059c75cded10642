package gen

import (
	"math"

	"github.com/govirtd/govirtd/xdrgen/check"
)

var builtins = map[string]struct{ goType, method string }{
	"int":    {"int32", "Int32"},
	"uint":   {"uint32", "Uint32"},
	"hyper":  {"int64", "Int64"},
	"uhyper": {"uint64", "Uint64"},
	"char":   {"int8", "Int8"},
	"uchar":  {"uint8", "Uint8"},
	"short":  {"int16", "Int16"},
	"ushort": {"uint16", "Uint16"},
	"bool":   {"bool", "Bool"},
	"float":  {"float32", "Float32"},
	"double": {"float64", "Float64"},
}

// inlined reports whether a typedef makes no Go type: it only names a string,
// optional data or another type. Arrays have methods and keep their name.
func inlined(t *check.Type) bool {
	if t.Form != check.Typedef {
		return false
	}
	switch t.Alias.Kind {
	case check.Opaque, check.Array, check.Fixed:
		return false
	}
	return true
}

func single(f *check.Field) bool { return f.Kind == check.Scalar || f.Kind == check.UnionByItself }

// target follows typedefs that make no Go type.
func target(f *check.Field) *check.Field {
	for single(f) && f.Ref != nil && inlined(f.Ref) {
		f = f.Ref.Alias
	}
	return f
}

// element is one value of the field's type as a field of its own.
func element(f *check.Field) *check.Field {
	return target(&check.Field{Name: f.Name, Type: f.Type, Ref: f.Ref, Kind: check.Scalar})
}

// chars reports whether the elements of an array are C's char, which are
// kept as bytes.
func chars(f *check.Field) bool { return f.Ref == nil && f.Type == "char" }

// goType is the Go type of a field.
func (w *writer) goType(f *check.Field) string {
	f = target(f)
	elem := func() string {
		if f.Type == "opaque" || chars(f) {
			return "byte"
		}
		return w.goType(element(f))
	}
	switch f.Kind {
	case check.String:
		return "string"
	case check.Opaque:
		return "[]byte"
	case check.Array:
		return "[]" + elem()
	case check.Fixed:
		return "[" + w.bound(f) + "]" + elem()
	case check.Optional:
		return "*" + w.goType(element(f))
	}
	if f.Ref != nil {
		return w.typeName(f.Ref)
	}
	return builtins[f.Type].goType
}

// bound writes the bound of an array or string.
func (w *writer) bound(f *check.Field) string {
	if f.Bound == math.MaxUint32 {
		return w.std("math", "MaxUint32")
	}
	return w.number(int64(f.Bound), f.BoundName)
}

// boxed reports whether an arm of a union is kept behind a pointer. A union
// has a field for every arm, so that large arms would cost their memory even
// for values that take a few bytes on the wire, and a peer could make us
// allocate far more than it sends.
func boxed(t *check.Type, f *check.Field) bool { return t.Size > 256 && f.Size > 8 && fixedSize(f) }

// fixedSize reports whether a field's memory is part of its struct.
func fixedSize(f *check.Field) bool {
	f = target(f)
	return f.Kind == check.Fixed || single(f) && f.Ref != nil
}
