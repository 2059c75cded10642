package engine

import (
	"cmp"
	"slices"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// paramKey is one typed parameter of a group: its name, its type, and where
// T keeps its value.
type paramKey[T any] struct {
	name string
	typ  vir.TypedParameterType
	get  func(from *T) remoteproto.TypedParamValue
	set  func(to *T, v *remoteproto.TypedParamValue) error
}

// paramTable is a group of parameters in the order in which they are told.
type paramTable[T any] []paramKey[T]

// rules are what may be set.
func (t paramTable[T]) rules() []paramRule {
	out := make([]paramRule, len(t))
	for i, k := range t {
		out[i] = paramRule{k.name, k.typ}
	}
	return out
}

// check asks that all parameters are of the table and of their types.
func (t paramTable[T]) check(list []remoteproto.TypedParam) error {
	return checkParams(list, t.rules()...)
}

// read is the group as a list.
func (t paramTable[T]) read(from *T) params {
	out := make(params, len(t))
	for i, k := range t {
		v := k.get(from)
		v.Type = int32(k.typ)
		out[i] = remoteproto.TypedParam{Field: k.name, Value: v}
	}
	return out
}

// write puts the values of a list that has been checked in their places, in
// the order of the list, up to the first that cannot be.
func (t paramTable[T]) write(to *T, list []remoteproto.TypedParam) error {
	for i := range list {
		for _, k := range t {
			if k.name != list[i].Field {
				continue
			}
			if err := k.set(to, &list[i].Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// hasParam says whether a list has a parameter.
func hasParam(list []remoteproto.TypedParam, name string) bool {
	return slices.ContainsFunc(list, func(p remoteproto.TypedParam) bool { return p.Field == name })
}

func ullongKey[T any](name string, field func(*T) *uint64) paramKey[T] {
	return paramKey[T]{name, vir.TypedParamUllong,
		func(from *T) remoteproto.TypedParamValue { return remoteproto.TypedParamValue{Ul: *field(from)} },
		func(to *T, v *remoteproto.TypedParamValue) error { *field(to) = v.Ul; return nil }}
}

func uintKey[T any](name string, field func(*T) *uint32) paramKey[T] {
	return paramKey[T]{name, vir.TypedParamUint,
		func(from *T) remoteproto.TypedParamValue { return remoteproto.TypedParamValue{Ui: *field(from)} },
		func(to *T, v *remoteproto.TypedParamValue) error { *field(to) = v.Ui; return nil }}
}

func stringKey[T any](name string, get func(*T) string, set func(*T, string) error) paramKey[T] {
	return paramKey[T]{name, vir.TypedParamString,
		func(from *T) remoteproto.TypedParamValue { return remoteproto.TypedParamValue{S: get(from)} },
		func(to *T, v *remoteproto.TypedParamValue) error { return set(to, v.S) }}
}

// answer gives at most n parameters, or their number for 0. Strings are left
// out behind that for callers that do not say that they take them.
func (p params) answer(n int32, flags uint32) (list []remoteproto.TypedParam, count int32) {
	list, count = p.cut(n)
	if flags&uint32(vir.TypedParamStringOkay) == 0 {
		list = slices.DeleteFunc(list, func(p remoteproto.TypedParam) bool { return p.Value.Type == int32(vir.TypedParamString) })
	}
	return list, count
}

// sortedParams is a list by name, the order in which the reference judges it.
func sortedParams(list []remoteproto.TypedParam) []remoteproto.TypedParam {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b remoteproto.TypedParam) int { return cmp.Compare(a.Field, b.Field) })
	return out
}
