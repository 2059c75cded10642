package check

import (
	"strings"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

// declare enters everything that a file declares under its name.
func (c *checker) declare(pf *parse.File) {
	f := &File{Name: pf.Name}
	c.pkg.Files = append(c.pkg.Files, f)
	for _, d := range pf.Decls {
		h := parse.HeadOf(d)
		fresh := c.enter(h)
		if d, ok := d.(*parse.Const); ok {
			f.Consts = append(f.Consts, c.constant(h, d.Note, expr{value: &d.Value}, fresh))
			continue
		}
		e, isEnum := d.(*parse.Enum)
		if isEnum && strings.HasSuffix(strings.ToLower(h.Name), "procedure") {
			c.procEnums = append(c.procEnums, &procEnum{f, e, c.members(e, nil)})
			continue
		}
		t := &Type{Name: h.Name, Form: formOf(d), Pos: h.Pos, Doc: h.Doc, Package: c.pkg}
		c.decls[t] = d
		if fresh {
			c.pkg.types[t.Name] = t
		}
		f.Types = append(f.Types, t)
		if isEnum {
			t.Members = c.members(e, t)
		}
	}
}

func formOf(d parse.Decl) Form {
	switch d.(type) {
	case *parse.Struct:
		return Struct
	case *parse.Union:
		return UnionForm
	case *parse.Enum:
		return Enum
	}
	return Typedef
}

// enter claims a name; false when it is taken.
func (c *checker) enter(h *parse.Head) bool {
	if at, ok := c.names[h.Name]; ok {
		c.errorf(h.Pos, "%s is declared twice, first at %v", h.Name, at)
		return false
	}
	for _, p := range c.pkg.Imports {
		var at parse.Pos
		if t := p.types[h.Name]; t != nil {
			at = t.Pos
		} else if k := p.consts[h.Name]; k != nil {
			at = k.Pos
		} else {
			continue
		}
		c.errorf(h.Pos, "%s is declared in package %s already, at %v", h.Name, p.Name, at)
		return false
	}
	c.names[h.Name] = h.Pos
	return true
}

func (c *checker) constant(h *parse.Head, note string, x expr, fresh bool) *Const {
	k := &Const{Name: h.Name, Pos: h.Pos, Doc: h.Doc, Note: note, Package: c.pkg}
	c.exprs[k] = x
	if fresh {
		c.pkg.consts[k.Name] = k
	}
	return k
}

// members enters the names of an enum; t is nil for procedures.
func (c *checker) members(e *parse.Enum, t *Type) (list []*Const) {
	var last *Const
	for _, m := range e.Members {
		k := c.constant(&m.Head, m.Note, expr{value: m.Value, after: last}, c.enter(&m.Head))
		k.Enum = t
		list = append(list, k)
		last = k
	}
	return list
}
