package testpersonality

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestOlderOpinion compares with what 9.0.0 made of the same documents. The rule for every difference is its age: where
// both releases agree, ours is their answer.
func TestOlderOpinion(t *testing.T) {
	dir := corpus.Dir(t)
	for _, group := range []string{"domain-generic", "domain-qemu", "domain-other", "domain-active"} {
		newer := map[string]*corpus.Answer{}
		for _, a := range corpus.Answers(t, "ref1130-test", group) {
			newer[a.In] = &a
		}
		equal, age, n := 0, 0, 0
		for _, a := range corpus.Answers(t, "ref900-test", group) {
			b := newer[a.In]
			if a.Crash || b == nil || b.Crash {
				continue
			}
			doc, err := os.ReadFile(filepath.Join(dir, group, a.In))
			if err != nil {
				t.Fatal(err)
			}
			n++
			a.DumpFlags = uint32(vir.DomainXMLInactive)
			d := differs(&a, doc)
			switch {
			case d == "":
				equal++
			case a.OK != b.OK || a.Error != b.Error || corpus.Diff(a.Want(doc), b.XML) != "":
				age++
			default:
				t.Errorf("%s: both releases agree:\n%s", a.In, d)
			}
		}
		t.Logf("%s: %d of %d equal, %d differ by the age of the release", group, equal, n, age)
	}
}
