package testpersonality

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

var show = flag.String("show", "", "print the differences of entries whose name contains this; all for every one")

// answer is what the reference said to a document: define, then dumpxml.
type answer struct {
	Name, Label, In, Input, URI, Set, Kind string
	OK                                     bool
	XML                                    string
	XMLSecure                              string `json:"xml_secure"`
	Error                                  struct {
		Code, Domain int32
		Message      string
	}
	DefineFlags   uint32 `json:"define_flags"`
	DumpFlags     uint32 `json:"dump_flags"`
	VolatileLines []int  `json:"volatile_lines"`
	Crash         bool
}

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
func (a *answer) differs(doc []byte) string {
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
		if theirs := fmt.Sprintf("error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message); mine != theirs {
			return "got " + mine + "\nwant " + theirs
		}
		return ""
	}
	if !a.OK {
		return fmt.Sprintf("missing error %d/%d %s", a.Error.Code, a.Error.Domain, a.Error.Message)
	}
	want := mask(a.XML, a.VolatileLines)
	maskRandom(want, string(doc))
	return lineDiff(want, got)
}

// random finds identifiers and addresses that somebody drew.
var random = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|52:54:00(:[0-9a-f]{2}){3}`)

// maskRandom blanks lines with something random that the document did not say.
func maskRandom(lines []string, doc string) {
	doc = strings.ToLower(doc)
	for i, l := range lines {
		if m := random.FindString(l); m != "" && !strings.Contains(doc, m) && !strings.Contains(doc, strings.ReplaceAll(m, "-", "")) {
			lines[i] = "*"
		}
	}
}

// mask blanks lines that differ from one define to the next.
func mask(xml string, lines []int) []string {
	out := strings.Split(xml, "\n")
	for _, n := range lines {
		if n <= len(out) {
			out[n-1] = "*"
		}
	}
	return out
}

// lineDiff is a plain comparison, with the lines between common head and tail.
func lineDiff(want []string, text string) string {
	got := strings.Split(text, "\n")
	same := func(w, g string) bool { return w == g || w == "*" }
	i := 0
	for i < len(want) && i < len(got) && same(want[i], got[i]) {
		i++
	}
	if i == len(want) && i == len(got) {
		return ""
	}
	j := 0
	for j < len(want)-i && j < len(got)-i && same(want[len(want)-1-j], got[len(got)-1-j]) {
		j++
	}
	var b strings.Builder
	for _, l := range want[i : len(want)-j] {
		b.WriteString("- " + l + "\n")
	}
	for _, l := range got[i : len(got)-j] {
		b.WriteString("+ " + l + "\n")
	}
	return b.String()
}

func readAnswers(t *testing.T, path string) []answer {
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("no recorded answers: %s", err)
	}
	defer f.Close()
	var out []answer
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var a answer
		if err := json.Unmarshal(s.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

// corpus is where documents are that are not part of the project.
func corpus(t *testing.T) string {
	dir := os.Getenv("GOVIRTD_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus; GOVIRTD_CORPUS names its folder")
	}
	return dir
}

// TestCorpus counts the documents that get the answer of libvirt 11.3.0.
func TestCorpus(t *testing.T) {
	dir := corpus(t)
	for group, atLeast := range map[string]int{
		"domain-generic": 0, "domain-qemu": 0, "domain-other": 0, "domain-active": 0,
	} {
		t.Run(group, func(t *testing.T) {
			equal, n := 0, 0
			for _, a := range readAnswers(t, filepath.Join(dir, "ref1130-test", group+".jsonl")) {
				if a.Crash {
					continue
				}
				doc, err := os.ReadFile(filepath.Join(dir, group, a.In))
				if err != nil {
					t.Fatal(err)
				}
				n++
				a.DumpFlags = uint32(vir.DomainXMLInactive)
				if d := a.differs(doc); d != "" {
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

// rawBytes undoes the notation for bytes that JSON cannot hold.
func rawBytes(s string) []byte {
	return regexp.MustCompile(`\\x[0-9a-f]{2}`).ReplaceAllFunc([]byte(s), func(m []byte) []byte {
		b, _ := hex.DecodeString(string(m[2:]))
		return b
	})
}

// TestProbes does the same with small documents about one thing each.
func TestProbes(t *testing.T) {
	path := filepath.Join(corpus(t), "..", "facts", "probes-1130.jsonl")
	equal, n := map[string]int{}, map[string]int{}
	for _, a := range readAnswers(t, path) {
		if a.URI != "test" || a.Kind != "" || !strings.HasPrefix(a.Label+a.Set, "domain") && a.Set != "probes" {
			continue
		}
		n[a.Set]++
		if d := a.differs(rawBytes(a.Input)); d != "" {
			if *show != "" && (*show == "all" || strings.Contains(a.Label, *show)) {
				t.Logf("%s\n%s\n%s", a.Label, a.Input, d)
			}
			continue
		}
		equal[a.Set]++
	}
	t.Logf("equal %v of %v", equal, n)
}
