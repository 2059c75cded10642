package parse

// definitions are the words that start a declaration.
var definitions = map[string]bool{
	"const": true, "enum": true, "struct": true, "union": true, "typedef": true,
}

// keywords can name nothing.
var keywords = map[string]bool{
	"bool": true, "case": true, "char": true, "const": true, "default": true, "double": true,
	"enum": true, "float": true, "hyper": true, "int": true, "long": true, "opaque": true,
	"program": true, "quadruple": true, "short": true, "string": true, "struct": true,
	"switch": true, "typedef": true, "union": true, "unsigned": true, "version": true, "void": true,
}

func (p *parser) definition() Decl {
	h := Head{Doc: p.doc()}
	t := p.next()
	switch {
	case t.kind == tokName && definitions[t.text]:
	case t.text == "program":
		p.fail(t.pos, "program blocks are not read: declare <PREFIX>_PROGRAM, <PREFIX>_PROTOCOL_VERSION and an enum of procedures")
	default:
		p.fail(t.pos, "expected a declaration (const, enum, struct, union or typedef), found %q", t)
	}
	if t.text == "typedef" {
		d := p.declaration(h.Doc)
		p.want(";", "after the typedef")
		return &Typedef{d.Head, d}
	}
	h.Name, h.Pos = p.name("the " + t.text + "'s name")
	switch t.text {
	case "const":
		return p.constant(h)
	case "enum":
		return p.enum(h)
	case "struct":
		return p.structure(h)
	default:
		return p.union(h)
	}
}

func (p *parser) constant(h Head) Decl {
	p.want("=", "after the constant's name")
	c := &Const{Head: h, Value: p.value("a number or the name of a constant")}
	p.want(";", "after the constant")
	c.Note = p.note()
	return c
}

func (p *parser) enum(h Head) Decl {
	e := &Enum{Head: h}
	p.want("{", "after the enum's name")
	for {
		m := &Member{Head: Head{Doc: p.doc()}}
		m.Name, m.Pos = p.name("an enum member")
		if p.accept("=") {
			v := p.value("a number or the name of a constant")
			m.Value = &v
		}
		e.Members = append(e.Members, m)
		more := p.accept(",")
		m.Note = p.note()
		if !more || p.is("}") {
			break
		}
	}
	p.want("}", "or a comma after an enum member")
	p.want(";", "after the enum")
	return e
}

func (p *parser) structure(h Head) Decl {
	s := &Struct{Head: h}
	p.want("{", "after the struct's name")
	for !p.is("}") {
		d := p.declaration(p.doc())
		p.want(";", "after the field")
		d.Note = p.note()
		s.Fields = append(s.Fields, d)
	}
	if len(s.Fields) == 0 {
		p.errs.Add(h.Pos, "struct %s has no fields", h.Name)
	}
	p.want("}", "at the end of the struct")
	p.want(";", "after the struct")
	return s
}

func (p *parser) union(h Head) Decl {
	u := &Union{Head: h}
	p.want("switch", "after the union's name")
	p.want("(", "after switch")
	u.Disc = p.declaration(nil)
	p.want(")", "after the discriminant")
	p.want("{", "after the discriminant")
	for !p.is("}") {
		p.arm(u)
	}
	if len(u.Arms) == 0 {
		p.errs.Add(h.Pos, "union %s has no case", h.Name)
	}
	p.want("}", "at the end of the union")
	p.want(";", "after the union")
	return u
}

func (p *parser) arm(u *Union) {
	doc := p.doc()
	a := &Arm{Pos: p.tok.pos}
	if p.accept("default") {
		p.want(":", "after default")
		if u.Default != nil {
			p.errs.Add(a.Pos, "union %s has two default arms", u.Name)
		}
		u.Default = a
	} else {
		p.want("case", "or default or the end of the union")
		a.Cases = append(a.Cases, p.value("the value of a case"))
		p.want(":", "after the case's value")
		for p.accept("case") {
			a.Cases = append(a.Cases, p.value("the value of a case"))
			p.want(":", "after the case's value")
		}
		u.Arms = append(u.Arms, a)
	}
	if above := p.doc(); above != nil {
		doc = above
	}
	if p.accept("void") {
		p.want(";", "after void")
		return
	}
	a.Decl = p.declaration(doc)
	p.want(";", "after the arm")
	a.Decl.Note = p.note()
}

// declaration reads "T x", "T *x", "T x[n]", "T x<n>" or "T x<>".
func (p *parser) declaration(doc Comment) *Declaration {
	d := &Declaration{Head: Head{Doc: doc}, Type: p.typeName()}
	if p.accept("*") {
		d.Shape = Optional
	}
	d.Name, d.Pos = p.name("a name")
	at := p.tok.pos
	switch {
	case p.accept("["):
		d.bounded(p, at, Fixed)
		v := p.value("the number of elements")
		d.Bound = &v
		p.want("]", "after the number of elements")
	case p.accept("<"):
		d.bounded(p, at, Variable)
		if !p.is(">") {
			v := p.value("the bound")
			d.Bound = &v
		}
		p.want(">", "after the bound")
	}
	switch {
	case !d.Type.Builtin:
	case d.Type.Name == "string" && d.Shape != Variable:
		p.errs.Add(d.Pos, "a string is written \"string %s<bound>\"", d.Name)
	case d.Type.Name == "opaque" && d.Shape != Variable && d.Shape != Fixed:
		p.errs.Add(d.Pos, "opaque data is written \"opaque %s<bound>\" or \"opaque %s[length]\"", d.Name, d.Name)
	}
	return d
}

func (d *Declaration) bounded(p *parser, at Pos, s Shape) {
	if d.Shape == Optional {
		p.errs.Add(at, "optional data cannot be an array; make a typedef of the array")
	}
	d.Shape = s
}

func (p *parser) typeName() TypeName {
	t := TypeName{Name: p.tok.text, Builtin: true, Pos: p.tok.pos}
	switch p.tok.text {
	case "int", "hyper", "char", "short", "bool", "float", "double", "string", "opaque":
		p.next()
	case "unsigned":
		p.next()
		t.Name = "uint"
		switch p.tok.text {
		case "int", "hyper", "char", "short":
			t.Name = "u" + p.next().text
		case "long":
			p.fail(p.tok.pos, "long has no fixed width; use int or hyper")
		}
	case "long":
		p.fail(p.tok.pos, "long has no fixed width; use int or hyper")
	case "quadruple":
		p.fail(p.tok.pos, "quadruple is not supported")
	case "void":
		p.fail(p.tok.pos, "void is only an arm of a union")
	case "struct", "union", "enum":
		t.Keyword = p.next().text
		t.Builtin = false
		if p.is("{") || t.Keyword == "union" && p.is("switch") {
			p.fail(p.tok.pos, "%s without a name: declare it on its own and use its name here", t.Keyword)
		}
		t.Name, t.Pos = p.name("the " + t.Keyword + "'s name")
		if p.is("{") {
			p.fail(p.tok.pos, "%s %s is declared inside another declaration: declare it on its own", t.Keyword, t.Name)
		}
	default:
		t.Builtin = false
		t.Name, t.Pos = p.name("a type")
	}
	return t
}
