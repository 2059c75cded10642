package engine

import (
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// params is a list of typed parameters in the making.
type params []remoteproto.TypedParam

func (p params) int(name string, v int32) params {
	return append(p, remoteproto.TypedParam{Field: name, Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamInt), I: v}})
}

func (p params) uint(name string, v uint32) params {
	return append(p, remoteproto.TypedParam{Field: name, Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamUint), Ui: v}})
}

func (p params) llong(name string, v int64) params {
	return append(p, remoteproto.TypedParam{Field: name, Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamLlong), L: v}})
}

func (p params) ullong(name string, v uint64) params {
	return append(p, remoteproto.TypedParam{Field: name, Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamUllong), Ul: v}})
}

func (p params) boolean(name string, v bool) params {
	return append(p, remoteproto.TypedParam{Field: name, Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamBoolean), B: boolInt(v)}})
}

func (p params) string(name, v string) params {
	return append(p, remoteproto.TypedParam{Field: name, Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamString), S: v}})
}
