package domxml

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

var showGolden = flag.String("golden", "", "print the differences of documents whose name contains this; all for every one")

// kinds of domain documents in the corpus.
var domainKinds = []string{"domain-generic", "domain-qemu", "domain-active", "domain-other"}

// golden is a document that must come out of reading and writing as it is.
type golden struct {
	name string
	in   []byte
	want string
}

// goldens are the documents whose expected text depends on reading alone: the
// input is its own golden text, so that no driver added anything to it; or the
// text is a golden one already, which has everything that drivers add.
func goldens(t *testing.T) map[string][]golden {
	out := map[string][]golden{}
	for _, kind := range domainKinds {
		for _, e := range corpus.Index(t, kind) {
			if kind == "domain-qemu" && !e.HasOut || e.Expect != "ok" && !e.HasOut || kind == "domain-active" {
				continue
			}
			rule := "golden text as input"
			if e.Out == "" {
				rule = "input is its golden text"
			}
			text := e.Golden(t)
			out[rule] = append(out[rule], golden{kind + "/" + e.Name, text, string(text)})
		}
	}
	return out
}

// TestGoldens reads and writes them.
func TestGoldens(t *testing.T) {
	for rule, atLeast := range map[string]int{"input is its golden text": 70, "golden text as input": 647} {
		list := goldens(t)[rule]
		equal := 0
		for _, g := range list {
			got, err := rewrite(g.in, FormatSecure)
			d := ""
			if err != nil {
				d = err.Error()
			} else {
				d = corpus.Diff(strings.Split(g.want, "\n"), got)
			}
			if d == "" {
				equal++
			} else if *showGolden == "all" || *showGolden != "" && strings.Contains(g.name, *showGolden) {
				t.Logf("%s\n%s", g.name, d)
			}
		}
		t.Logf("%s: %d of %d equal", rule, equal, len(list))
		if equal != len(list) || len(list) < atLeast {
			t.Errorf("%s: %d of %d equal, all of at least %d expected", rule, equal, len(list), atLeast)
		}
	}
}

// rewrite reads a document and writes it again.
func rewrite(doc []byte, flags FormatFlags, options ...Option) (string, error) {
	d, err := ParseDomain(doc, options...)
	if err != nil {
		return "", err
	}
	b, err := FormatDomain(d, flags)
	return string(b), err
}

// TestActive reads both forms of what a running domain says of itself, as they
// have everything that the driver added, and writes them.
func TestActive(t *testing.T) {
	dir := filepath.Join(corpus.Dir(t), "domain-active")
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name, In string
		Active   string `json:"out_active"`
		Inactive string `json:"out_inactive"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		for file, flags := range map[string]FormatFlags{e.Active: FormatSecure, e.Inactive: FormatSecure | FormatInactive} {
			want, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			got, err := rewrite(want, flags, Live())
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			if d := corpus.Diff(strings.Split(string(want), "\n"), got); d != "" {
				t.Errorf("%s\n%s", file, d)
			}
		}
	}
}

// TestFixedPoint wants what was written to be written the same again.
func TestFixedPoint(t *testing.T) {
	n := 0
	for _, kind := range domainKinds {
		for _, e := range corpus.Index(t, kind) {
			for _, options := range [][]Option{nil, {Live()}} {
				first, err := rewrite(e.Input(t), FormatSecure, options...)
				if err != nil {
					continue // refused; TestRefused looks at those
				}
				n++
				second, err := rewrite([]byte(first), FormatSecure, options...)
				if err != nil {
					t.Errorf("%s/%s: %v", kind, e.Name, err)
				} else if second != first {
					t.Errorf("%s/%s\n%s", kind, e.Name, corpus.Diff(strings.Split(first, "\n"), second))
				}
			}
		}
	}
	t.Logf("%d documents", n)
	if n < 1900 {
		t.Errorf("%d documents, fewer than before", n)
	}
}

// TestRefused looks at documents that fail while they are read, those that any
// driver refuses: the reference's test driver has been seen to.
func TestRefused(t *testing.T) {
	texts, codes, n := 0, 0, 0
	for _, kind := range domainKinds[:2] {
		refused := map[string]corpus.Answer{}
		for _, a := range corpus.Answers(t, "ref1130-test", kind) {
			if !a.OK && !a.Crash {
				refused[a.In] = a
			}
		}
		for _, e := range corpus.Index(t, kind) {
			a, ok := refused[e.In]
			if !ok || e.Expect != "error" || e.Stage == "argv" {
				continue
			}
			n++
			err := readAll(e.Input(t))
			var v *vir.Error
			if !errors.As(err, &v) {
				t.Logf("%s/%s: %v instead of %s", kind, e.Name, err, a.Error.Message)
				continue
			}
			if int32(v.Code) == a.Error.Code && int32(v.Domain) == a.Error.Domain {
				codes++
			}
			if v.Message == a.Error.Message && (e.ErrorText == "" || v.Message == e.ErrorText) {
				texts++
			} else {
				t.Logf("%s/%s:\n%s\n%s", kind, e.Name, v.Message, e.ErrorText)
			}
		}
	}
	t.Logf("%d documents, %d with the text, %d with the code", n, texts, codes)
	if codes < n || 100*texts < 95*n || n < 65 {
		t.Errorf("fewer than before")
	}
}

// readAll is everything that does not depend on a driver.
func readAll(doc []byte) error {
	d, err := ParseDomain(doc)
	if err == nil {
		err = d.Complete()
	}
	if err == nil {
		err = d.Validate()
	}
	return err
}
