package protocol_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/govirtd/govirtd/protocol/xdr"
)

// TestRoundTrip encodes random values of every type, decodes them and expects
// the same value and the same bytes; nothing shorter may decode.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	nonempty := 0
	for _, m := range messages(t) {
		for range 8 {
			v := random(r, m)
			b, err := v.AppendXDR(nil)
			if err != nil {
				t.Fatalf("%s: %+v does not encode: %v", m.typ.Name, v, err)
			}
			got := m.new()
			rd := xdr.NewReader(b)
			got.DecodeXDR(rd)
			if rd.Err() != nil || rd.Len() != 0 {
				t.Fatalf("%s: % x: error %v, %d bytes left", m.typ.Name, b, rd.Err(), rd.Len())
			}
			if !reflect.DeepEqual(v, got) {
				t.Fatalf("%s: sent %+v, got %+v", m.typ.Name, v, got)
			}
			again, err := got.AppendXDR([]byte("prefix"))
			if err != nil || !bytes.Equal(again, append([]byte("prefix"), b...)) {
				t.Fatalf("%s: encodes to % x, then to % x (%v)", m.typ.Name, b, again, err)
			}
			for n := range b {
				rd := xdr.NewReader(b[:n:n])
				m.new().DecodeXDR(rd)
				if rd.Err() == nil {
					t.Fatalf("%s: the first %d of %d bytes decode", m.typ.Name, n, len(b))
				}
			}
			nonempty += min(len(b), 1)
		}
	}
	if nonempty < 5000 {
		t.Errorf("only %d values took any bytes", nonempty)
	}
}

// TestDecodeOverwrites decodes into a value that holds something else: what a
// decoder leaves must not depend on what was there.
func TestDecodeOverwrites(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, m := range messages(t) {
		v := random(r, m)
		b, err := v.AppendXDR(nil)
		if err != nil {
			t.Fatal(err)
		}
		got := random(r, m)
		got.DecodeXDR(xdr.NewReader(b))
		again, err := got.AppendXDR(nil)
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s: % x decoded over another value gives % x (%v)", m.typ.Name, b, again, err)
		}
	}
}
