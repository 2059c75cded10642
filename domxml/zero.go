package domxml

import (
	"reflect"
	"unsafe"
)

// Most fields of most elements are not set. Finding that out through package
// reflect is what formatting would spend its time on, so that the usual kinds
// of fields are looked at directly.

// shape is how a field lies in memory, as far as its zero value goes.
type shape uint8

const (
	shapeOther shape = iota
	shapePointer
	shapeString
	shape8
	shape32
	shape64
)

// place notes where in the struct the field is. Embedded structs are parts of
// the outer one; there are no embedded pointers.
func (f *field) place(t reflect.Type) {
	for _, i := range f.index {
		sf := t.Field(i)
		f.offset += sf.Offset
		t = sf.Type
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice: // the first word of a slice is its pointer
		f.shape = shapePointer
	case reflect.String:
		f.shape = shapeString
		f.plainText = f.scalar != nil && !isScalar(t)
	case reflect.Bool, reflect.Uint8, reflect.Int8:
		f.shape = shape8
	case reflect.Uint32, reflect.Int32:
		f.shape = shape32
	case reflect.Uint64, reflect.Int64:
		f.shape = shape64
	case reflect.Uint, reflect.Int:
		if t.Size() == 8 {
			f.shape = shape64
		} else {
			f.shape = shape32
		}
	}
}

// isZero says whether the field of a struct, which begins at base, is not set.
func (f *field) isZero(v reflect.Value, base unsafe.Pointer) bool {
	p := unsafe.Add(base, f.offset)
	switch f.shape {
	case shapePointer:
		return *(*unsafe.Pointer)(p) == nil
	case shapeString:
		return *(*string)(p) == ""
	case shape8:
		return *(*uint8)(p) == 0
	case shape32:
		return *(*uint32)(p) == 0
	case shape64:
		return *(*uint64)(p) == 0
	}
	return at(v, f).IsZero()
}
