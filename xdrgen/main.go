package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/xdrgen/check"
	"github.com/govirtd/govirtd/xdrgen/gen"
	"github.com/govirtd/govirtd/xdrgen/parse"
)

func main() {
	err := run(os.Stderr, os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.As(err, new(usageError)):
		fmt.Fprintln(os.Stderr, "xdrgen:", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const usage = `Usage: xdrgen -package NAME [flags] FILE.x...

Reads the .x files of one package, which share one name space, and writes
FILE.gen.go for each, and procedures.gen.go if they declare procedures.
Nothing is written when anything is wrong; errors are file:line:column: text.

`

// usageError is a wrong command line, as opposed to a wrong source.
type usageError struct{ error }

func run(stderr io.Writer, args []string) error {
	var (
		fs      = flag.NewFlagSet("xdrgen", flag.ContinueOnError)
		name    = fs.String("package", "", "the `name` of the Go package")
		out     = fs.String("out", ".", "the `folder` to write into; it must exist")
		prefix  = fs.String("prefix", "", "`prefixes`, parted by commas, that Go names lose (old=new: that they change); the\nlongest that fits counts; letter case does not. It holds for imported names too")
		api     = fs.String("api", "vir", "what the C functions of the program begin with")
		runtime = fs.String("runtime", gen.DefaultRuntime, "import `path` of the folder with the packages xdr and proc")
		imports = map[string]importFlag{}
	)
	fs.Func("import", "`NAME=PATH:FILE,...`: what %import NAME in a source means: the import path and the .x files\nof that package that declare what is used; can be repeated", func(s string) error {
		i, err := parseImport(s)
		imports[i.name] = i
		return err
	})
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usage)
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	if *name == "" || fs.NArg() == 0 {
		return usageError{errors.New("a package name and .x files are needed; see xdrgen -h")}
	}
	o := gen.Options{API: *api, Runtime: *runtime, Paths: map[string]string{}}
	if *prefix != "" {
		o.Prefixes = strings.Split(*prefix, ",")
	}
	known := map[string]*check.Package{}
	for _, name := range slices.Sorted(maps.Keys(imports)) {
		i := imports[name]
		p, err := load(name, i.files, nil)
		if err != nil {
			return err
		}
		known[name] = p
		o.Paths[name] = i.path
	}
	pkg, err := load(*name, fs.Args(), known)
	if err != nil {
		return err
	}
	files, err := gen.Generate(pkg, o)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(*out, f.Name), f.Content, 0o666); err != nil {
			return err
		}
	}
	return nil
}

type importFlag struct {
	name, path string
	files      []string
}

func parseImport(s string) (i importFlag, err error) {
	name, rest, ok1 := strings.Cut(s, "=")
	path, files, ok2 := strings.Cut(rest, ":")
	if !ok1 || !ok2 || name == "" || path == "" || files == "" {
		return i, errors.New("not of the form NAME=PATH:FILES")
	}
	return importFlag{name, path, strings.Split(files, ",")}, nil
}

// load reads and checks the files of one package.
func load(name string, paths []string, imports map[string]*check.Package) (*check.Package, error) {
	var (
		files []*parse.File
		bad   parse.Errors
	)
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := parse.Parse(path, src)
		var list parse.Errors
		if errors.As(err, &list) {
			bad = append(bad, list...)
		}
		files = append(files, f)
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return check.Check(name, files, imports)
}
