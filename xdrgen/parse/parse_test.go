package parse

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func parsed(t *testing.T, src string) *File {
	t.Helper()
	f, err := Parse("dir/a.x", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestDeclarations checks what is kept of every form of declaration.
func TestDeclarations(t *testing.T) {
	for src, want := range map[string]string{
		"int x":              "int x plain",
		"unsigned x":         "uint x plain",
		"unsigned hyper x":   "uhyper x plain",
		"unsigned char x[4]": "uchar x fixed 4",
		"foo *x":             "foo x optional",
		"struct foo *x":      "struct foo x optional",
		"enum foo x":         "enum foo x plain",
		"string x<>":         "string x variable",
		"string x<MAX>":      "string x variable MAX",
		"opaque x[0x10]":     "opaque x fixed 0x10",
		"foo x<010>":         "foo x variable 010",
	} {
		f := parsed(t, "struct s {"+src+";};")
		d := f.Decls[0].(*Struct).Fields[0]
		got := strings.TrimSpace(d.Type.Keyword+" "+d.Type.Name) + " " + d.Name + " " +
			[]string{"plain", "optional", "fixed", "variable"}[d.Shape]
		if d.Bound != nil {
			got += " " + d.Bound.Text
		}
		if got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "12": 12, "-12": -12, "010": 8, "0x1f": 31, "0XFF": 255, "-0x1": -1, "9223372036854775807": 1<<63 - 1,
	} {
		v := parsed(t, "const A = "+text+";").Decls[0].(*Const).Value
		if v.Num != want || v.Text != text {
			t.Errorf("%s: %d %q", text, v.Num, v.Text)
		}
	}
	for _, text := range []string{"0x", "08", "1e3", "0b1", "0o7", "1_0", "9223372036854775808", "12ab"} {
		if _, err := Parse("a.x", []byte("const A = "+text+";")); err == nil {
			t.Errorf("%s is taken for a number", text)
		}
	}
}

// TestComments checks which comment belongs to what.
func TestComments(t *testing.T) {
	f := parsed(t, `/* The file's head. */

/**
 * Two lines
 * of text.
 */
struct s { /* not of x */
	int x; /* behind x */
	// above
	// y
	int y; // behind y
	/* an older remark */
	/* above z */
	int z;
	/* too far away */

	int lone;
	int packed; /* behind packed */ int next;
	/* on the line */ int same;
};
enum e {
	/* above A */
	A, /* behind A */
	B /* behind B */
};
/* not C */ const OTHER = 1; const C = 2; /* behind C */
`)
	s := f.Decls[0].(*Struct)
	if got := s.Doc.Text(); got != "Two lines\nof text." {
		t.Errorf("struct: %q", got)
	}
	if l := s.Doc[1]; l.Text != "Two lines" || l.Pos.String() != "dir/a.x:4:4" {
		t.Errorf("line of a comment: %v %q", l.Pos, l.Text)
	}
	var got []string
	for _, d := range s.Fields {
		got = append(got, fmt.Sprintf("%s %q %q", d.Name, d.Doc.Text(), d.Note))
	}
	e := f.Decls[1].(*Enum)
	for _, m := range e.Members {
		got = append(got, fmt.Sprintf("%s %q %q", m.Name, m.Doc.Text(), m.Note))
	}
	for _, d := range f.Decls[2:] {
		c := d.(*Const)
		got = append(got, fmt.Sprintf("%s %q %q", c.Name, c.Doc.Text(), c.Note))
	}
	want := []string{
		`x "" "behind x"`, `y "above\ny" "behind y"`, `z "above z" ""`, `lone "" ""`,
		`packed "" "behind packed"`, `next "" ""`, `same "on the line" ""`,
		`A "above A" "behind A"`, `B "" "behind B"`,
		`OTHER "not C" ""`, `C "" "behind C"`,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPositions(t *testing.T) {
	f := parsed(t, "const A = 1;\nstruct foo {\n\tint  bar<A>;\n};\n%import other\n")
	s := f.Decls[1].(*Struct)
	for what, c := range map[string]struct {
		pos  Pos
		want string
	}{
		"struct": {s.Pos, "2:8"},
		"field":  {s.Fields[0].Pos, "3:7"},
		"type":   {s.Fields[0].Type.Pos, "3:2"},
		"bound":  {s.Fields[0].Bound.Pos, "3:11"},
		"import": {f.Imports[0].Pos, "5:1"},
	} {
		if got := c.pos.String(); got != "dir/a.x:"+c.want {
			t.Errorf("%s is at %s, want %s", what, got, c.want)
		}
	}
	if f.Name != "a.x" || f.Imports[0].Package != "other" {
		t.Errorf("%+v", f)
	}
}

// TestRefused reads files that are no text, or too much of it.
func TestRefused(t *testing.T) {
	for want, src := range map[string]string{
		"larger than": strings.Repeat("\n", MaxSize+1),
		"not UTF-8":   "/* \xff */",
		"zero byte":   "const A = 1;\x00",
	} {
		_, err := Parse("a.x", []byte(src))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestManyErrors checks that hopeless input ends early.
func TestManyErrors(t *testing.T) {
	_, err := Parse("a.x", []byte(strings.Repeat("?", 1<<16)))
	var list Errors
	if !errors.As(err, &list) || len(list) != MaxErrors {
		t.Errorf("%d errors", len(list))
	}
}
