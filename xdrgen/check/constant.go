package check

import (
	"math"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

// expr is what a constant was written as: a value, or for an enum member
// without one, one more than the member before it (nil: 0).
type expr struct {
	value *parse.Value
	after *Const
}

// constants gives every constant its number.
func (c *checker) constants() {
	for _, f := range c.pkg.Files {
		for _, k := range f.Consts {
			c.evaluate(k, 0)
		}
		for _, t := range f.Types {
			c.enumValues(t.Members)
		}
	}
	for _, e := range c.procEnums {
		c.enumValues(e.numbers)
	}
}

func (c *checker) enumValues(members []*Const) {
	for _, k := range members {
		c.evaluate(k, 0)
		if k.Value < math.MinInt32 || k.Value > math.MaxInt32 {
			c.errorf(k.Pos, "%s = %d does not fit into 32 bits", k.Name, k.Value)
		}
	}
}

func (c *checker) evaluate(k *Const, depth int) {
	switch c.state[k] {
	case done:
		return
	case walking:
		c.errorf(k.Pos, "%s is defined by itself", k.Name)
		return
	}
	x := c.exprs[k]
	c.state[k] = walking
	defer func() { c.state[k] = done }()
	switch {
	case depth > maxDepth:
		c.errorf(k.Pos, "%s is defined through more than %d other constants", k.Name, maxDepth)
	case x.value == nil && x.after == nil:
		k.Value = 0
	case x.value == nil:
		k.Value = x.after.Value + 1 // evaluated before: members come in order
	case x.value.Name == "":
		k.Value = x.value.Num
	default:
		if n, _, ok := c.lookup(x.value, depth+1); ok {
			k.Value = n
		}
	}
}

// lookup gives the number of a value and the constant it names, if it does.
func (c *checker) lookup(v *parse.Value, depth int) (int64, *Const, bool) {
	if v.Name == "" {
		return v.Num, nil, true
	}
	k := c.pkg.Const(v.Name)
	if k == nil {
		switch v.Name {
		case "TRUE":
			return 1, nil, true
		case "FALSE":
			return 0, nil, true
		}
		c.errorf(v.Pos, "constant %s is not declared", v.Name)
		return 0, nil, false
	}
	if k.Package == c.pkg {
		c.evaluate(k, depth)
	}
	return k.Value, k, true
}
