package gen_test

import (
	"math/rand/v2"
	"reflect"

	"github.com/govirtd/govirtd/xdrgen/gen/testdata/sample"
)

// fill sets v to a random value that can be encoded and comes back the same:
// empty slices are nil, strings have no NUL. Pointers and slices stay nil
// below the given depth.
func fill(rnd *rand.Rand, v reflect.Value, depth int) {
	if fillUnion(rnd, v, depth) {
		return
	}
	if v.Type() == reflect.TypeFor[sample.Colour]() {
		v.SetInt([]int64{0, 7, 8}[rnd.IntN(3)])
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(rnd.IntN(2) == 1)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(rnd.Uint64()) >> (64 - v.Type().Bits()))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(rnd.Uint64() >> (64 - v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(float32(rnd.NormFloat64())))
	case reflect.String:
		b := make([]byte, rnd.IntN(sample.Max+1))
		for i := range b {
			b[i] = byte(1 + rnd.IntN(255))
		}
		v.SetString(string(b))
	case reflect.Slice:
		if n := rnd.IntN(sample.Max + 1); n > 0 && depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(rnd, v.Index(i), depth-1)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(rnd, v.Index(i), depth)
		}
	case reflect.Pointer:
		if depth > 0 && rnd.IntN(2) == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(rnd, v.Elem(), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(rnd, v.Field(i), depth)
		}
	default:
		panic("no random " + v.Type().String())
	}
}

// fillUnion sets a union: one discriminant, and only the arm that it leads to.
func fillUnion(rnd *rand.Rand, v reflect.Value, depth int) bool {
	arm := func(p any) { fill(rnd, reflect.ValueOf(p).Elem(), depth) }
	switch u := v.Addr().Interface().(type) {
	case *sample.Value:
		switch u.Type = []int32{1, sample.Max, 7, 8, -1}[rnd.IntN(5)]; u.Type {
		case 1:
			arm(&u.I)
		case sample.Max:
			arm(&u.S)
		case 7, 8:
			arm(&u.D)
		}
	case *sample.Choice:
		if arm(&u.Colour); u.Colour == sample.Red {
			arm(&u.I)
		} else {
			arm(&u.N)
		}
	case *sample.Switch:
		if arm(&u.On); u.On {
			arm(&u.UUID)
		}
	case *sample.Large:
		switch u.Which = uint32(rnd.IntN(4)); u.Which {
		case 0:
			arm(&u.Small)
		case 1:
			u.Raw = new([500]byte)
			arm(u.Raw)
		case 2:
			u.Fixed = new(sample.Fixed)
			arm(u.Fixed)
		}
	default:
		return false
	}
	return true
}
