// Package check turns parsed files into a resolved tree: every name is bound,
// every bound is a number, every procedure has its argument, its result and
// its rules. What comes out can be generated from without further questions,
// and compared with other descriptions of the protocol.
package check

import "github.com/govirtd/govirtd/xdrgen/parse"

// Package is one checked name space.
type Package struct {
	Name    string
	Files   []*File
	Program *Program // nil when no procedures are declared
	Imports []*Package

	consts map[string]*Const
	types  map[string]*Type
}

// File is one source file; everything is in the order of declaration.
type File struct {
	Name       string
	Consts     []*Const
	Types      []*Type
	Procedures []*Procedure
}

// Const is a constant or, for lookups, a member of an enum.
type Const struct {
	Name    string
	Value   int64
	Pos     parse.Pos
	Doc     parse.Comment
	Note    string
	Package *Package
	Enum    *Type // the enum it is a member of, or nil
}

// Const finds a constant or enum member, also of an imported package; nil
// when there is none.
func (p *Package) Const(name string) *Const {
	if c := p.consts[name]; c != nil {
		return c
	}
	for _, q := range p.Imports {
		if c := q.consts[name]; c != nil {
			return c
		}
	}
	return nil
}

// Type finds a type by its name in the source, also of an imported package;
// nil when there is none.
func (p *Package) Type(name string) *Type {
	if t := p.types[name]; t != nil {
		return t
	}
	for _, q := range p.Imports {
		if t := q.types[name]; t != nil {
			return t
		}
	}
	return nil
}
