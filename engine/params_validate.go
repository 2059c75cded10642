package engine

import (
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// paramTypes are the words for the types in error texts, by virTypedParameterType.
var paramTypes = []string{"unknown", "int", "uint", "llong", "ullong", "double", "boolean", "string"}

func paramTypeName(t int32) string {
	if t < 0 || int(t) >= len(paramTypes) {
		return paramTypes[0]
	}
	return paramTypes[t]
}

// checkParamNames is what the daemon refuses whoever calls: a name that does
// not fit into the reference's fixed buffer.
func checkParamNames(list []remoteproto.TypedParam) error {
	for i := range list {
		if len(list[i].Field) >= vir.TypedParamFieldLength {
			return vir.Errorf(vir.FromNone, vir.ErrInternalError, "parameter %s too big for destination", list[i].Field)
		}
	}
	return nil
}

// someParams is the public function's check that there are parameters.
func someParams(info *proc.Info, list []remoteproto.TypedParam) error {
	return notNull(info, "params", len(list) > 0)
}

// paramRule is one parameter that a call takes.
type paramRule struct {
	name string
	typ  vir.TypedParameterType
}

// checkParams asks that every parameter is known, of its type and there once,
// in the order of their names.
func checkParams(list []remoteproto.TypedParam, rules ...paramRule) error {
	list = sortedParams(list)
	seen := map[string]bool{}
	for i := range list {
		p := &list[i]
		var rule *paramRule
		for j := range rules {
			if rules[j].name == p.Field {
				rule = &rules[j]
			}
		}
		switch {
		case rule == nil:
			return vir.Errorf(vir.FromNone, vir.ErrArgumentUnsupported, "parameter '%s' not supported", p.Field)
		case int32(rule.typ) != p.Value.Type:
			return vir.Errorf(vir.FromNone, vir.ErrInvalidArg, "invalid type '%s' for parameter '%s', expected '%s'",
				paramTypeName(p.Value.Type), p.Field, paramTypeName(int32(rule.typ)))
		case seen[p.Field]:
			return vir.Errorf(vir.FromNone, vir.ErrInvalidArg, "parameter '%s' occurs multiple times", p.Field)
		}
		seen[p.Field] = true
	}
	return nil
}

// cut gives at most n parameters; 0 asks for their number only.
func (p params) cut(n int32) (list []remoteproto.TypedParam, count int32) {
	if n == 0 {
		return nil, int32(len(p))
	}
	return p[:min(len(p), int(n))], 0
}
