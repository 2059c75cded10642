package check

import (
	"cmp"
	"maps"
	"slices"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

// maxDepth bounds how far one definition may lean on others: constants on
// constants, values in values. Nothing sensible comes near it, and it keeps
// every walk of this package off the end of the stack.
const maxDepth = 100

// Check resolves the files of one package. imports holds the packages that
// its %import lines may name. The error is of type parse.Errors.
func Check(name string, files []*parse.File, imports map[string]*Package) (*Package, error) {
	c := &checker{
		pkg:   &Package{Name: name, consts: map[string]*Const{}, types: map[string]*Type{}},
		names: map[string]parse.Pos{},
		exprs: map[*Const]expr{},
		decls: map[*Type]parse.Decl{},
		state: map[any]progress{},
	}
	c.imports(files, imports)
	for _, f := range files {
		c.declare(f)
	}
	c.constants()
	for _, t := range c.types() {
		c.resolve(t)
	}
	if err := c.errs.Err(); err != nil { // what follows needs a whole tree
		return nil, err
	}
	for _, t := range c.types() {
		c.typedefCycle(t)
	}
	for _, t := range c.types() {
		c.size(t, 0)
	}
	if err := c.errs.Err(); err != nil {
		return nil, err
	}
	for _, t := range c.types() {
		for _, f := range t.references() {
			f.MinSize, _ = f.elemSize()
		}
	}
	c.cycles()
	c.program()
	if err := c.errs.Err(); err != nil {
		return nil, err
	}
	return c.pkg, nil
}

type checker struct {
	pkg       *Package
	errs      parse.Errors
	names     map[string]parse.Pos // everything declared: one name space, as in C
	exprs     map[*Const]expr
	decls     map[*Type]parse.Decl
	procEnums []*procEnum
	state     map[any]progress
}

// progress of a depth-first walk.
type progress uint8

const (
	untouched progress = iota
	walking
	done
)

// procEnum is an enum of procedures. It is no type but a part of the program.
type procEnum struct {
	file    *File
	decl    *parse.Enum
	numbers []*Const
}

func (c *checker) errorf(pos parse.Pos, format string, args ...any) {
	c.errs.Add(pos, format, args...)
}

// types lists the package's own types in source order.
func (c *checker) types() (list []*Type) {
	for _, f := range c.pkg.Files {
		list = append(list, f.Types...)
	}
	return list
}

func (c *checker) imports(files []*parse.File, known map[string]*Package) {
	used := map[string]*Package{}
	for _, f := range files {
		for _, i := range f.Imports {
			if known[i.Package] == nil {
				c.errorf(i.Pos, "package %s is not known; give it with -import", i.Package)
				continue
			}
			used[i.Package] = known[i.Package]
		}
	}
	byName := func(a, b *Package) int { return cmp.Compare(a.Name, b.Name) }
	c.pkg.Imports = slices.SortedFunc(maps.Values(used), byName)
}
