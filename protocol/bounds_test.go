package protocol_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/xdr"
	"github.com/govirtd/govirtd/xdrgen/check"
)

// TestBounds tries every counted field of every type with 0, 1, the most and
// one more, and decodes counts up to 2^32-1 from short messages: over the
// bound is refused both ways, and no count makes the decoder allocate more
// than a small multiple of the bytes that came.
func TestBounds(t *testing.T) {
	n := 0
	for _, m := range messages(t) {
		for i, f := range fields(m.typ) {
			c := countedField{m, i, f}
			if c.counted() == nil {
				continue
			}
			n++
			if err := c.check(); err != nil {
				t.Errorf("%s.%s: %v", m.typ.Name, f.Name, err)
			}
		}
	}
	if n < 450 {
		t.Errorf("tried only %d fields", n)
	}
}

// longest is cut to the strings that are tried; buffer is encoded into: most
// bounds are 4 MiB, and there are hundreds.
var (
	longest = strings.Repeat("x", 4<<20+1)
	buffer  []byte
)

// countedField is the i-th field of a message.
type countedField struct {
	message
	i int
	f *check.Field
}

// counted is the string or array that the field holds, also behind an
// optional marker; nil for other fields.
func (c countedField) counted() *check.Field {
	f := c.f.Target()
	if f.Kind == check.Optional {
		f = element(f).Target()
	}
	switch f.Kind {
	case check.String, check.Opaque, check.Array:
		return f
	}
	return nil
}

// value is the smallest message whose field holds n elements.
func (c countedField) value(n int) xdr.Value {
	m := c.new()
	v := reflect.ValueOf(m).Elem()
	minimal(c.typ, v)
	if c.typ.Form == check.UnionForm {
		for _, a := range c.typ.Union.Arms {
			if a.Field == c.f {
				v.Field(0).SetInt(a.Cases[0].Value)
			}
		}
	}
	v = v.Field(c.i)
	if c.f.Target().Kind == check.Optional {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	f := c.counted()
	if f.Kind == check.String {
		v.SetString(longest[:n])
		return m
	}
	list := reflect.MakeSlice(v.Type(), n, n)
	if n > 0 {
		minimalField(element(f), list.Index(0))
		for i := 1; i < n; i *= 2 {
			reflect.Copy(list.Slice(i, n), list.Slice(0, i))
		}
	}
	if n > 0 { // decoders leave nil for none
		v.Set(list)
	}
	return m
}

func (c countedField) check() error {
	limit := c.counted().Bound
	if limit == math.MaxUint32 {
		return errors.New("has no bound")
	}
	var encoded [2][]byte
	for _, n := range []int{0, 1, int(limit)} {
		v := c.value(n)
		b, err := v.AppendXDR(buffer[:0])
		buffer = b
		if err != nil {
			return fmt.Errorf("%d elements do not encode: %w", n, err)
		}
		if n < 2 {
			encoded[n] = bytes.Clone(b)
		}
		got, err := c.decode(b)
		if err != nil {
			return fmt.Errorf("%d elements do not decode: %w", n, err)
		}
		if !reflect.DeepEqual(v, got) {
			return fmt.Errorf("%d elements do not come back", n)
		}
	}
	var over *xdr.LimitError
	if _, err := c.value(int(limit) + 1).AppendXDR(buffer[:0]); !errors.As(err, &over) || over.Limit != limit {
		return fmt.Errorf("one more than %d encodes: %v", limit, err)
	}
	at := 0
	for encoded[0][at] == encoded[1][at] {
		at++
	}
	at -= 3 // the count differs in its last byte
	for _, n := range []uint32{limit + 1, math.MaxInt32, 1 << 31, math.MaxUint32} {
		b := bytes.Clone(encoded[1])
		binary.BigEndian.PutUint32(b[at:], n)
		if _, err := c.decode(b); !errors.As(err, &over) || over.Limit != limit {
			return fmt.Errorf("a count of %d gives %v", n, err)
		}
	}
	for _, tail := range []int{0, 64, 4096} {
		b := append(bytes.Clone(encoded[1]), make([]byte, tail)...)
		binary.BigEndian.PutUint32(b[at:], limit)
		_, err := c.decode(b)
		if errors.As(err, &over) || errors.Is(err, errWaste) {
			return fmt.Errorf("a count of %d, its bound, and %d bytes give %w", limit, len(b), err)
		}
	}
	return nil
}

// errWaste is an allocation out of proportion to what came.
var errWaste = errors.New("too many bytes allocated")

// decode decodes b and fails also when that allocates out of proportion. What
// else goes on in the process is counted too, so once is no proof.
func (c countedField) decode(b []byte) (v xdr.Value, err error) {
	most := uint64(16*len(b) + 4096)
	got := most + 1
	for try := 0; try < 3 && got > most; try++ {
		v = c.new()
		r := xdr.NewReader(b)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v.DecodeXDR(r)
		runtime.ReadMemStats(&after)
		got = after.TotalAlloc - before.TotalAlloc
		err = r.Err()
		if err == nil && r.Len() != 0 {
			err = fmt.Errorf("%d bytes left", r.Len())
		}
	}
	if got > most {
		err = fmt.Errorf("%w: %d for %d", errWaste, got, len(b))
	}
	return v, err
}

// minimal makes a zero value encodable: unions and enums need one of theirs.
func minimal(t *check.Type, v reflect.Value) {
	if t.Form == check.UnionForm {
		v.Field(0).SetInt(t.Union.Arms[0].Cases[0].Value)
		return
	}
	for i, f := range t.Fields {
		minimalField(f, v.Field(i))
	}
}

func minimalField(f *check.Field, v reflect.Value) {
	f = f.Target()
	if f.Ref == nil || f.Kind != check.Scalar && f.Kind != check.UnionByItself {
		return
	}
	if f.Ref.Form == check.Enum {
		v.SetInt(f.Ref.Members[0].Value)
		return
	}
	minimal(f.Ref, v)
}
