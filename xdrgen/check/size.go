package check

// maxSize bounds the memory of one value without what it points to. Fixed
// arrays of fixed arrays would else grow without limit, and so would what a
// decoder allocates for optional data before it sees that nothing follows.
const maxSize = 64 << 10

// typedefCycle refuses typedefs that come back to themselves with nothing but
// typedefs and stars on the way: such a type has no content.
func (c *checker) typedefCycle(t *Type) {
	x := t
	for range maxDepth {
		if x.Form != Typedef || x.Alias.Ref == nil || !x.Alias.single() && x.Alias.Kind != Optional {
			return
		}
		if x = x.Alias.Ref; x == t {
			break
		}
	}
	c.state[t] = done // nothing more to say of it
	if x == t {
		c.errorf(t.Pos, "typedef %s stands for itself", t.Name)
	} else {
		c.errorf(t.Pos, "typedef %s leads through too many others", t.Name)
	}
}

// size computes MinSize and Size, and finds types that contain themselves.
func (c *checker) size(t *Type, depth int) {
	if t.Package != c.pkg || c.state[t] == done {
		return
	}
	if c.state[t] == walking {
		c.errorf(t.Pos, "%s %s contains itself; use optional data or an array", t.Form, t.Name)
		return
	}
	if depth > maxDepth {
		c.errorf(t.Pos, "%s %s contains values nested more than %d deep", t.Form, t.Name, maxDepth)
		return
	}
	c.state[t] = walking
	defer func() { c.state[t] = done }()
	switch t.Form {
	case Enum:
		t.MinSize, t.Size = 4, 4
	case Typedef:
		t.MinSize, t.Size = c.fieldSize(t.Alias, depth)
	case Struct:
		for _, f := range t.Fields {
			lo, mem := c.fieldSize(f, depth)
			t.MinSize += lo
			t.Size += mem
		}
	case UnionForm:
		c.unionSize(t, depth)
	}
	if t.Size > maxSize {
		c.errorf(t.Pos, "one %s takes more than %d bytes of memory", t.Name, maxSize)
		t.Size = maxSize // so that sums stay small
	}
	if t.MinSize > maxSize {
		t.MinSize = maxSize
	}
}

func (c *checker) unionSize(t *Type, depth int) {
	c.cases(t)
	lo, mem := c.fieldSize(t.Union.Disc, depth)
	least := ^uint64(0)
	for _, a := range t.Union.AllArms() {
		if a.Field == nil {
			least = 0
			continue
		}
		l, m := c.fieldSize(a.Field, depth)
		least = min(least, l)
		mem += m
	}
	t.MinSize, t.Size = lo+least, mem
}

// fieldSize gives the fewest bytes of a field on the wire and its memory. It
// does not look at what is kept behind a pointer, so lists may be linked.
func (c *checker) fieldSize(f *Field, depth int) (wire, mem uint64) {
	switch f.Kind {
	case String:
		wire, mem = 4, 16
	case Opaque, Array:
		wire, mem = 4, 24
	case Optional:
		wire, mem = 4, 8
	default:
		if f.Ref != nil {
			c.size(f.Ref, depth+1)
		}
		wire, mem = f.elemSize()
	}
	if f.Kind == Fixed {
		// Beyond maxSize the exact numbers do not matter, overflow would.
		n := uint64(f.Bound)
		wire, mem = min(wire*n, 8*maxSize), min(mem*n, 2*maxSize)
		if f.Type == "opaque" {
			wire = (wire + 3) &^ 3
		}
	}
	f.Size = mem
	return wire, mem
}

// elemSize is the size of one value of the field's type.
func (f *Field) elemSize() (wire, mem uint64) {
	if f.Ref != nil {
		return f.Ref.MinSize, f.Ref.Size
	}
	switch f.Type {
	case "opaque", "string":
		return 1, 1
	case "hyper", "uhyper", "double":
		return 8, 8
	case "char", "uchar", "bool":
		return 4, 1
	case "short", "ushort":
		return 4, 2
	}
	return 4, 4
}
