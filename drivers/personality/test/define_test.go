package testpersonality

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/vir"
)

var show = flag.String("show", "", "print the differences of entries whose name contains this; all for every one")

// define is what the test driver does with a document.
func define(doc []byte, flags uint32, form domxml.FormatFlags) (string, error) {
	if flags&uint32(vir.DomainDefineValidate) != 0 {
		if err := domxml.ValidateDomainSchema(doc); err != nil {
			return "", err
		}
	}
	d, err := domxml.ParseDomain(doc)
	if err != nil {
		return "", err
	}
	d.Generate(func([]byte) {})
	if err := d.Complete(); err != nil {
		return "", err
	}
	if err := Complete(d); err != nil {
		return "", err
	}
	if err := d.Validate(); err != nil {
		return "", err
	}
	b, err := domxml.FormatDomain(d, form)
	return string(b), err
}

// form is the form of virDomainGetXMLDesc's flags.
func form(flags uint32) (f domxml.FormatFlags) {
	if flags&uint32(vir.DomainXMLSecure) != 0 {
		f |= domxml.FormatSecure
	}
	if flags&uint32(vir.DomainXMLInactive) != 0 {
		f |= domxml.FormatInactive
	}
	if flags&uint32(vir.DomainXMLMigratable) != 0 {
		f |= domxml.FormatMigratable
	}
	return f
}

// differs says in which way our answer is another one; empty is equal.
func differs(a *corpus.Answer, doc []byte) string {
	got, err := define(doc, a.DefineFlags, form(a.DumpFlags))
	if err != nil {
		var e *vir.Error
		if !errors.As(err, &e) {
			return fmt.Sprintf("error %T %v", err, err)
		}
		mine := fmt.Sprintf("error %d/%d %s", e.Code, e.Domain, e.Message)
		if a.OK {
			return "unexpected " + mine
		}
		// The record has a replacement for each byte that is no text.
		mine = string([]rune(mine))
		if theirs := fmt.Sprintf("error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message); mine != theirs {
			return "got " + mine + "\nwant " + theirs
		}
		return ""
	}
	if !a.OK {
		return fmt.Sprintf("missing error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message)
	}
	want := a.Want(doc)
	if a.DumpFlags&uint32(vir.DomainXMLInactive) == 0 {
		want[0] = runningID.ReplaceAllString(want[0], "") // the domain had been started
	}
	return corpus.Diff(want, got)
}

// runningID is the number of a running domain.
var runningID = regexp.MustCompile(` id='\d+'`)

// TestCorpus counts the documents that get the answer of libvirt 11.3.0.
func TestCorpus(t *testing.T) {
	dir := corpus.Dir(t)
	for group, atLeast := range map[string]int{
		"domain-generic": 40, "domain-qemu": 762, "domain-other": 162, "domain-active": 4,
	} {
		t.Run(group, func(t *testing.T) {
			equal, n := 0, 0
			for _, a := range corpus.Answers(t, "ref1130-test", group) {
				if a.Crash {
					continue
				}
				doc, err := os.ReadFile(filepath.Join(dir, group, a.In))
				if err != nil {
					t.Fatal(err)
				}
				n++
				a.DumpFlags = uint32(vir.DomainXMLInactive)
				if d := differs(&a, doc); d != "" {
					if *show != "" && (*show == "all" || strings.Contains(a.In, *show)) {
						t.Logf("%s\n%s", a.In, d)
					}
					continue
				}
				equal++
			}
			t.Logf("%d of %d equal", equal, n)
			if equal < atLeast {
				t.Errorf("%d equal, less than %d", equal, atLeast)
			}
		})
	}
}

// TestProbes does the same with small documents about one thing each.
func TestProbes(t *testing.T) {
	equal, n := map[string]int{}, map[string]int{}
	for _, a := range corpus.AnswersFile(t, corpus.Facts(t, "probes-1130.jsonl")) {
		if a.URI != "test" || a.Kind != "" || !strings.HasPrefix(a.Label+a.Set, "domain") && a.Set != "probes" {
			continue
		}
		if a.DefineFlags&^uint32(vir.DomainDefineValidate) != 0 {
			continue // refused before anybody reads the document
		}
		n[a.Set]++
		if d := differs(&a, corpus.Raw(a.Input)); d != "" {
			if *show != "" && (*show == "all" || strings.Contains(a.Label, *show)) {
				t.Logf("%s\n%s\n%s", a.Label, a.Input, d)
			}
			continue
		}
		equal[a.Set]++
	}
	t.Logf("equal %v of %v", equal, n)
	if equal["probes"] < 198 || equal["probes-errors"] < 6 {
		t.Errorf("fewer than before")
	}
}
