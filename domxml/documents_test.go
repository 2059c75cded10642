package domxml_test

import (
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
)

// TestCanonicalKinds puts every document of the corpus into canonical form,
// and wants the same of the result, without a difference.
func TestCanonicalKinds(t *testing.T) {
	for _, kind := range []string{
		"domain-generic", "network", "networkport", "storagepool", "storagevol", "nodedev", "interface", "secret", "nwfilter", "nwfilterbinding",
		"snapshot", "checkpoint", "backup", "capabilities", "domcaps", "cpu",
	} {
		n, refused := 0, 0
		for _, e := range corpus.Index(t, kind) {
			if e.In == "" || e.Expect == "error" {
				continue
			}
			doc := e.Input(t)
			first, err := domxml.Canonical(doc, domxml.FormatSecure)
			if err != nil {
				t.Logf("%s/%s: %v", kind, e.Name, err)
				refused++
				continue
			}
			n++
			second, err := domxml.Canonical(first, domxml.FormatSecure)
			if err != nil || string(second) != string(first) {
				t.Errorf("%s/%s: %v\n%s", kind, e.Name, err, second)
			}
			if found, err := domxml.DiffDocuments(doc, first); err != nil || len(found) > 0 {
				t.Errorf("%s/%s: %v %v", kind, e.Name, found, err)
			}
		}
		t.Logf("%s: %d documents, %d refused", kind, n, refused)
		if refused > mayRefuse[kind] || n == 0 {
			t.Errorf("%s: %d documents, %d refused", kind, n, refused)
		}
	}
}

// mayRefuse is how many documents of a kind have no place of their own: they
// describe a snapshot that exists, without the domain.
var mayRefuse = map[string]int{}
