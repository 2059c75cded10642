package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

// program collects the procedures of all the enums of procedures.
func (c *checker) program() {
	claimed := map[*Type]bool{}
	numbers := map[int32]*Procedure{}
	for _, e := range c.procEnums {
		for i, m := range e.decl.Members {
			prefix, rest, ok := strings.Cut(m.Name, "_PROC_")
			if !ok || prefix == "" || rest == "" {
				c.errorf(m.Pos, "procedure %s is not named <PREFIX>_PROC_<NAME>", m.Name)
				continue
			}
			if !c.sameProgram(prefix, m.Pos) {
				continue
			}
			p := c.procedure(strings.ToLower(rest), m, e.numbers[i])
			if first := numbers[p.Number]; first != nil {
				c.errorf(m.Pos, "number %d of %s is that of %s too", p.Number, p.Name, first.Name)
			}
			numbers[p.Number] = p
			claimed[p.Args], claimed[p.Ret] = true, true
			e.file.Procedures = append(e.file.Procedures, p)
			c.pkg.Program.Procedures = append(c.pkg.Program.Procedures, p)
		}
	}
	if c.pkg.Program == nil {
		return
	}
	byNumber := func(a, b *Procedure) int { return cmp.Compare(a.Number, b.Number) }
	slices.SortFunc(c.pkg.Program.Procedures, byNumber)
	c.unclaimed(claimed)
}

// sameProgram starts the program at the first procedure and refuses others.
func (c *checker) sameProgram(prefix string, pos parse.Pos) bool {
	if p := c.pkg.Program; p != nil {
		if p.Prefix != prefix {
			c.errorf(pos, "procedure of program %s, but the package is of program %s", prefix, p.Prefix)
		}
		return p.Prefix == prefix
	}
	p := &Program{Name: strings.ToLower(prefix), Prefix: prefix, Pos: pos}
	c.pkg.Program = p
	p.Number = c.programConst(prefix+"_PROGRAM", pos)
	p.Version = c.programConst(prefix+"_PROTOCOL_VERSION", pos)
	return true
}

func (c *checker) programConst(name string, pos parse.Pos) uint32 {
	k := c.pkg.consts[name]
	switch {
	case k == nil:
		c.errorf(pos, "procedures are declared, but constant %s is not", name)
		return 0
	case k.Value < 0 || k.Value > 1<<32-1:
		c.errorf(k.Pos, "%s is not between 0 and 2^32-1", name)
	}
	return uint32(k.Value)
}

// unclaimed finds types named as the argument or result of a procedure that
// does not exist: a typing error would else quietly make a procedure void.
func (c *checker) unclaimed(claimed map[*Type]bool) {
	prefix := c.pkg.Program.Name + "_"
	for _, t := range c.types() {
		if claimed[t] || !strings.HasPrefix(t.Name, prefix) {
			continue
		}
		for _, suffix := range []string{"_args", "_ret", "_msg"} {
			if strings.HasSuffix(t.Name, suffix) {
				c.errorf(t.Pos, "%s is named as the type of a procedure, but none uses it", t.Name)
			}
		}
	}
}

// procedure resolves one member of an enum of procedures.
func (c *checker) procedure(name string, m *parse.Member, number *Const) *Procedure {
	p := &Procedure{Name: name, Number: int32(number.Value), Pos: m.Pos}
	a := c.annotations(p, m)
	c.messages(p, a)
	c.rules(p, a)
	if p.Number < 1 {
		c.errorf(m.Pos, "procedure %s has number %d; they start at 1", name, p.Number)
	}
	return p
}

// messages finds the argument and result types, by annotation or by name.
func (c *checker) messages(p *Procedure, a annotations) {
	base := c.pkg.Program.Name + "_" + p.Name
	find := func(tag, suffix string) (t *Type, byRule bool) {
		t, byRule = c.pkg.types[base+suffix], true
		if v, ok := a.one(tag); ok {
			t, byRule = c.pkg.Type(v.Text), c.pkg.types[base+suffix] != nil && v.Text == base+suffix
			if t == nil {
				c.errorf(v.Pos, "type %s is not declared", v.Text)
			}
		}
		if t != nil && t.Form != Struct {
			c.errorf(t.Pos, "%s is the type of a procedure and must be a struct", t.Name)
		}
		return t, byRule
	}
	_, event := a.one("event")
	_, annotated := a.one("msg")
	p.Args, p.ArgsByRule = find("args", "_args")
	p.Ret, p.RetByRule = find("ret", "_ret")
	if p.Args == nil && p.Ret == nil {
		msg, byRule := find("msg", "_msg")
		if msg != nil {
			p.Event, p.Args, p.ArgsByRule = true, msg, byRule
		}
	} else if event || annotated {
		c.errorf(p.Pos, "event %s has an argument or a result", p.Name)
	}
	p.Event = p.Event || event
}
