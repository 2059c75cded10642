package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected parts of testdata/*.txtar")

// TestGolden runs xdrgen on each archive of testdata, in a folder that holds
// the archive's .x files. The first line of the archive's comment is the
// command line; the other files are what must come out: generated files, or
// "errors" with the error text.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		path, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { golden(t, path) })
	}
}

func golden(t *testing.T, path string) {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	var want []txtar.File
	input := map[string]bool{}
	for _, f := range a.Files {
		if !strings.HasSuffix(f.Name, ".x") {
			want = append(want, f)
			continue
		}
		input[f.Name] = true
		if err := os.WriteFile(f.Name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	command, _, _ := strings.Cut(string(a.Comment), "\n")
	args := strings.Fields(command)
	if len(args) == 0 || args[0] != "xdrgen" {
		t.Fatalf("the first line is %q, not a command line", command)
	}
	var got []txtar.File
	if err := run(new(bytes.Buffer), args[1:]); err != nil {
		got = append(got, txtar.File{Name: "errors", Data: []byte(err.Error() + "\n")})
	}
	got = append(got, generated(t, dir, input)...)
	if *update {
		a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return !input[f.Name] })
		a.Files = append(a.Files, got...)
		if err := os.WriteFile(path, txtar.Format(a), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	compare(t, got, want)
}

// generated reads what a run has written.
func generated(t *testing.T, dir string, input map[string]bool) (list []txtar.File) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if input[e.Name()] {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, txtar.File{Name: e.Name(), Data: data})
	}
	return list
}

func compare(t *testing.T, got, want []txtar.File) {
	if len(want) == 0 {
		t.Error("the archive expects nothing")
	}
	content := map[string]string{}
	for _, f := range want {
		content[f.Name] = string(f.Data)
	}
	for _, f := range got {
		w, ok := content[f.Name]
		switch {
		case !ok:
			t.Errorf("unexpected %s:\n%s", f.Name, f.Data)
		case w != string(f.Data):
			t.Errorf("%s differs; got:\n%s\nwant:\n%s", f.Name, f.Data, w)
		}
		delete(content, f.Name)
	}
	for name := range content {
		t.Errorf("%s did not come out", name)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"-package", "p"},
		{"-nonsense"},
		{"-package", "p", "-import", "q", "a.x"},
		{"-package", "p", "-import", "q=path", "a.x"},
		{"-package", "p", "-import", "q=:a.x", "a.x"},
	} {
		if err := run(new(bytes.Buffer), args); !errors.As(err, new(usageError)) {
			t.Errorf("%q: %v, want a usage error", args, err)
		}
	}
	var help bytes.Buffer
	if err := run(&help, []string{"-h"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
	for _, word := range []string{"-package", "-prefix", "-import", "-out", "-api", "FILE.x"} {
		if !strings.Contains(help.String(), word) {
			t.Errorf("help does not mention %s", word)
		}
	}
}

func TestMissingFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := run(new(bytes.Buffer), []string{"-package", "p", "absent.x"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent source: %v", err)
	}
	if err := os.WriteFile("a.x", []byte("const A = 1;\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := run(new(bytes.Buffer), []string{"-package", "p", "-out", "absent", "a.x"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent folder: %v", err)
	}
	if err := run(new(bytes.Buffer), []string{"-package", "p", "-import", "q=e.org/q:absent.x", "a.x"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent import: %v", err)
	}
}

// TestSameOutput gives two sources that would be written to one file.
func TestSameOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("other", 0o777); err != nil {
		t.Fatal(err)
	}
	for path, src := range map[string]string{"a.x": "const A = 1;", "other/a.x": "const B = 1;"} {
		if err := os.WriteFile(path, []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	err := run(new(bytes.Buffer), []string{"-package", "p", "a.x", "other/a.x"})
	if err == nil || !strings.Contains(err.Error(), "a.gen.go") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat("a.gen.go"); err == nil {
		t.Error("a file was written in spite of the error")
	}
}
