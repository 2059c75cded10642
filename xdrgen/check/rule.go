package check

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

// rules takes over what the annotations say of a procedure.
func (c *checker) rules(p *Procedure, a annotations) {
	p.Generate = c.choice(a, "generate", "both", "client", "server", "none")
	p.High = c.choice(a, "priority", "high", "low") == "high"
	c.stream(p, a)
	p.ACL = c.access(a, "acl")
	p.ACLFilter = c.access(a, "aclfilter")
	c.readOnly(p, a)
	if v, ok := a.one("since"); ok {
		p.Since = c.matching(v, release, "a release such as 1.2.3")
	}
	if v, ok := a.one("api"); ok {
		p.API = c.matching(v, apiName, "the name of a C function, or none")
	}
}

var (
	release = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
	apiName = regexp.MustCompile(`^(vir[A-Z][A-Za-z0-9]*|none)$`)
	rule    = regexp.MustCompile(`^([a-z_]+):([a-z_]+)(?::(.+))?$`)
	readIf  = regexp.MustCompile(`^(\w+) (?:== (\w+)|& (\w+)|& \((\w+(?: \| \w+)*)\))$`)
)

// matching gives the text of an annotation if it has the right form.
func (c *checker) matching(v parse.Line, form *regexp.Regexp, what string) string {
	if !form.MatchString(v.Text) {
		c.errorf(v.Pos, "%q is not %s", v.Text, what)
	}
	return v.Text
}

// choice gives the text of an annotation that has a few values only.
func (c *checker) choice(a annotations, name string, values ...string) string {
	v, ok := a.one(name)
	if ok && !slices.Contains(values, v.Text) {
		c.errorf(v.Pos, "@%s is one of %s, not %q", name, strings.Join(values, ", "), v.Text)
	}
	return v.Text
}

func (c *checker) stream(p *Procedure, a annotations) {
	for _, dir := range []Direction{Read, Write} {
		name := dir.String() + "stream"
		v, ok := a.one(name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(v.Text, 10, 8)
		switch {
		case err != nil:
			c.errorf(v.Pos, "@%s takes the position of the stream argument, not %q", name, v.Text)
		case p.Stream != NoStream:
			c.errorf(v.Pos, "%s has two streams", p.Name)
		case p.Event:
			c.errorf(v.Pos, "event %s has a stream", p.Name)
		}
		p.Stream, p.StreamArg = dir, int(n)
	}
	if v, ok := a.one("sparseflag"); ok {
		p.SparseFlag = c.flag(v.Pos, v.Text)
		if p.Stream == NoStream {
			c.errorf(v.Pos, "@sparseflag without a stream")
		}
	}
}

// flag finds the constant that an annotation names.
func (c *checker) flag(pos parse.Pos, name string) *Const {
	k := c.pkg.Const(name)
	switch {
	case k == nil:
		c.errorf(pos, "constant %s is not declared", name)
	case k.Value < 0 || k.Value > 1<<32-1:
		c.errorf(pos, "%s is not between 0 and 2^32-1", name)
	}
	return k
}

func (c *checker) access(a annotations, name string) (list []Access) {
	for _, v := range a[name] {
		m := rule.FindStringSubmatch(v.Text)
		switch {
		case v.Text == "none" && name == "acl" && len(a[name]) == 1:
		case m == nil:
			c.errorf(v.Pos, "@%s is object:permission, with a condition if need be, not %q", name, v.Text)
		default:
			list = append(list, Access{m[1], m[2], m[3]})
		}
	}
	return list
}

// readOnly reads "deny", "deny if field & FLAG", "deny if field & (FLAG |
// FLAG)" and "deny if field == VALUE".
func (c *checker) readOnly(p *Procedure, a annotations) {
	v, ok := a.one("readonly")
	if !ok {
		return
	}
	p.ReadOnly.Deny = true
	if v.Text == "deny" {
		return
	}
	cond, ok := strings.CutPrefix(v.Text, "deny if ")
	m := readIf.FindStringSubmatch(cond)
	if !ok || m == nil {
		c.errorf(v.Pos, "@readonly is deny, or deny if <field> & (<flags>), or deny if <field> == <value>, not %q", v.Text)
		return
	}
	p.ReadOnly.If = cond
	if p.ReadOnly.Field = p.argument(m[1]); p.ReadOnly.Field == nil {
		c.errorf(v.Pos, "%s has no argument %s of an integer type", p.Name, m[1])
	}
	for _, name := range strings.Split(m[2]+m[3]+m[4], " | ") {
		k := c.flag(v.Pos, name)
		if k != nil && p.ReadOnly.Field != nil && p.ReadOnly.Field.Type == "int" && k.Value > 1<<31-1 {
			c.errorf(v.Pos, "%s does not fit into %s", name, m[1])
		}
		if m[2] != "" {
			p.ReadOnly.Equal = k
		} else {
			p.ReadOnly.Flags = append(p.ReadOnly.Flags, k)
		}
	}
}

// argument finds an integer field of the arguments.
func (p *Procedure) argument(name string) *Field {
	if p.Args == nil || p.Event {
		return nil
	}
	for _, f := range p.Args.Fields {
		if f.Name == name && f.Kind == Scalar && slices.Contains([]string{"int", "uint", "hyper", "uhyper"}, f.Type) {
			return f
		}
	}
	return nil
}
