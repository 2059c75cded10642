package vir_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const factsFile = "../../testdata/facts/enums.json"

// TestRegenerate runs the generator and compares with what is committed.
func TestRegenerate(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "./internal/gen", "-facts", factsFile, "-out", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"enums.gen.go", "params.gen.go"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not what the generator writes: run go generate ./protocol/vir", name)
		}
	}
}

// TestFacts compares every constant's value with the facts, by the C name
// that stands behind it, and asks that none is missing.
func TestFacts(t *testing.T) {
	b, err := os.ReadFile(factsFile)
	if err != nil {
		t.Fatal(err)
	}
	type value struct{ Value any }
	var facts struct {
		Enums map[string]struct{ Values map[string]value }
		Names map[string]map[string]value `json:"typed_parameter_names"`
		Nums  map[string]value            `json:"number_macros"`
		After struct {
			Values  map[string]value `json:"enum_values"`
			Strings map[string]value
		} `json:"after_11_3_0"`
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	if err := dec.Decode(&facts); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	add := func(m map[string]value) {
		for name, v := range m {
			switch x := v.Value.(type) {
			case json.Number:
				want[name] = x.String()
			case string:
				want[name] = strconv.Quote(x)
			}
		}
	}
	for _, e := range facts.Enums {
		add(e.Values)
	}
	for _, g := range facts.Names {
		add(g)
	}
	add(facts.Nums)
	add(facts.After.Values)
	add(facts.After.Strings)
	if len(want) < 1500 {
		t.Fatalf("only %d facts: the file is not what it was", len(want))
	}
	got := constants(t)
	for name, v := range want {
		switch g, ok := got[name]; {
		case !ok:
			t.Errorf("%s is missing", name)
		case g != v:
			t.Errorf("%s is %s, the facts say %s", name, g, v)
		}
	}
	t.Logf("%d constants agree with the facts", len(want))
}

// constants reads the values of the generated constants by their C names.
func constants(t *testing.T) map[string]string {
	out := map[string]string{}
	fset := token.NewFileSet()
	for _, name := range []string{"enums.gen.go", "params.gen.go"} {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.ValueSpec)
			if !ok || s.Comment == nil || len(s.Values) != 1 {
				return true
			}
			c, _, _ := strings.Cut(strings.TrimSpace(s.Comment.Text()), ",")
			switch v := s.Values[0].(type) {
			case *ast.BasicLit:
				out[c] = v.Value
			case *ast.UnaryExpr:
				out[c] = v.Op.String() + v.X.(*ast.BasicLit).Value
			}
			return true
		})
	}
	return out
}
