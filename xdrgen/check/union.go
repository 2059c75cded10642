package check

import (
	"math"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

// union resolves the discriminant and the arms. Whether the cases are values
// of the discriminant is seen later, when typedefs are known; see cases.
func (c *checker) union(t *Type, d *parse.Union) *Union {
	decls := []*parse.Declaration{d.Disc}
	arms := d.Arms
	if d.Default != nil {
		arms = append(arms[:len(arms):len(arms)], d.Default)
	}
	for _, a := range arms {
		if a.Decl != nil {
			decls = append(decls, a.Decl)
		}
	}
	fields := c.fields(decls)
	u := &Union{Disc: fields[0]}
	fields = fields[1:]
	seen := map[int64]parse.Pos{}
	for _, pa := range arms {
		a := &Arm{}
		if pa.Decl != nil {
			a.Field, fields = fields[0], fields[1:]
		}
		for _, v := range pa.Cases {
			n, k, ok := c.lookup(&v, 0)
			if !ok {
				continue
			}
			if at, twice := seen[n]; twice {
				c.errorf(v.Pos, "case %s of %s is there twice, first at %v", v.Text, t.Name, at)
			}
			seen[n] = v.Pos
			a.Cases = append(a.Cases, Case{Value: n, Const: k, Pos: v.Pos})
		}
		if pa == d.Default {
			u.Default = a
		} else {
			u.Arms = append(u.Arms, a)
		}
	}
	return u
}

// cases checks a union's discriminant and that its cases are values of it.
func (c *checker) cases(t *Type) {
	valid := c.discriminant(t.Union.Disc)
	if valid == nil {
		return
	}
	for _, a := range t.Union.Arms {
		for _, k := range a.Cases {
			if !valid(k.Value) {
				c.errorf(k.Pos, "%d is no value of the discriminant %s", k.Value, t.Union.Disc.Name)
			}
		}
	}
}

// discriminant gives the test for values of a discriminant's type, nil when
// the type cannot be one.
func (c *checker) discriminant(f *Field) func(int64) bool {
	x := f.Target()
	if x.Kind == Scalar && x.Ref != nil && x.Ref.Form == Enum {
		return x.Ref.Has
	}
	if x.Kind == Scalar {
		switch x.Type {
		case "int":
			return func(n int64) bool { return n == int64(int32(n)) }
		case "uint":
			return func(n int64) bool { return 0 <= n && n <= math.MaxUint32 }
		case "bool":
			return func(n int64) bool { return n == 0 || n == 1 }
		}
	}
	c.errorf(f.Pos, "a discriminant is an int, unsigned int, bool or enum")
	return nil
}
