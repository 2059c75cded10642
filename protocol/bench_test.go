package protocol_test

import (
	"fmt"
	"testing"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// benchValues are a small message and two large ones.
func benchValues() map[string]func() (v, empty xdr.Value) {
	text := "state.state"
	list := &remoteproto.ConnectListAllDomainsRet{Ret: 1000}
	stats := &remoteproto.ConnectGetAllDomainStatsRet{}
	for i := range 1000 {
		d := remoteproto.Domain{Name: fmt.Sprintf("domain-%04d", i), ID: int32(i)}
		list.Domains = append(list.Domains, d)
		p := remoteproto.TypedParam{Field: text, Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamInt), I: 1}}
		stats.RetStats = append(stats.RetStats, remoteproto.DomainStatsRecord{Dom: d, Params: []remoteproto.TypedParam{p, p}})
	}
	return map[string]func() (v, empty xdr.Value){
		"domain": func() (v, empty xdr.Value) {
			return &remoteproto.DomainGetInfoArgs{Dom: list.Domains[0]}, &remoteproto.DomainGetInfoArgs{}
		},
		"list-1000":  func() (v, empty xdr.Value) { return list, &remoteproto.ConnectListAllDomainsRet{} },
		"stats-1000": func() (v, empty xdr.Value) { return stats, &remoteproto.ConnectGetAllDomainStatsRet{} },
	}
}

func BenchmarkEncode(b *testing.B) {
	for name, make2 := range benchValues() {
		b.Run(name, func(b *testing.B) {
			v, _ := make2()
			buf, err := v.AppendXDR(nil)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				if buf, err = v.AppendXDR(buf[:0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, make2 := range benchValues() {
		b.Run(name, func(b *testing.B) {
			v, empty := make2()
			buf, err := v.AppendXDR(nil)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			r := xdr.NewReader(nil)
			for b.Loop() {
				r.Reset(buf)
				if empty.DecodeXDR(r); r.Err() != nil {
					b.Fatal(r.Err())
				}
			}
		})
	}
}
