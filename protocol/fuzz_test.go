package protocol_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/govirtd/govirtd/protocol/xdr"
)

// FuzzDecode gives arbitrary bytes to the decoder of one side of one
// procedure. What decodes must encode, and from then on stay the same.
func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	list := map[uint32]*program{}
	for _, p := range sources(f).programs {
		list[p.info.Number] = p
		for _, i := range p.procs {
			for _, ret := range []bool{false, true} {
				typ, fresh := p.source(i.Number).Args, i.NewArgs
				if ret {
					typ, fresh = p.source(i.Number).Ret, i.NewRet
				}
				if typ == nil {
					continue
				}
				b, err := random(r, message{typ, fresh}).AppendXDR(nil)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(p.info.Number, i.Number, ret, b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, prog uint32, number int32, ret bool, data []byte) {
		p := list[prog]
		if p == nil || p.find(number) == nil {
			return
		}
		fresh := p.find(number).NewArgs
		if ret {
			fresh = p.find(number).NewRet
		}
		v := fresh()
		rd := xdr.NewReader(data)
		if v.DecodeXDR(rd); rd.Err() != nil {
			return
		}
		b, err := v.AppendXDR(nil)
		if err != nil {
			t.Fatalf("%T decodes but does not encode: %v", v, err)
		}
		w := fresh()
		rd = xdr.NewReader(b)
		if w.DecodeXDR(rd); rd.Err() != nil || rd.Len() != 0 {
			t.Fatalf("%T does not decode what it encoded: %v, %d bytes left", v, rd.Err(), rd.Len())
		}
		again, err := w.AppendXDR(nil)
		if err != nil || !bytes.Equal(b, again) {
			t.Fatalf("%T: % x becomes % x (%v)", v, b, again, err)
		}
	})
}
