package corpus

import (
	"encoding/json"
	"os"
	"regexp/syntax"
	"strings"
	"testing"
)

// Schema is what may be in the documents of a kind: facts/KIND-schema.json.
// The alternatives of a place are merged into one list, so that not everything
// that is in it can stand together.
type Schema struct {
	Paths []*SchemaElement
	// Root is the first of them.
	Root *SchemaElement
}

// SchemaElement is an element at one path.
type SchemaElement struct {
	Path string
	// Occurs is 1, ?, + or *.
	Occurs     string
	Text       *SchemaValue
	Attributes []SchemaAttribute
	// Any says that elements of every other namespace may be here.
	Any bool
	// Recursive says that what is further down repeats what is further up.
	Recursive bool
	// Files is how many documents of the corpus have the element.
	Files int

	Name     string           `json:"-"`
	Parent   *SchemaElement   `json:"-"`
	Children []*SchemaElement `json:"-"`
}

// SchemaAttribute is an attribute at one path.
type SchemaAttribute struct {
	Name     string
	Required bool
	Files    int
	SchemaValue
}

// SchemaValue says what a text may be.
type SchemaValue struct {
	Type       string
	Enum       []string
	Constraint []string
	Named      []string

	samples []string
}

// ReadSchema reads the schema of a kind.
func ReadSchema(t testing.TB, kind string) *Schema {
	t.Helper()
	b, err := os.ReadFile(Facts(t, kind+"-schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := new(Schema)
	if err := json.Unmarshal(b, s); err != nil {
		t.Fatal(err)
	}
	byPath := map[string]*SchemaElement{}
	for _, e := range s.Paths {
		byPath[e.Path] = e
		i := strings.LastIndexByte(e.Path, '/')
		e.Name = e.Path[i+1:]
		if e.Parent = byPath[e.Path[:i]]; e.Parent != nil {
			e.Parent.Children = append(e.Parent.Children, e)
		} else if s.Root == nil {
			s.Root = e
		} else {
			t.Fatalf("%s: %s has nothing around it", kind, e.Path)
		}
	}
	return s
}

// Chain is the way from the root to an element, which is the last.
func (e *SchemaElement) Chain() []*SchemaElement {
	if e == nil {
		return nil
	}
	return append(e.Parent.Chain(), e)
}

// Samples are texts that the value may have: all of an enumeration, otherwise
// one for each pattern, or for the type.
func (v *SchemaValue) Samples() []string {
	if v.samples == nil {
		v.samples = v.makeSamples()
	}
	return v.samples
}

func (v *SchemaValue) makeSamples() []string {
	if len(v.Enum) > 0 {
		return v.Enum
	}
	var out []string
	least := ""
	for _, c := range v.Constraint {
		if p, ok := strings.CutPrefix(c, "pattern="); ok {
			if s, ok := sample(p); ok {
				out = append(out, s)
			}
		}
		if p, ok := strings.CutPrefix(c, "minInclusive="); ok && p != "0" {
			least = p
		}
	}
	switch {
	case least != "" && !strings.HasPrefix(least, "-"):
		return append([]string{least}, out...)
	case strings.Contains(v.Type, "int") || strings.Contains(v.Type, "Int") || strings.Contains(v.Type, "ong") || strings.Contains(v.Type, "hort"):
		return append([]string{"1"}, out...)
	case v.Type == "dateTime":
		return []string{"2031-01-01T00:00:00"}
	case len(out) == 0:
		return []string{"a"}
	}
	return out
}

// sample makes a short text that fits a pattern.
func sample(pattern string) (string, bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	write(&b, re.Simplify(), false)
	if b.Len() == 0 {
		write(&b, re.Simplify(), true)
	}
	return b.String(), true
}

// write makes what a pattern wants, and with optional also what it allows.
func write(b *strings.Builder, re *syntax.Regexp, optional bool) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			b.WriteRune(r)
		}
	case syntax.OpCharClass:
		b.WriteRune(member(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpCapture, syntax.OpPlus:
		write(b, re.Sub[0], optional)
	case syntax.OpConcat:
		for _, s := range re.Sub {
			write(b, s, optional)
		}
	case syntax.OpQuest, syntax.OpStar:
		if optional {
			write(b, re.Sub[0], false)
		}
	case syntax.OpAlternate:
		write(b, re.Sub[0], optional)
	}
}

// member chooses a rune of a class: a digit where there are no words.
func member(ranges []rune) rune {
	has := func(r rune) bool {
		for i := 0; i < len(ranges); i += 2 {
			if r >= ranges[i] && r <= ranges[i+1] {
				return true
			}
		}
		return false
	}
	for _, want := range []rune{'g', '1', 'a', 'k'} {
		if has(want) {
			if want == 'g' && has('a') {
				return 'a'
			}
			return want
		}
	}
	return ranges[0]
}
