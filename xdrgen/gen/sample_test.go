package gen_test

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/govirtd/govirtd/protocol/xdr"
	"github.com/govirtd/govirtd/xdrgen/check"
	"github.com/govirtd/govirtd/xdrgen/gen"
	"github.com/govirtd/govirtd/xdrgen/gen/testdata/sample"
	"github.com/govirtd/govirtd/xdrgen/parse"
)

var update = flag.Bool("update", false, "rewrite the generated sample")

// TestSampleIsCurrent keeps the code that the other tests run the code that
// the generator writes.
func TestSampleIsCurrent(t *testing.T) {
	src, err := os.ReadFile("testdata/sample/sample.x")
	if err != nil {
		t.Fatal(err)
	}
	f, err := parse.Parse("sample.x", src)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := check.Check("sample", []*parse.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := gen.Generate(pkg, gen.Options{Prefixes: []string{"sample_"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join("testdata/sample", f.Name)
		if *update {
			if err := os.WriteFile(path, f.Content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(have, f.Content) {
			t.Errorf("%s is not what the generator writes (%v); run go test with -update", path, err)
		}
	}
}

// roots are values of the types that hold all the others.
func roots() []xdr.Value {
	return []xdr.Value{
		new(sample.Scalars), new(sample.Counted), new(sample.Fixed), new(sample.Optional), new(sample.Value),
		new(sample.Choice), new(sample.Switch), new(sample.Large), new(sample.Node), new(sample.Tree),
		new(sample.DoArgs), new(sample.DoRet), new(sample.ReadArgs), new(sample.HappenedMsg), new(sample.Blob),
		new(sample.Label), new(sample.Numbers), new(sample.UUID), new(sample.Colour),
	}
}

// random gives a random value of like's type and its bytes.
func random(t *testing.T, rnd *rand.Rand, like xdr.Value) (xdr.Value, []byte) {
	t.Helper()
	v := fresh(like)
	fill(rnd, reflect.ValueOf(v).Elem(), 4)
	b, err := v.AppendXDR(nil)
	if err != nil {
		t.Fatalf("%T: %+v does not encode: %v", v, v, err)
	}
	return v, b
}

func fresh(v xdr.Value) xdr.Value {
	return reflect.New(reflect.TypeOf(v).Elem()).Interface().(xdr.Value)
}

func TestRoundTrip(t *testing.T) {
	for _, like := range roots() {
		rnd := rand.New(rand.NewPCG(1, 2))
		sizes := map[int]bool{}
		var dirty xdr.Value // what a decoder must overwrite
		for range 200 {
			v, b := random(t, rnd, like)
			sizes[len(b)] = true
			if len(b)%4 != 0 {
				t.Fatalf("%T encodes to %d bytes", v, len(b))
			}
			for _, into := range []xdr.Value{fresh(like), dirty} {
				if into == nil {
					continue
				}
				r := xdr.NewReader(b)
				into.DecodeXDR(r)
				if r.Err() != nil || r.Len() != 0 {
					t.Fatalf("%T: %v, %d bytes left of %x", v, r.Err(), r.Len(), b)
				}
				again, err := into.AppendXDR([]byte("head"))
				if err != nil || !bytes.Equal(again, append([]byte("head"), b...)) {
					t.Fatalf("%T: encoded again: %v\n%x\n%x", v, err, again, b)
				}
				if !reflect.DeepEqual(into, v) {
					t.Fatalf("%T: decoded %+v, want %+v", v, into, v)
				}
			}
			dirty = v
		}
		if reflect.TypeOf(like).Elem().Kind() == reflect.Struct && len(sizes) < 2 && !fixedSize(like) {
			t.Errorf("%T: all random values are of one size", like)
		}
	}
}

func fixedSize(v xdr.Value) bool {
	switch v.(type) {
	case *sample.Scalars, *sample.ReadArgs:
		return true
	}
	return false
}

// TestPrefixes decodes every proper prefix of valid encodings: each must
// fail with xdr.ErrShort, and nothing else.
func TestPrefixes(t *testing.T) {
	for _, like := range roots() {
		rnd := rand.New(rand.NewPCG(3, 4))
		for range 20 {
			_, b := random(t, rnd, like)
			for n := range b {
				r := xdr.NewReader(b[:n])
				fresh(like).DecodeXDR(r)
				if r.Err() != xdr.ErrShort {
					t.Fatalf("%T: %d bytes of %x: %v", like, n, b, r.Err())
				}
			}
		}
	}
}
