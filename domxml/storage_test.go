package domxml

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The document of a pool or volume as the reference's test driver gives it
// back: the driver fills in sizes and places.

func poolAnswer(doc []byte, stored bool) (string, error) {
	p, err := ParseStoragePool(doc)
	if err != nil {
		return "", err
	}
	if err := p.Complete(); err != nil {
		return "", err
	}
	if err := p.Validate(); err != nil {
		return "", err
	}
	p.Generate(func([]byte) {})
	if stored {
		p.Capacity, p.Available = Bytes(100<<30), Bytes(100<<30)
	}
	b, err := FormatStoragePool(p, 0)
	return string(b), err
}

func volumeAnswer(doc []byte, pool StoragePoolType, stored bool) (string, error) {
	v, err := ParseStorageVolume(doc, pool)
	if err != nil {
		return "", err
	}
	if stored {
		v.Target.Path = "/default-pool/" + v.Name
		v.Key, v.Target.NoCOW = v.Target.Path, false
	}
	b, err := FormatStorageVolume(v, 0)
	return string(b), err
}

// compareAnswer says in which way an answer is another one; empty is equal.
func compareAnswer(a *corpus.Answer, doc []byte, got string, err error) string {
	if err != nil {
		var e *vir.Error
		if !errors.As(err, &e) {
			return fmt.Sprintf("error %T %v", err, err)
		}
		mine := fmt.Sprintf("error %d/%d %s", e.Code, e.Domain, e.Message)
		if theirs := fmt.Sprintf("error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message); a.OK || mine != theirs {
			return "got " + mine + "\nwant " + theirs + a.XML
		}
		return ""
	}
	if !a.OK {
		return fmt.Sprintf("missing error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message)
	}
	return corpus.Diff(a.Want(doc), got)
}

// TestStorageObserved asks for the answers that libvirtd 11.3.0 gave to small
// documents about one thing each, the wrong ones foremost.
func TestStorageObserved(t *testing.T) {
	for _, a := range corpus.AnswersFile(t, filepath.Join("..", "testdata", "observed", "storage.jsonl")) {
		var got string
		var err error
		if a.Kind == "storagepool" {
			got, err = poolAnswer([]byte(a.Input), true)
		} else {
			got, err = volumeAnswer([]byte(a.Input), StoragePoolDir, true)
		}
		if d := compareAnswer(&a, []byte(a.Input), got, err); d != "" {
			t.Errorf("%s\n%s\n%s", a.Label, a.Input, d)
		}
	}
}

// TestStorageProbes does the same with the probes about pools and volumes.
func TestStorageProbes(t *testing.T) {
	n := 0
	for _, a := range corpus.AnswersFile(t, corpus.Facts(t, "probes-1130.jsonl")) {
		var got string
		var err error
		switch {
		case a.Label == "too big": // the driver's own error
			continue
		case a.Kind == "storagepool":
			got, err = poolAnswer(corpus.Raw(a.Input), a.URI == "test")
		case a.Kind == "storagevol":
			got, err = volumeAnswer(corpus.Raw(a.Input), StoragePoolDir, true)
		default:
			continue
		}
		n++
		if d := compareAnswer(&a, corpus.Raw(a.Input), got, err); d != "" {
			t.Errorf("%s\n%s\n%s", a.Label, a.Input, d)
		}
	}
	if n < 16 {
		t.Errorf("only %d probes", n)
	}
}

// TestStorageGoldens reads and writes the corpus, whose texts must come out as
// the reference's and then stay as they are.
func TestStorageGoldens(t *testing.T) {
	dir := corpus.Dir(t)
	for _, kind := range []string{"storagepool", "storagevol"} {
		for _, e := range corpus.Index(t, kind) {
			through := func(doc []byte) (string, error) { return poolAnswer(doc, false) }
			if kind == "storagevol" {
				pool := StoragePoolDir
				if e.Pool != "" {
					doc, err := os.ReadFile(filepath.Join(dir, kind, e.Pool))
					if err != nil {
						t.Fatal(err)
					}
					p, err := ParseStoragePool(doc)
					if err != nil {
						t.Fatal(err)
					}
					pool = p.Type
				}
				through = func(doc []byte) (string, error) { return volumeAnswer(doc, pool, false) }
			}
			got, err := through(e.Input(t))
			if err != nil {
				if e.Expect == "ok" {
					t.Errorf("%s: %v", e.Name, err)
				}
				continue
			}
			if e.Expect == "error" {
				t.Errorf("%s: no error", e.Name)
			}
			if e.Expect == "ok" {
				if want := string(e.Golden(t)); got != want {
					t.Errorf("%s:\n%s\nwant\n%s", e.Name, got, want)
				}
			}
			again, err := through([]byte(got))
			if err != nil || again != got {
				t.Errorf("%s: second pass %v\n%s\nafter\n%s", e.Name, err, again, got)
			}
		}
	}
}

// TestStoragePoolCapabilities makes the document of a libvirtd 11.3.0 whose
// host has directories, file systems and network file systems.
func TestStoragePoolCapabilities(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("..", "testdata", "observed", "storagepoolcaps.xml"))
	if err != nil {
		t.Fatal(err)
	}
	c := NewStoragePoolCapabilities(func(p StoragePoolType) bool {
		return p == StoragePoolDir || p == StoragePoolFS || p == StoragePoolNetFS
	})
	got, err := FormatStoragePoolCapabilities(c)
	if err != nil {
		t.Fatal(err)
	}
	if d := corpus.Diff(strings.Split(string(want), "\n"), string(got)); d != "" {
		t.Error(d)
	}
	again, err := ParseStoragePoolCapabilities(got)
	if err != nil || !reflect.DeepEqual(again, c) {
		t.Errorf("read again: %v", err)
	}
}

// TestStoragePoolSources reads and writes what a search finds.
func TestStoragePoolSources(t *testing.T) {
	const doc = "<sources>\n  <source>\n    <host name='h'/>\n    <dir path='/x'/>\n    <format type='nfs'/>\n  </source>\n  <source>\n  </source>\n</sources>\n"
	s, err := ParseStoragePoolSources([]byte(doc), StoragePoolNetFS)
	if err != nil {
		t.Fatal(err)
	}
	got, err := FormatStoragePoolSources(s)
	if err != nil || string(got) != doc {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestCleanPath is about slashes.
func TestCleanPath(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "/": "/", "//": "//", "///": "/", "//a//": "//a", "///a//b/": "/a/b", "a/": "a", "./a/../b": "./a/../b",
	} {
		if got := CleanPath(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
