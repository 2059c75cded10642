package engine

import (
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// wireParams are typed parameters in the form of the protocol, for replies
// that have many: there is no value in between. A count stands in front of
// each list: count makes room for it and set fills it in.
type wireParams struct {
	b []byte
	n int // parameters since somebody set it to zero
}

// count makes room for a count and tells where it is.
func (p *wireParams) count() int {
	p.b = xdr.AppendUint32(p.b, 0)
	return len(p.b) - 4
}

// set writes a count.
func (p *wireParams) set(at, n int) { xdr.AppendUint32(p.b[:at], uint32(n)) }

// add begins a parameter.
func (p *wireParams) add(name string, kind vir.TypedParameterType) {
	p.n++
	p.text(name)
	p.b = xdr.AppendInt32(p.b, int32(kind))
}

// text appends a string of ours, which is shorter than any bound.
func (p *wireParams) text(s string) {
	b, err := xdr.AppendString(p.b, s, remoteproto.StringMax)
	if err != nil {
		panic("engine: parameter cannot be encoded: " + err.Error())
	}
	p.b = b
}

// wireHead is the encoded name and type of a parameter that replies have often.
type wireHead string

// headOf encodes a head; for the begin of the program.
func headOf(name string, kind vir.TypedParameterType) wireHead {
	var p wireParams
	p.add(name, kind)
	return wireHead(p.b)
}

// int32 appends a parameter with a head that was encoded before.
func (p *wireParams) int32(head wireHead, v int32) {
	p.n++
	p.b = xdr.AppendInt32(append(p.b, head...), v)
}

func (p *wireParams) int(name string, v int32) {
	p.add(name, vir.TypedParamInt)
	p.b = xdr.AppendInt32(p.b, v)
}

func (p *wireParams) uint(name string, v uint32) {
	p.add(name, vir.TypedParamUint)
	p.b = xdr.AppendUint32(p.b, v)
}

func (p *wireParams) ullong(name string, v uint64) {
	p.add(name, vir.TypedParamUllong)
	p.b = xdr.AppendUint64(p.b, v)
}

func (p *wireParams) llong(name string, v int64) {
	p.add(name, vir.TypedParamLlong)
	p.b = xdr.AppendInt64(p.b, v)
}

func (p *wireParams) double(name string, v float64) {
	p.add(name, vir.TypedParamDouble)
	p.b = xdr.AppendFloat64(p.b, v)
}

func (p *wireParams) boolean(name string, v bool) {
	p.add(name, vir.TypedParamBoolean)
	p.b = xdr.AppendInt32(p.b, truth(v))
}

func (p *wireParams) string(name, v string) {
	p.add(name, vir.TypedParamString)
	p.text(v)
}
