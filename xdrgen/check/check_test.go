package check

import (
	"fmt"
	"math"
	"testing"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

func checked(t *testing.T, src string, imports map[string]*Package) *Package {
	t.Helper()
	f, err := parse.Parse("a.x", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Check("p", []*parse.File{f}, imports)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFields checks what the tree says of each form of field.
func TestFields(t *testing.T) {
	p := checked(t, `
const MAX = 9;
typedef string name<MAX>;
typedef name *maybe;
typedef name alias;
struct point { int x; hyper y; };
union value switch (int t) { case 1: int i; default: void; };
struct s {
	int a; string b<MAX>; opaque c<>; point d<3>; opaque e[5]; char f[6]; point *g;
	value h; alias i; maybe j; point k; bool l; short m[2]; name n<MAX>;
};`, nil)
	want := []string{
		"a int scalar 0 4 4", "b string string 9 1 16", "c opaque opaque 4294967295 1 24",
		"d point array 3 12 24", "e opaque fixed 5 1 5", "f char fixed 6 4 6",
		"g point optional 0 12 8", "h value union 0 4 8", "i alias scalar 0 4 16",
		"j maybe scalar 0 4 8", "k point scalar 0 12 12", "l bool scalar 0 4 1",
		"m short fixed 2 4 4", "n name array 9 4 24",
	}
	s := p.Type("s")
	if len(s.Fields) != len(want) {
		t.Fatalf("%d fields", len(s.Fields))
	}
	for i, f := range s.Fields {
		if got := fmt.Sprint(f.Name, " ", f.Type, " ", f.Kind, " ", f.Bound, " ", f.MinSize, " ", f.Size); got != want[i] {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
	if f := s.Fields[1]; f.BoundName != p.Const("MAX") || !f.Bounded {
		t.Error("b is not bounded by MAX")
	}
	if f := s.Fields[2]; f.Bound != math.MaxUint32 || f.Bounded || f.BoundName != nil {
		t.Error("c is bounded")
	}
	if f := s.Fields[8].Target(); f.Kind != String || f.Bound != 9 {
		t.Errorf("the alias leads to %+v", f)
	}
	// On the wire: 4+4+4+4+8+24+4+4+4+4+12+4+8+4.
	if s.MinSize != 92 {
		t.Errorf("s takes %d bytes at least", s.MinSize)
	}
}

func TestCycles(t *testing.T) {
	p := checked(t, `
struct plain { int x; };
struct self { self *next; };
typedef b *bptr;
struct a { bptr other; };
struct b { a others<>; plain p; };
struct outside { a x; self y; };
`, nil)
	cycle := func(name string) int { return p.Type(name).Cycle }
	switch {
	case cycle("plain") != 0 || cycle("outside") != 0:
		t.Error("types that cannot hold themselves are in a cycle")
	case cycle("self") == 0 || cycle("a") == 0:
		t.Error("types that can hold themselves are in no cycle")
	case cycle("a") != cycle("b") || cycle("a") != cycle("bptr"):
		t.Error("a, b and bptr are in different cycles")
	case cycle("a") == cycle("self"):
		t.Error("a and self are in one cycle")
	}
}

func TestProcedure(t *testing.T) {
	p := checked(t, `
const REMOTE_PROGRAM = 5;
const REMOTE_PROTOCOL_VERSION = 1;
const SECURE = 4;
struct remote_open_args { unsigned int flags; };
struct remote_open_ret { int x; };
struct remote_moved_msg { int x; };
enum remote_procedure {
	/**
	 * Opens
	 * it.
	 *
	 * @generate: both
	 * @acl: domain:write::source:SECURE
	 * @acl: domain:save:!A|B
	 * @readonly: deny if flags & SECURE
	 */
	REMOTE_PROC_OPEN = 2,
	REMOTE_PROC_MOVED = 1
};`, nil)
	if g := p.Program; g.Name != "remote" || g.Number != 5 || g.Version != 1 || len(g.Procedures) != 2 {
		t.Fatalf("%+v", g)
	}
	moved, open := p.Program.Procedures[0], p.Program.Procedures[1]
	if moved.Kind() != "event" || moved.Args != p.Type("remote_moved_msg") {
		t.Errorf("%+v", moved)
	}
	if open.Kind() != "call" || open.Args != p.Type("remote_open_args") || open.Ret != p.Type("remote_open_ret") {
		t.Errorf("%+v", open)
	}
	if open.Doc != "Opens\nit." || open.Generate != "both" {
		t.Errorf("doc %q, generate %q", open.Doc, open.Generate)
	}
	if got := fmt.Sprint(open.ACL); got != "[domain:write::source:SECURE domain:save:!A|B]" {
		t.Errorf("access %s", got)
	}
	r := open.ReadOnly
	if !r.Deny || r.If != "flags & SECURE" || r.Field.Name != "flags" || len(r.Flags) != 1 || r.Flags[0].Value != 4 {
		t.Errorf("read-only %+v", r)
	}
}

// TestImports checks look-ups across packages.
func TestImports(t *testing.T) {
	q := checked(t, "const MAX = 3; struct shared { int x; };", nil)
	p := checked(t, "%import q\nstruct s { shared x; int y<MAX>; };", map[string]*Package{"q": q})
	s := p.Type("s")
	if s.Fields[0].Ref != q.Type("shared") || p.Type("shared") != q.Type("shared") {
		t.Error("shared is not that of the import")
	}
	if f := s.Fields[1]; f.Bound != 3 || f.BoundName.Package != q {
		t.Error("MAX is not that of the import")
	}
	if p.Type("absent") != nil || p.Const("ABSENT") != nil {
		t.Error("something was found that is not there")
	}
}
