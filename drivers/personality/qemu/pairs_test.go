package qemupersonality

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
)

// TestPairs has five typical documents, before and after.
func TestPairs(t *testing.T) {
	p := reference(t)
	before, err := filepath.Glob(corpus.Facts(t, "qemu-define-pairs-1130/*.before.xml"))
	if err != nil || len(before) != 5 {
		t.Fatal(len(before), err)
	}
	for _, file := range before {
		t.Run(filepath.Base(file), func(t *testing.T) {
			doc, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(file[:len(file)-len("before.xml")] + "after.xml")
			if err != nil {
				t.Fatal(err)
			}
			got, err := define(p, doc, 0, domxml.FormatInactive)
			if err != nil {
				t.Fatal(err)
			}
			a := corpus.Answer{OK: true, XML: string(want)}
			if d := corpus.Diff(a.Want(doc), got); d != "" {
				t.Error(d)
			}
		})
	}
}
