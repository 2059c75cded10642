package protocol_test

import (
	"encoding/hex"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/xdr"
	"github.com/govirtd/govirtd/xdrgen/check"
)

// The functions here walk a Go value and its declaration in parallel: fields
// of a struct stand in the same order on both sides. That gives the tests
// what reflection alone does not know: bounds, kinds and protocol names.

// message is one type that has a codec.
type message struct {
	typ *check.Type
	new func() xdr.Value
}

// messages lists every struct and union that the procedures of all programs,
// an error packet or a hole can hold; each once.
func messages(t testing.TB) []message {
	t.Helper()
	s := sources(t)
	var list []message
	seen := map[*check.Type]bool{}
	var visit func(ct *check.Type, rt reflect.Type)
	field := func(f *check.Field, rt reflect.Type) {
		for f = f.Target(); f.Kind == check.Optional || f.Kind == check.Array || f.Kind == check.Fixed; f = element(f).Target() {
			if f.Ref == nil {
				return
			}
			rt = rt.Elem()
		}
		if f.Ref != nil {
			visit(f.Ref, rt)
		}
	}
	visit = func(ct *check.Type, rt reflect.Type) {
		if ct.Form != check.Struct && ct.Form != check.UnionForm || seen[ct] {
			return
		}
		seen[ct] = true
		list = append(list, message{ct, func() xdr.Value { return reflect.New(rt).Interface().(xdr.Value) }})
		for i, f := range fields(ct) {
			field(f, rt.Field(i).Type)
		}
	}
	visit(s.net.Type("virNetMessageError"), reflect.TypeFor[netpkt.MessageError]())
	visit(s.net.Type("virNetStreamHole"), reflect.TypeFor[netpkt.StreamHole]())
	for _, p := range s.programs {
		for _, q := range p.tree.Program.Procedures {
			i := p.find(q.Number)
			if i == nil {
				t.Fatalf("%s has no generated procedure %d", p.name, q.Number)
			}
			for _, side := range []struct {
				typ *check.Type
				new func() xdr.Value
			}{{q.Args, i.NewArgs}, {q.Ret, i.NewRet}} {
				v := side.new()
				if _, void := v.(*proc.Void); void != (side.typ == nil) {
					t.Fatalf("%s %s: %T does not go with the source", p.name, q.Name, v)
				}
				if side.typ != nil {
					visit(side.typ, reflect.TypeOf(v).Elem())
				}
			}
		}
	}
	if len(list) < 700 {
		t.Fatalf("found only %d types", len(list))
	}
	return list
}

// fields lists what a struct holds, or the discriminant and the arms of a
// union: in the order of the fields of the generated Go struct.
func fields(t *check.Type) []*check.Field {
	if t.Form != check.UnionForm {
		return t.Fields
	}
	list := []*check.Field{t.Union.Disc}
	for _, a := range t.Union.Arms {
		if a.Field != nil {
			list = append(list, a.Field)
		}
	}
	return list
}

// element is what an array, a fixed array or an optional field holds.
func element(f *check.Field) *check.Field {
	e := &check.Field{Name: f.Name, Type: f.Type, Ref: f.Ref}
	if f.Ref != nil && f.Ref.Form == check.UnionForm {
		e.Kind = check.UnionByItself
	}
	return e
}

// arm is the position in fields of the arm that the discriminant chooses.
func arm(t *check.Type, disc int64) (int, bool) {
	n := 0
	for _, a := range t.Union.Arms {
		if a.Field != nil {
			n++
		}
		for _, c := range a.Cases {
			if c.Value == disc {
				return n, a.Field != nil
			}
		}
	}
	return 0, false
}

// random gives a message with random content: within all bounds, no NUL in
// strings, no empty but non-nil slices, only the arm of a union that is
// chosen. Such values survive a round trip unchanged.
func random(r *rand.Rand, m message) xdr.Value {
	v := m.new()
	fillType(r, m.typ, reflect.ValueOf(v).Elem())
	return v
}

func fillType(r *rand.Rand, t *check.Type, v reflect.Value) {
	if t.Form != check.UnionForm {
		for i, f := range t.Fields {
			fill(r, f, v.Field(i))
		}
		return
	}
	arms := t.Union.Arms
	a := arms[r.IntN(len(arms))]
	disc := a.Cases[r.IntN(len(a.Cases))].Value
	v.Field(0).SetInt(disc)
	if n, ok := arm(t, disc); ok {
		fill(r, a.Field, v.Field(n))
	}
}

func fill(r *rand.Rand, f *check.Field, v reflect.Value) {
	f = f.Target()
	n := min(r.IntN(4), int(f.Bound))
	switch f.Kind {
	case check.Optional:
		if r.IntN(2) == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, element(f), v.Elem())
		}
	case check.String:
		b := make([]byte, n+r.IntN(3))
		for i := range b {
			b[i] = byte(1 + r.IntN(255))
		}
		v.SetString(string(b[:min(len(b), int(f.Bound))]))
	case check.Opaque, check.Array:
		if n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		fallthrough
	case check.Fixed:
		for i := range v.Len() {
			fill(r, element(f), v.Index(i))
		}
	default:
		fillScalar(r, f, v)
	}
}

func fillScalar(r *rand.Rand, f *check.Field, v reflect.Value) {
	if f.Ref != nil {
		if f.Ref.Form == check.Enum {
			v.SetInt(f.Ref.Members[r.IntN(len(f.Ref.Members))].Value)
			return
		}
		fillType(r, f.Ref, v)
		return
	}
	bits := r.Uint64() >> (r.IntN(8) * 8) // small values too
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(bits&1 == 1)
	case reflect.Float64, reflect.Float32:
		v.SetFloat(float64(int64(bits)) / 1024)
	default:
		if v.CanUint() {
			v.Set(reflect.ValueOf(bits).Convert(v.Type()))
		} else {
			v.Set(reflect.ValueOf(int64(bits)).Convert(v.Type()))
		}
	}
}

// plain turns a message into what JSON can say, with the protocol's names, as
// the recorded packets were decoded: bytes as "hex:...", arrays of char as
// text, an absent value as nil.
func plain(t *check.Type, v reflect.Value) any {
	m := map[string]any{}
	if t.Form == check.UnionForm {
		m[t.Union.Disc.Name] = v.Field(0).Interface()
		if n, ok := arm(t, v.Field(0).Int()); ok {
			m[fields(t)[n].Name] = plainField(fields(t)[n], v.Field(n))
		}
		return m
	}
	for i, f := range t.Fields {
		m[f.Name] = plainField(f, v.Field(i))
	}
	return m
}

func plainField(f *check.Field, v reflect.Value) any {
	f = f.Target()
	switch f.Kind {
	case check.Optional:
		if v.IsNil() {
			return nil
		}
		return plainField(element(f), v.Elem())
	case check.Opaque, check.Array, check.Fixed:
		if f.Ref == nil && v.Type().Elem().Kind() == reflect.Uint8 {
			b := make([]byte, v.Len())
			reflect.Copy(reflect.ValueOf(b), v)
			if f.Type == "opaque" {
				return "hex:" + hex.EncodeToString(b)
			}
			return string(b)
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plainField(element(f), v.Index(i))
		}
		return list
	}
	if f.Ref != nil && f.Ref.Form != check.Enum {
		return plain(f.Ref, v)
	}
	return v.Interface()
}
