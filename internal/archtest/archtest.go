// Package archtest keeps two properties of the source tree that the compiler does not: imports point downwards only, and
// files stay small enough to be read. Both are checked by the package's test, on the source text alone.
//
// The rules are the table in rules.go; docs/architecture.md draws the same picture.
package archtest

import (
	"bufio"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Module is the path of this module.
const Module = "github.com/govirtd/govirtd"

// File is one Go file of the module.
type File struct {
	Path      string // relative to the root of the module, with slashes
	Package   string // its folder
	Test      bool
	Generated bool   // carries the mark of generated code
	First     string // its first line
	Lines     int
	Imports   []string // packages of this module, relative to its root, and others in full
}

// Load reads the Go files below root, without nested modules and folders that the go tool leaves out.
func Load(root string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			name := entry.Name()
			if path == root {
				return nil
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := read(root, path)
		if err == nil {
			files = append(files, file)
		}
		return err
	})
	return files, err
}

func read(root, path string) (File, error) {
	relative, err := filepath.Rel(root, path)
	if err != nil {
		return File{}, err
	}
	f := File{Path: filepath.ToSlash(relative), Test: strings.HasSuffix(path, "_test.go")}
	f.Package = strings.TrimSuffix(f.Path, "/"+filepath.Base(path))
	text, err := os.ReadFile(path)
	if err != nil {
		return File{}, err
	}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if f.Lines++; f.Lines == 1 {
			f.First = lines.Text()
		}
	}
	syntax, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return File{}, err
	}
	for _, group := range syntax.Comments {
		for _, c := range group.List {
			f.Generated = f.Generated || strings.HasPrefix(c.Text, "// Code generated ") && strings.HasSuffix(c.Text, " DO NOT EDIT.")
		}
	}
	for _, i := range syntax.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return File{}, err
		}
		f.Imports = append(f.Imports, strings.TrimPrefix(name, Module+"/"))
	}
	slices.Sort(f.Imports)
	return f, nil
}

// own reports whether an import is a package of this module.
func own(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return slices.Contains(folders, first)
}

// folders are the top folders of the module that hold packages.
var folders = []string{
	"cmd", "conformance", "domxml", "drivers", "engine", "internal", "protocol", "remote", "virttest", "xdrgen",
}
