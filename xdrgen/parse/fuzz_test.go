package parse

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzParse reads anything. What comes back is whole or comes with errors
// that point into the file.
func FuzzParse(f *testing.F) {
	archives, err := filepath.Glob("../testdata/*.txtar")
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
		lines := 1
		for _, c := range src {
			if c == '\n' {
				lines++
			}
		}
		file, err := Parse("fuzz.x", src)
		if file == nil {
			t.Fatal("no file")
		}
		for _, d := range file.Decls {
			if h := HeadOf(d); err == nil && (h.Name == "" || h.Pos.Line < 1 || h.Pos.Line > lines) {
				t.Errorf("declaration %q at %v", h.Name, h.Pos)
			}
		}
		var list Errors
		if err != nil && (!errors.As(err, &list) || len(list) == 0 || len(list) > MaxErrors) {
			t.Fatalf("%T: %v", err, err)
		}
		for _, e := range list {
			if e.Pos.Line < 1 || e.Pos.Line > lines || e.Pos.Col < 1 || e.Msg == "" {
				t.Errorf("%v in a file of %d lines", e, lines)
			}
		}
	})
}
