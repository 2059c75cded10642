// Package corpus reads the documents that tests compare with, which are no
// part of the project: the folder that GOVIRTD_CORPUS names, by default
// ../shared/corpus beside the checkout. Its README says what is in it. A test
// that needs it is skipped where it is absent, and fails in CI.
package corpus

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// Dir is the folder of the corpus.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("GOVIRTD_CORPUS")
	if dir == "" {
		_, here, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("GOVIRTD_CI") == "1" {
			t.Fatalf("the corpus is missing; GOVIRTD_CORPUS names its folder: %v", err)
		}
		t.Skip("no corpus; GOVIRTD_CORPUS names its folder")
	}
	return dir
}

// Facts is the path of a file of recorded facts beside the corpus.
func Facts(t testing.TB, name string) string {
	return filepath.Join(Dir(t), "..", "facts", name)
}

// Entry is one document of a kind, and what becomes of it in the reference's
// own tests.
type Entry struct {
	Name, In, Out, Err, Note, Stage string
	// Expect is ok, error, or unknown.
	Expect string
	// HasOut is about domain-qemu: without it there is no golden text.
	HasOut    bool   `json:"has_out"`
	ErrorText string `json:"error_text"`
	// Pool is about volumes: the document of the pool that they are in.
	Pool string

	dir string
}

// Index is every entry of a kind ("network", "domain-qemu").
func Index(t testing.TB, kind string) []Entry {
	t.Helper()
	dir := filepath.Join(Dir(t), kind)
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out []Entry
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	for i := range out {
		out[i].dir = dir
	}
	return out
}

// Input is the document.
func (e *Entry) Input(t testing.TB) []byte { return read(t, filepath.Join(e.dir, e.In)) }

// Golden is the document that the reference makes of it; without a file of
// its own that is the input.
func (e *Entry) Golden(t testing.TB) []byte {
	if e.Out == "" {
		return e.Input(t)
	}
	return read(t, filepath.Join(e.dir, e.Out))
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Answer is what a running reference daemon said to a document: defined, then
// read with VIR_DOMAIN_XML_INACTIVE or what the kind has for it.
type Answer struct {
	// Name and In name a document of the corpus; Label and Input are a probe.
	Name, In, Label, Input string
	URI, Set, Kind         string
	OK                     bool
	XML                    string
	XMLSecure              string `json:"xml_secure"`
	Error                  struct {
		Code, Domain int32
		Message      string
	}
	DefineFlags uint32 `json:"define_flags"`
	DumpFlags   uint32 `json:"dump_flags"`
	// VolatileLines differ from one define to the next; they count from 1.
	VolatileLines []int `json:"volatile_lines"`
	Crash         bool
	Raw           json.RawMessage `json:"-"` // the whole entry
}

// Answers reads recorded answers: of a kind in a folder of the corpus
// ("ref1130-test", "network").
func Answers(t testing.TB, folder, kind string) []Answer {
	t.Helper()
	return AnswersFile(t, filepath.Join(Dir(t), folder, kind+".jsonl"))
}

// AnswersFile reads recorded answers from a file of one JSON object a line.
func AnswersFile(t testing.TB, path string) []Answer {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []Answer
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var a Answer
		if err := json.Unmarshal(s.Bytes(), &a); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		a.Raw = append(json.RawMessage(nil), s.Bytes()...)
		out = append(out, a)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// Want is the recorded text as lines, with * for those that may differ: lines
// marked as volatile, and those with an identifier or an address that the
// document did not name.
func (a *Answer) Want(doc []byte) []string {
	lines := strings.Split(a.XML, "\n")
	for _, n := range a.VolatileLines {
		if n <= len(lines) {
			lines[n-1] = "*"
		}
	}
	text := strings.ToLower(string(doc))
	for i, l := range lines {
		if m := random.FindString(l); m != "" && !strings.Contains(text, m) && !strings.Contains(text, strings.ReplaceAll(m, "-", "")) {
			lines[i] = "*"
		}
	}
	return lines
}

// random finds identifiers and addresses that somebody drew.
var random = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|52:54:00(:[0-9a-f]{2}){3}`)

// Diff compares lines, of which * fits any, with a text. It is empty where
// they are equal, otherwise the lines between the common head and tail.
func Diff(want []string, text string) string {
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

// Raw undoes the notation for bytes that JSON cannot hold.
func Raw(s string) []byte {
	return rawByte.ReplaceAllFunc([]byte(s), func(m []byte) []byte {
		b, err := hex.DecodeString(string(m[2:]))
		if err != nil {
			return m
		}
		return b
	})
}

var rawByte = regexp.MustCompile(`\\x[0-9a-f]{2}`)
