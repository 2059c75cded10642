package check

import (
	"math"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

// resolve fills in the inside of a type.
func (c *checker) resolve(t *Type) {
	switch d := c.decls[t].(type) {
	case *parse.Struct:
		t.Fields = c.fields(d.Fields)
	case *parse.Typedef:
		t.Alias = c.field(d.Decl)
	case *parse.Union:
		t.Union = c.union(t, d)
	}
}

func (c *checker) fields(decls []*parse.Declaration) (list []*Field) {
	seen := map[string]parse.Pos{}
	for _, d := range decls {
		if at, ok := seen[d.Name]; ok {
			c.errorf(d.Pos, "field %s is declared twice, first at %v", d.Name, at)
		}
		seen[d.Name] = d.Pos
		list = append(list, c.field(d))
	}
	return list
}

func (c *checker) field(d *parse.Declaration) *Field {
	f := &Field{Name: d.Name, Type: d.Type.Name, Bound: math.MaxUint32, Pos: d.Pos, Doc: d.Doc, Note: d.Note}
	if !d.Type.Builtin {
		f.Ref = c.ref(d.Type)
	}
	switch d.Shape {
	case parse.Plain:
		if f.Ref != nil && f.Ref.Form == UnionForm {
			f.Kind = UnionByItself
		}
		f.Bound = 0
	case parse.Optional:
		f.Kind = Optional
		f.Bound = 0
	case parse.Fixed:
		f.Kind = Fixed
	case parse.Variable:
		switch {
		case d.Type.Builtin && d.Type.Name == "string":
			f.Kind = String
		case d.Type.Builtin && d.Type.Name == "opaque":
			f.Kind = Opaque
		default:
			f.Kind = Array
		}
	}
	if d.Bound != nil {
		c.bound(f, d.Bound)
	}
	return f
}

func (c *checker) bound(f *Field, v *parse.Value) {
	n, k, ok := c.lookup(v, 0)
	switch {
	case !ok:
	case n < 0 || n > math.MaxUint32:
		c.errorf(v.Pos, "bound %s of %s is not between 0 and 2^32-1", v.Text, f.Name)
	case n == 0 && f.Kind == Fixed:
		c.errorf(v.Pos, "%s has no elements", f.Name)
	default:
		f.Bound, f.BoundName, f.Bounded = uint32(n), k, true
	}
}

func (c *checker) ref(n parse.TypeName) *Type {
	t := c.pkg.Type(n.Name)
	switch {
	case t == nil && c.names[n.Name].Line != 0:
		c.errorf(n.Pos, "%s is not a type", n.Name)
	case t == nil:
		c.errorf(n.Pos, "type %s is not declared", n.Name)
	case n.Keyword != "" && n.Keyword != t.Form.String():
		c.errorf(n.Pos, "%s is declared as %s, not as %s", n.Name, t.Form, n.Keyword)
	}
	return t
}
