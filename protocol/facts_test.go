package protocol_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/govirtd/govirtd/xdrgen/check"
)

// facts is testdata/facts/rpc-programs.json: what the reference's protocol
// is, independent of our sources.
type facts struct {
	Programs []struct {
		Name             string
		Program, Version uint32
		Procedures       []factProc
	}
	Types     map[string]factType
	Constants map[string]struct {
		Value int64
		File  string
	}
}

type factProc struct {
	Number              int32
	Name, Kind          string
	Since, Generate     *string
	Args, Ret, ReadOnly *string
	Stream              *struct {
		Dir string
		Arg int
	}
	SparseFlag, Priority string
	ACL, ACLFilter       []string
}

type factType struct {
	Def, File    string
	Type, Kind   string // of a typedef
	Max          any
	MaxValue     *uint32 `json:"max_value"`
	Fields       []factField
	Values       map[string]int64 // of an enum
	Discriminant string
	Arms         []factField
}

type factField struct {
	Name, Type, Kind, Ref string
	Max                   any
	MaxValue              *uint32 `json:"max_value"`
	Case                  string
	CaseValue             int64 `json:"case_value"`
}

// Every way in which our sources differ from the facts on purpose. An entry
// that no longer applies fails the test.
var (
	// renamed: our name for a type or enum member, by the reference's. None of
	// these names is on the wire.
	renamed = map[string]string{
		// The procedure has the same name, and in Go both are declared in one package.
		"remote_node_get_cpu_stats":    "remote_node_cpu_stat",
		"remote_node_get_memory_stats": "remote_node_memory_stat",
		// The procedure auth_polkit would have the same Go name.
		"REMOTE_AUTH_NONE":   "REMOTE_AUTH_TYPE_NONE",
		"REMOTE_AUTH_SASL":   "REMOTE_AUTH_TYPE_SASL",
		"REMOTE_AUTH_POLKIT": "REMOTE_AUTH_TYPE_POLKIT",
	}
	// left out: not in our sources, and why.
	leftOut = map[string]string{
		"virNetMessageHeader":                "six words in a fixed place, written by hand in netpkt",
		"virNetMessageType":                  "part of the header",
		"virNetMessageStatus":                "part of the header",
		"VIR_NET_MESSAGE_INITIAL":            "about buffers, not about the protocol",
		"VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX": "a limit of packets: netpkt",
		"VIR_NET_MESSAGE_MAX":                "a limit of packets: netpkt",
		"VIR_NET_MESSAGE_HEADER_MAX":         "a limit of packets: netpkt",
		"VIR_NET_MESSAGE_PAYLOAD_MAX":        "a limit of packets: netpkt",
		"VIR_NET_MESSAGE_LEN_MAX":            "a limit of packets: netpkt",
		"VIR_NET_MESSAGE_NUM_FDS_MAX":        "a limit of packets: netpkt",
		"VIR_NET_MESSAGE_HEADER_XDR_LEN":     "a limit of packets: netpkt",
		"remote_error":                       "virNetMessageError under another name; nothing uses it",
		"VIR_SECURITY_MODEL_BUFLEN":          "the C library's name for REMOTE_SECURITY_MODEL_MAX",
		"VIR_SECURITY_LABEL_BUFLEN":          "the C library's name for REMOTE_SECURITY_LABEL_MAX",
		"VIR_SECURITY_DOI_BUFLEN":            "the C library's name for REMOTE_SECURITY_DOI_MAX",
	}
	// deniesReadOnly: procedures for which the facts have no read-only rule and
	// which the running 11.3.0 refuses on a read-only connection all the same
	// (testdata/observed/survey.json).
	deniesReadOnly = []string{
		"domain_set_perf_events", "domain_set_lifecycle_action", "domain_get_launch_security_info",
		"domain_get_guest_info", "domain_set_launch_security_state",
	}
	// The lock program belongs to the lock daemon's own socket.
	foreignProgram = "lock"
)

func readFacts(t *testing.T) *facts {
	t.Helper()
	f := &facts{}
	readJSON(t, "rpc-programs.json", f)
	applied := 0
	for i := range f.Programs {
		for j := range f.Programs[i].Procedures {
			p := &f.Programs[i].Procedures[j]
			if p.ReadOnly == nil && f.Programs[i].Name == "remote" && slices.Contains(deniesReadOnly, p.Name) {
				p.ReadOnly = new("deny")
				applied++
			}
		}
	}
	if applied != len(deniesReadOnly) {
		t.Errorf("%d of %d read-only rules were missing from the facts", applied, len(deniesReadOnly))
	}
	return f
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile("../testdata/facts/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

func ours(name string) string {
	if n, ok := renamed[name]; ok {
		return n
	}
	return name
}

// TestFactsTypes compares every type, field by field, and every constant.
func TestFactsTypes(t *testing.T) {
	f, s := readFacts(t), sources(t)
	known := map[string]bool{}
	for name, want := range f.Types {
		if want.File == foreignProgram {
			continue
		}
		got := s.typeNamed(ours(name))
		known[ours(name)] = true
		switch {
		case leftOut[name] != "":
			if got != nil {
				t.Errorf("type %s is there, and listed as left out", name)
			}
		case got == nil:
			t.Errorf("type %s is missing", name)
		default:
			compareType(t, got, want)
		}
	}
	for name, want := range f.Constants {
		if want.File == foreignProgram {
			continue
		}
		n := 0
		for _, p := range s.all() {
			if c := p.Const(name); c != nil {
				n++
				if c.Value != want.Value {
					t.Errorf("%v: constant %s is %d, not %d", c.Pos, name, c.Value, want.Value)
				}
			}
		}
		if (n == 0) != (leftOut[name] != "") {
			t.Errorf("constant %s is declared %d times; left out: %q", name, n, leftOut[name])
		}
	}
	for _, p := range s.all() {
		for _, file := range p.Files {
			for _, c := range file.Types {
				if !known[c.Name] {
					t.Errorf("%v: type %s is not in the facts", c.Pos, c.Name)
				}
			}
		}
	}
	if len(known) < 750 {
		t.Errorf("only %d types compared", len(known))
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(renamed)), slices.Collect(maps.Keys(leftOut))) {
		_, isType := f.Types[name]
		_, isConst := f.Constants[name]
		_, isMember := f.Types["remote_auth_type"].Values[name]
		if !isType && !isConst && !isMember {
			t.Errorf("%s is explained and not in the facts", name)
		}
	}
}

func compareType(t *testing.T, got *check.Type, want factType) {
	t.Helper()
	if got.Form.String() != want.Def {
		t.Errorf("%v: %s is a %s, not a %s", got.Pos, got.Name, got.Form, want.Def)
		return
	}
	switch got.Form {
	case check.Struct:
		if len(got.Fields) != len(want.Fields) {
			t.Errorf("%v: %s has %d fields, not %d", got.Pos, got.Name, len(got.Fields), len(want.Fields))
			return
		}
		for i, f := range got.Fields {
			compareField(t, f, want.Fields[i])
		}
	case check.Typedef:
		compareField(t, got.Alias, factField{Name: got.Name, Type: want.Type, Kind: want.Kind, Max: want.Max, MaxValue: want.MaxValue})
	case check.Enum:
		if len(got.Members) != len(want.Values) {
			t.Errorf("%v: %s has %d members, not %d", got.Pos, got.Name, len(got.Members), len(want.Values))
		}
		for name, v := range want.Values {
			i := slices.IndexFunc(got.Members, func(c *check.Const) bool { return c.Name == ours(name) })
			if i < 0 || got.Members[i].Value != v {
				t.Errorf("%v: %s has no %s = %d", got.Pos, got.Name, ours(name), v)
			}
		}
	case check.UnionForm:
		u := got.Union
		if u.Disc.Type != want.Discriminant || u.Default != nil || len(u.Arms) != len(want.Arms) {
			t.Errorf("%v: %s switches over %s with %d arms", got.Pos, got.Name, u.Disc.Type, len(u.Arms))
			return
		}
		for i, a := range u.Arms {
			w := want.Arms[i]
			if len(a.Cases) != 1 || a.Cases[0].Const == nil || a.Cases[0].Const.Name != w.Case || a.Cases[0].Value != w.CaseValue {
				t.Errorf("%v: arm %s of %s is not for %s = %d", a.Field.Pos, a.Field.Name, got.Name, w.Case, w.CaseValue)
			}
			compareField(t, a.Field, w)
		}
	}
}

func compareField(t *testing.T, got *check.Field, want factField) {
	t.Helper()
	if got.Name != want.Name || got.Type != ours(want.Type) || got.Kind.String() != want.Kind {
		t.Errorf("%v: %s %s (%s) is not %s %s (%s)", got.Pos, got.Type, got.Name, got.Kind, want.Type, want.Name, want.Kind)
	}
	ref := ""
	if got.Ref != nil {
		ref = got.Ref.Form.String()
		if got.Ref.Form == check.Typedef {
			ref += ":" + got.Ref.Alias.Kind.String()
		}
	}
	if want.Ref != "" && ref != want.Ref {
		t.Errorf("%v: %s refers to a %s, not a %s", got.Pos, got.Name, ref, want.Ref)
	}
	switch max := want.Max.(type) {
	case nil:
		if got.Bound != 0 {
			t.Errorf("%v: %s has a bound", got.Pos, got.Name)
		}
	case float64:
		if got.BoundName != nil || got.Bound != uint32(max) {
			t.Errorf("%v: %s is bound by %d, not %v", got.Pos, got.Name, got.Bound, max)
		}
	case string:
		if got.BoundName == nil || got.BoundName.Name != max || want.MaxValue == nil || got.Bound != *want.MaxValue {
			t.Errorf("%v: %s is bound by %d, not by %s", got.Pos, got.Name, got.Bound, max)
		}
	}
}
