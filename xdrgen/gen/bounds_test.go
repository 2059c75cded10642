package gen_test

import (
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/xdr"
	"github.com/govirtd/govirtd/xdrgen/gen/testdata/sample"
)

const limit = sample.Max

func text(n int) string { return strings.Repeat("x", n) }

// TestBoundsEncode sets each bounded field to its bound and beyond.
func TestBoundsEncode(t *testing.T) {
	fields := map[string]func(n int) xdr.Value{
		"text":    func(n int) xdr.Value { return &sample.Counted{Text: text(n)} },
		"data":    func(n int) xdr.Value { return &sample.Counted{Data: make([]byte, n)} },
		"blob":    func(n int) xdr.Value { return &sample.Counted{Blob: make(sample.Blob, n)} },
		"chars":   func(n int) xdr.Value { return &sample.Counted{Chars: make([]byte, n)} },
		"label":   func(n int) xdr.Value { return &sample.Counted{Label: make(sample.Label, n)} },
		"uchars":  func(n int) xdr.Value { return &sample.Counted{Uchars: make([]uint8, n)} },
		"ints":    func(n int) xdr.Value { return &sample.Counted{Ints: make([]int32, n)} },
		"texts":   func(n int) xdr.Value { return &sample.Counted{Texts: make([]string, n)} },
		"texts[]": func(n int) xdr.Value { return &sample.Counted{Texts: []string{"", text(n)}} },
		"maybes":  func(n int) xdr.Value { return &sample.Counted{Maybes: make([]*string, n)} },
		"rows":    func(n int) xdr.Value { return &sample.Counted{Rows: make([]sample.Numbers, n)} },
		"rows[]":  func(n int) xdr.Value { return &sample.Counted{Rows: []sample.Numbers{make(sample.Numbers, n)}} },
		"structs": func(n int) xdr.Value { return &sample.Counted{Structs: make([]sample.Scalars, n)} },
		"arm":     func(n int) xdr.Value { return &sample.Value{Type: limit, S: text(n)} },
		"default": func(n int) xdr.Value {
			return &sample.Choice{Colour: sample.Blue, N: make(sample.Numbers, n)}
		},
		"optional": func(n int) xdr.Value { s := text(n); return &sample.Optional{Text: &s} },
	}
	for name, value := range fields {
		for n := range limit + 1 {
			if _, err := value(n).AppendXDR(nil); err != nil {
				t.Errorf("%s: %d: %v", name, n, err)
			}
		}
		_, err := value(limit + 1).AppendXDR(nil)
		var over *xdr.LimitError
		if !errors.As(err, &over) || over.Len != limit+1 || over.Limit != limit {
			t.Errorf("%s: %d: %v", name, limit+1, err)
		}
	}
}

// TestBoundsDecode claims lengths that are not there. None may be believed:
// neither over the bound nor over the bytes left, and nothing is allocated
// for them.
func TestBoundsDecode(t *testing.T) {
	// One counted field of each kind is first in its type.
	types := map[string]struct {
		value   xdr.Value
		bounded bool
	}{
		"string":  {new(sample.Counted), true},
		"opaque":  {new(sample.Blob), true},
		"chars":   {new(sample.Label), true},
		"numbers": {new(sample.Numbers), true},
	}
	for name, c := range types {
		for _, n := range []uint32{limit + 1, math.MaxInt32, 1 << 31, math.MaxUint32} {
			r := xdr.NewReader(append(binary.BigEndian.AppendUint32(nil, n), make([]byte, 64)...))
			c.value.DecodeXDR(r)
			if !errors.As(r.Err(), new(*xdr.LimitError)) {
				t.Errorf("%s of %d: %v", name, n, r.Err())
			}
		}
		// Within the bound, but not within the bytes.
		r := xdr.NewReader([]byte{0, 0, 0, limit})
		c.value.DecodeXDR(r)
		if r.Err() != xdr.ErrShort {
			t.Errorf("%s cut off: %v", name, r.Err())
		}
	}
	// The unbounded fields of Counted: rest comes behind text, any and data.
	for _, n := range []uint32{1000, math.MaxInt32, 1 << 31, math.MaxUint32} {
		b := binary.BigEndian.AppendUint32(make([]byte, 12), n)
		if got := allocated(func() {
			r := xdr.NewReader(b)
			new(sample.Counted).DecodeXDR(r)
			if r.Err() != xdr.ErrShort {
				t.Errorf("unbounded of %d: %v", n, r.Err())
			}
		}); got > 4096 {
			t.Errorf("unbounded of %d: %d bytes allocated", n, got)
		}
	}
}

// TestAllocation decodes bytes that ask for as much as they can and compares
// what is allocated with their number.
func TestAllocation(t *testing.T) {
	deep := make([]byte, 0, 1<<16)
	for range xdr.MaxDepth / 2 { // each tree has no name and one child, through a forest
		deep = append(deep, 0, 0, 0, 0, 0, 0, 0, 1)
	}
	wide := append(make([]byte, 12), 0, 0, 0, 0) // text, any, data, rest
	wide = append(wide, make([]byte, 4*6)...)    // blob to bools
	wide = binary.BigEndian.AppendUint32(wide, 4096)
	wide = append(wide, make([]byte, 8*4096)...)
	large := make([]byte, 0, 100) // a value, a choice, a switch, then unions that end early
	large = append(large, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	large = append(large, 0, 0, 0, limit)
	for range limit {
		large = append(large, 0, 0, 0, 9)
	}
	for name, c := range map[string]struct {
		value xdr.Value
		wire  []byte
	}{
		"deep":  {new(sample.Tree), deep},
		"wide":  {new(sample.Counted), wide},
		"large": {new(sample.DoArgs), large},
	} {
		got := allocated(func() { c.value.DecodeXDR(xdr.NewReader(c.wire)) })
		if most := 32*uint64(len(c.wire)) + 4096; got > most {
			t.Errorf("%s: %d bytes make the decoder allocate %d, more than %d", name, len(c.wire), got, most)
		}
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestDepth links a list that is as long as allowed, and one longer.
func TestDepth(t *testing.T) {
	list := func(n int) *sample.Node {
		var head *sample.Node
		for range n {
			head = &sample.Node{Next: head}
		}
		return head
	}
	b, err := list(xdr.MaxDepth + 1).AppendXDR(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := xdr.NewReader(b)
	if new(sample.Node).DecodeXDR(r); r.Err() != nil {
		t.Fatal(r.Err())
	}
	if _, err := list(xdr.MaxDepth + 2).AppendXDR(nil); err != xdr.ErrNested {
		t.Errorf("encoding a longer list: %v", err)
	}
	ring := &sample.Node{}
	ring.Next = ring
	if _, err := ring.AppendXDR(nil); err != xdr.ErrNested {
		t.Errorf("encoding a ring: %v", err)
	}
	endless := make([]byte, 1<<20)
	for i := 7; i < len(endless); i += 8 {
		endless[i] = 1
	}
	r = xdr.NewReader(endless)
	if new(sample.Node).DecodeXDR(r); r.Err() != xdr.ErrNested {
		t.Errorf("decoding a longer list: %v", r.Err())
	}
	r = xdr.NewReader(endless)
	if new(sample.Tree).DecodeXDR(r); r.Err() != xdr.ErrNested {
		t.Errorf("decoding a deep tree: %v", r.Err())
	}
}

// TestInvalid encodes and decodes values outside of enums and unions.
func TestInvalid(t *testing.T) {
	for name, c := range map[string]struct {
		value xdr.Value
		want  error
	}{
		"enum":         {&sample.Scalars{Colour: 5}, xdr.ErrEnum},
		"union":        {&sample.Value{Type: 2}, xdr.ErrUnion},
		"discriminant": {&sample.Choice{Colour: -1}, xdr.ErrEnum},
		"boxed arm":    {&sample.Large{Which: 1}, xdr.ErrUnion},
	} {
		if _, err := c.value.AppendXDR(nil); err != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		value xdr.Value
		wire  []byte
		want  error
	}{
		"enum":         {new(sample.Colour), []byte{0, 0, 0, 1}, xdr.ErrEnum},
		"union":        {new(sample.Value), []byte{0, 0, 0, 2}, xdr.ErrUnion},
		"discriminant": {new(sample.Choice), []byte{0, 0, 0, 6, 0, 0, 0, 0}, xdr.ErrEnum},
		"bool":         {new(sample.Switch), []byte{0, 0, 0, 2}, xdr.ErrShort},   // true, and its arm is missing
		"marker":       {new(sample.Optional), []byte{1, 0, 0, 0}, xdr.ErrShort}, // there, and the value is missing
	} {
		r := xdr.NewReader(c.wire)
		if c.value.DecodeXDR(r); r.Err() != c.want {
			t.Errorf("%s: %v, want %v", name, r.Err(), c.want)
		}
	}
}
