package gen

import (
	"go/token"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/xdrgen/check"
	"github.com/govirtd/govirtd/xdrgen/parse"
)

// names holds the Go name of everything in a package and its imports.
type names struct {
	o      Options
	types  map[*check.Type]string
	consts map[*check.Const]string // none for the constants that declare a program
	procs  map[*check.Procedure]string
	apis   map[*check.Procedure]string
	taken  map[string]parse.Pos // of the package at hand
	errs   parse.Errors
}

// newNames finds all names and checks that the package's own differ.
func newNames(pkg *check.Package, o Options) (*names, error) {
	n := &names{
		o:      o,
		types:  map[*check.Type]string{},
		consts: map[*check.Const]string{},
		procs:  map[*check.Procedure]string{},
		apis:   map[*check.Procedure]string{},
	}
	for _, p := range pkg.Imports {
		n.taken = map[string]parse.Pos{}
		n.pkg(p)
	}
	n.errs = nil // names of imports were checked when they were generated
	n.taken = map[string]parse.Pos{}
	n.pkg(pkg)
	return n, n.errs.Err()
}

func (n *names) pkg(pkg *check.Package) {
	program := pkg.Program
	if program != nil {
		n.claim("Program", program.Pos)
		n.claim("Procedures", program.Pos)
		n.procedures(program)
	}
	for _, f := range pkg.Files {
		for _, k := range f.Consts {
			if program == nil || k.Name != program.Prefix+"_PROGRAM" && k.Name != program.Prefix+"_PROTOCOL_VERSION" {
				n.consts[k] = n.exported(strip(k.Name, n.o.Prefixes), k.Pos)
			}
		}
		for _, t := range f.Types {
			n.typ(t)
		}
	}
}

// typ names a type, the members of an enum and looks at the fields. The type
// of a procedure may have its name already.
func (n *names) typ(t *check.Type) {
	if inlined(t) {
		return
	}
	if n.types[t] == "" {
		n.types[t] = n.exported(strip(t.Name, n.o.Prefixes), t.Pos)
	}
	for _, k := range t.Members {
		n.consts[k] = n.exported(strip(k.Name, n.o.Prefixes), k.Pos)
	}
	list := t.Fields
	if t.Form == check.UnionForm {
		list = t.Union.Fields()
	}
	methods := n.methods(t)
	seen := map[string]*check.Field{}
	for _, f := range list {
		name := fieldName(f)
		switch first := seen[name]; {
		case !token.IsIdentifier(name):
			n.errs.Add(f.Pos, "field %s makes no Go name", f.Name)
		case slices.Contains(methods, name):
			n.errs.Add(f.Pos, "field %s becomes %s, which is a method", f.Name, name)
		case first != nil:
			n.errs.Add(f.Pos, "fields %s and %s both become %s", first.Name, f.Name, name)
		}
		seen[name] = f
	}
}

// methods lists the exported methods that a type gets.
func (n *names) methods(t *check.Type) []string {
	list := []string{"AppendXDR", "DecodeXDR"}
	if object := objectField(t); object != nil {
		list = append(list, camel(strip(target(object).Ref.Name, n.o.Prefixes))+"Ref")
	}
	if flagsField(t) != nil {
		list = append(list, "FlagBits")
	}
	return list
}

func fieldName(f *check.Field) string { return camel(f.Name) }

// exported makes a Go name and claims it in the package.
func (n *names) exported(s string, pos parse.Pos) string {
	name := camel(s)
	if !token.IsIdentifier(name) {
		n.errs.Add(pos, "%s makes no Go name", s)
		return name
	}
	n.claim(name, pos)
	return name
}

func (n *names) claim(name string, pos parse.Pos) {
	if at, ok := n.taken[name]; ok {
		n.errs.Add(pos, "Go name %s is taken by the declaration at %v", name, at)
		return
	}
	n.taken[name] = pos
}

// procedures names procedures as their C functions are named, without what
// those begin with. An @api annotation decides, unless several procedures
// serve that function: then each keeps the name that its own makes.
func (n *names) procedures(program *check.Program) {
	serve := map[string]int{} // procedures per C function
	for _, p := range program.Procedures {
		switch {
		case p.API == "none" || p.API == "" && p.Event:
			continue
		case p.API != "":
			n.apis[p] = p.API
		default:
			n.apis[p] = n.o.API + camel(p.Name)
		}
		serve[strings.ToLower(n.apis[p])]++
	}
	for _, p := range program.Procedures {
		name := camel(p.Name)
		if api := n.apis[p]; api != "" {
			as := strings.TrimPrefix(strings.TrimPrefix(api, n.o.API), "vir")
			if serve[strings.ToLower(api)] == 1 || strings.EqualFold(as, name) {
				name = as
			}
		}
		if !token.IsIdentifier(name) {
			n.errs.Add(p.Pos, "%s makes no Go name", p.Name)
			continue
		}
		n.procs[p] = name
		n.claim(name, p.Pos)
		n.claim("Proc"+name, p.Pos)
		args := "Args"
		if p.Event {
			args = "Msg"
		}
		n.message(p.Args, p.ArgsByRule, name+args)
		n.message(p.Ret, p.RetByRule, name+"Ret")
	}
}

// message names a procedure's type after the procedure.
func (n *names) message(t *check.Type, byRule bool, name string) {
	if t != nil && byRule && n.types[t] == "" {
		n.types[t] = name
		n.claim(name, t.Pos)
	}
}
