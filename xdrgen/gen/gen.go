// Package gen writes the Go code of a checked package: one file per source
// file and procedures.gen.go, which lists the program.
//
// What the code looks like is documented where it can be seen, in the
// generated packages; what it must keep is this. Encoders append to a slice
// and fail on a bound; decoders check every count against its bound and the
// bytes left before they allocate; values that can hold values of their own
// type count how deep they are; nothing reflects.
package gen

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/govirtd/govirtd/xdrgen/check"
)

// Options are the choices that the source does not make.
type Options struct {
	// Prefixes are taken off names, the longest first. "old=new" puts
	// something in its place.
	Prefixes []string
	// API is what the C functions of the program begin with; "vir" when empty.
	API string
	// Paths are the import paths of imported packages, by package name.
	Paths map[string]string
	// Runtime is where the packages xdr and proc live.
	Runtime string
}

// DefaultRuntime is the folder of the packages that generated code uses.
const DefaultRuntime = "github.com/govirtd/govirtd/protocol"

// File is one generated file.
type File struct {
	Name    string
	Content []byte
}

// Generate writes the code of a package. Errors about names are of type
// parse.Errors.
func Generate(pkg *check.Package, o Options) ([]File, error) {
	if o.API == "" {
		o.API = "vir"
	}
	if o.Runtime == "" {
		o.Runtime = DefaultRuntime
	}
	names, err := newNames(pkg, o)
	if err != nil {
		return nil, err
	}
	var out []File
	add := func(source, name string, body func(*writer)) error {
		if slices.ContainsFunc(out, func(f File) bool { return f.Name == name }) {
			return fmt.Errorf("two sources make %s", name)
		}
		w := &writer{names: names, pkg: pkg, options: o, imports: map[string]bool{}}
		body(w)
		text, err := w.file(source)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, File{name, text})
		return nil
	}
	for _, f := range pkg.Files {
		if err := add(f.Name, goFile(f.Name), func(w *writer) { w.source(f) }); err != nil {
			return nil, err
		}
	}
	if pkg.Program != nil {
		if err := add(pkg.Name, programFile, func(w *writer) { w.program(pkg.Program) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const programFile = "procedures.gen.go"

// source writes everything of one source file.
func (w *writer) source(f *check.File) {
	w.constants(f.Consts)
	w.numbers(f)
	for _, p := range f.Procedures {
		w.procedure(p)
	}
	for _, t := range f.Types {
		switch {
		case inlined(t):
		case t.Form == check.Enum:
			w.enum(t)
		default:
			w.declareType(t)
			w.appender(t)
			w.decoder(t)
			w.accessors(t)
		}
	}
}

// writer collects the text of one generated file.
type writer struct {
	bytes.Buffer
	names   *names
	pkg     *check.Package
	options Options
	imports map[string]bool // import paths in use
}

// f writes a line or more.
func (w *writer) f(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *writer) xdr(name string) string {
	w.imports[w.options.Runtime+"/xdr"] = true
	return "xdr." + name
}

func (w *writer) proc(name string) string {
	w.imports[w.options.Runtime+"/proc"] = true
	return "proc." + name
}

// std names something of a package of the standard library.
func (w *writer) std(pkg, name string) string {
	w.imports[pkg] = true
	return pkg + "." + name
}

// qualified names something of the package p.
func (w *writer) qualified(p *check.Package, name string) string {
	if p == w.pkg {
		return name
	}
	w.imports[w.options.Paths[p.Name]] = true
	return p.Name + "." + name
}

func (w *writer) typeName(t *check.Type) string { return w.qualified(t.Package, w.names.types[t]) }

// number writes a constant by its name where the name is one of a plain
// number; members of enums have a Go type of their own and are spelled out.
func (w *writer) number(n int64, k *check.Const) string {
	if k == nil || k.Enum != nil || w.names.consts[k] == "" {
		return fmt.Sprint(n)
	}
	return w.qualified(k.Package, w.names.consts[k])
}
