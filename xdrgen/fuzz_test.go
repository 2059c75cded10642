package main

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/govirtd/govirtd/xdrgen/check"
	"github.com/govirtd/govirtd/xdrgen/gen"
	"github.com/govirtd/govirtd/xdrgen/parse"
)

// FuzzGenerate takes anything all the way. Whatever is accepted makes code
// that formats; whatever is refused is refused with a place in the source.
func FuzzGenerate(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range archives {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range a.Files {
			if filepath.Ext(x.Name) == ".x" {
				f.Add(x.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		err := generate(src)
		if err != nil && !errors.As(err, new(parse.Errors)) {
			t.Errorf("%v", err)
		}
	})
}

func generate(src []byte) error {
	file, err := parse.Parse("fuzz.x", src)
	if err != nil {
		return err
	}
	pkg, err := check.Check("fuzz", []*parse.File{file}, nil)
	if err != nil {
		return err
	}
	_, err = gen.Generate(pkg, gen.Options{Prefixes: []string{"demo_", "remote_"}})
	return err
}
