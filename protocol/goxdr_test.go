package protocol_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	xdr2 "github.com/davecgh/go-xdr/xdr2"

	"github.com/govirtd/govirtd/xdrgen/check"
)

// TestGoXDR lets a codec that works by reflection judge ours. It gets types
// made from the declarations, not from our generated ones, in the terms that
// it has: an optional value is a slice of none or one, an array of char is a
// slice of int8. Unions it cannot say, so types that hold one are left to the
// other judge.
func TestGoXDR(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	judged, unions := 0, 0
	for _, m := range messages(t) {
		if holdsUnion(m.typ) {
			unions++
			continue
		}
		judged++
		for range 10 {
			v := random(r, m)
			ours, err := v.AppendXDR(nil)
			if err != nil {
				t.Fatal(err)
			}
			mirror := reflect.New(mirrorType(m.typ))
			reflectType(m.typ, reflect.ValueOf(v).Elem(), mirror.Elem())
			var theirs bytes.Buffer
			if _, err := xdr2.Marshal(&theirs, mirror.Interface()); err != nil {
				t.Fatalf("%s: %v", m.typ.Name, err)
			}
			if !bytes.Equal(ours, theirs.Bytes()) {
				t.Fatalf("%s: we encode % x, go-xdr % x", m.typ.Name, ours, theirs.Bytes())
			}
			got := reflect.New(mirror.Type().Elem())
			n, err := xdr2.Unmarshal(bytes.NewReader(ours), got.Interface())
			if err != nil || n != len(ours) {
				t.Fatalf("%s: go-xdr takes %d of %d bytes: %v", m.typ.Name, n, len(ours), err)
			}
			if got, want := got.Elem().Interface(), mirror.Elem().Interface(); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: go-xdr decodes %#v, want %#v", m.typ.Name, got, want)
			}
		}
	}
	if judged < 600 || unions == 0 || unions > 120 {
		t.Errorf("judged %d types, %d hold unions", judged, unions)
	}
}

// holdsUnion reports whether values of the type can hold a union.
func holdsUnion(t *check.Type) bool {
	switch t.Form {
	case check.UnionForm:
		return true
	case check.Typedef:
		return t.Alias.Ref != nil && holdsUnion(t.Alias.Ref)
	}
	for _, f := range t.Fields {
		if f.Ref != nil && holdsUnion(f.Ref) {
			return true
		}
	}
	return false
}

var mirrorScalars = map[string]reflect.Type{
	"int": reflect.TypeFor[int32](), "uint": reflect.TypeFor[uint32](),
	"hyper": reflect.TypeFor[int64](), "uhyper": reflect.TypeFor[uint64](),
	"char": reflect.TypeFor[int8](), "uchar": reflect.TypeFor[uint8](),
	"short": reflect.TypeFor[int16](), "ushort": reflect.TypeFor[uint16](),
	"double": reflect.TypeFor[float64](), "bool": reflect.TypeFor[bool](),
	"opaque": reflect.TypeFor[byte](), "string": reflect.TypeFor[string](),
}

func mirrorType(t *check.Type) reflect.Type {
	if t.Form == check.Enum {
		return reflect.TypeFor[int32]()
	}
	var list []reflect.StructField
	for i, f := range t.Fields {
		list = append(list, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: mirrorField(f)})
	}
	return reflect.StructOf(list)
}

func mirrorField(f *check.Field) reflect.Type {
	f = f.Target()
	switch f.Kind {
	case check.Optional, check.Array:
		return reflect.SliceOf(mirrorField(element(f)))
	case check.Opaque:
		return reflect.TypeFor[[]byte]()
	case check.Fixed:
		return reflect.ArrayOf(int(f.Bound), mirrorField(element(f)))
	}
	if f.Ref != nil {
		return mirrorType(f.Ref)
	}
	return mirrorScalars[f.Type]
}

// reflectType copies a generated value into its mirror.
func reflectType(t *check.Type, v, mirror reflect.Value) {
	for i, f := range t.Fields {
		reflectField(f, v.Field(i), mirror.Field(i))
	}
}

func reflectField(f *check.Field, v, mirror reflect.Value) {
	f = f.Target()
	switch f.Kind {
	case check.Optional:
		if !v.IsNil() {
			mirror.Set(reflect.MakeSlice(mirror.Type(), 1, 1))
			reflectField(element(f), v.Elem(), mirror.Index(0))
		}
		return
	case check.Array, check.Opaque:
		if v.Len() > 0 { // go-xdr leaves nil for none, as we do
			mirror.Set(reflect.MakeSlice(mirror.Type(), v.Len(), v.Len()))
		}
		fallthrough
	case check.Fixed:
		for i := range v.Len() {
			reflectField(element(f), v.Index(i), mirror.Index(i))
		}
		return
	}
	if f.Ref != nil && f.Ref.Form == check.Struct {
		reflectType(f.Ref, v, mirror)
		return
	}
	mirror.Set(v.Convert(mirror.Type()))
}
