package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
)

var updateVerified = flag.Bool("survey.update", false, "write testdata/observed/verified.txt from the run")

// notYet is what govirtd answers for a procedure that it is going to have.
const notYet = "govirtd: not implemented yet"

// TestSurvey asks our daemon, in the strict mode, everything that the survey
// has asked the reference, and compares the answers. What must be different
// stands in testdata/survey-differences.txt, one path and reason a line; a
// line that no longer differs is an error too. An answer that is not there yet
// counts apart.
func TestSurvey(t *testing.T) {
	t.Parallel()
	python := lab.Tool(t, "python3")
	expected := differences(t)
	type part struct{ script, name, state string }
	parts := []part{
		{"survey", "procedures", ""},
		{"sequences", "memory", ""},
		{"sequences", "metadata", ""},
		{"sequences", "actions", ""},
		{"sequences", "rename", ""},
		{"sequences", "clashes", ""},
		{"sequences", "life", ""},
		{"sequences", "undefine", ""},
		{"sequences", "runstates", ""},
	}
	record := func(script string) string { return filepath.Join(lab.Root(), "testdata/observed", script+".json") }
	// The matrix is most of the work, so every state has a daemon of its own.
	for _, state := range sortedKeys(section(readSurvey(t, record("sequences"), ""), "matrix")) {
		parts = append(parts, part{"sequences", "matrix", state})
	}
	for _, s := range parts {
		at := strings.TrimSuffix(s.name+"/"+s.state, "/")
		t.Run(s.script+"/"+at, func(t *testing.T) {
			t.Parallel()
			d := lab.Start(t, lab.Strict)
			out := filepath.Join(t.TempDir(), "out.json")
			args := []string{
				filepath.Join(lab.Root(), "conformance/survey", s.script+".py"), "--socket", "echo " + d.Socket(),
				"--facts", filepath.Join(lab.Root(), "testdata/facts/rpc-programs.json"), "--out", out,
			}
			if s.script == "sequences" {
				args = append(args, s.name)
			}
			if s.state != "" {
				args = append(args, "--state", s.state)
			}
			cmd := exec.Command(python, args...)
			cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "SURVEY_DIR="+d.WorkDir)
			if b, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, b)
			}
			got := section(readSurvey(t, out, d.WorkDir), s.name)
			want := section(readSurvey(t, record(s.script), ""), s.name)
			c := &comparison{script: s.script, expected: expected}
			switch {
			case s.state != "":
				got, want = section(got, s.state), section(want, s.state)
				fallthrough
			case s.name != "runstates":
				c.entries(got, want, at)
			default:
				for _, state := range sortedKeys(want) {
					c.entries(section(got, state), section(want, state), at+"/"+state)
				}
			}
			if len(want) == 0 {
				t.Fatal("nothing has been recorded")
			}
			if *updateVerified && s.script == "survey" {
				text := "# Procedures whose answers were those of libvirtd 11.3.0 in the last run of TestSurvey -survey.update.\n" +
					strings.Join(c.names, "\n") + "\n"
				if err := os.WriteFile(filepath.Join(lab.Root(), "testdata/observed/verified.txt"), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%d equal, %d different as listed, %d not yet, %d different", c.equal, c.listed, c.notYet, len(c.different))
			for i, d := range c.different {
				if i == 40 {
					t.Errorf("and %d more", len(c.different)-i)
					break
				}
				t.Error(d)
			}
			for line := range expected {
				if strings.HasPrefix(line, s.script+":"+at+"/") && !c.used[line] {
					t.Errorf("%s no longer differs: take the line out", line)
				}
			}
		})
	}
}

// comparison counts the entries of a survey by how they compare.
type comparison struct {
	script                string
	expected              map[string]string
	used                  map[string]bool
	equal, listed, notYet int
	names                 []string // of the equal ones
	different             []string
}

func (c *comparison) entries(got, want map[string]any, at string) {
	if c.used == nil {
		c.used = map[string]bool{}
	}
	for _, name := range sortedKeys(want) {
		path := fmt.Sprintf("%s:%s/%s", c.script, at, name)
		g, w := got[name], want[name]
		var diffs []string
		compare(&diffs, "", g, w)
		text, _ := json.Marshal(g)
		switch {
		case len(diffs) == 0:
			c.equal++
			c.names = append(c.names, name)
		case bytes.Contains(text, []byte(notYet)):
			c.notYet++
		case c.expected[path] != "":
			c.listed++
			c.used[path] = true
		default:
			c.different = append(c.different, path+"\n    "+strings.Join(diffs[:min(len(diffs), 4)], "\n    "))
		}
	}
}

// compare lists where two answers differ. What depends on the clock or on a
// race of the reference is left out.
func compare(diffs *[]string, path string, got, want any) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			*diffs = append(*diffs, fmt.Sprintf("%s: got %s, want %s", path, short(got), short(want)))
			return
		}
		keys := sortedKeys(w)
		for k := range g {
			if _, ok := w[k]; !ok {
				keys = append(keys, k)
			}
		}
		for _, k := range keys {
			if volatile[k] {
				continue
			}
			compare(diffs, path+"/"+k, g[k], w[k])
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			*diffs = append(*diffs, fmt.Sprintf("%s: got %s, want %s", path, short(got), short(want)))
			return
		}
		for i := range w {
			compare(diffs, fmt.Sprintf("%s[%d]", path, i), g[i], w[i])
		}
	default:
		if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w && !clock(g, w) {
			*diffs = append(*diffs, fmt.Sprintf("%s: got %s, want %s", path, short(got), short(want)))
		}
	}
}

// volatile are the fields that a second run of the reference changes too.
var volatile = map[string]bool{
	"events_before_reply": true, "observer": true, "cpuTime": true,
}

// clock reports whether two numbers are times since the epoch in some unit.
func clock(got, want string) bool {
	return len(got) >= 9 && len(got) == len(want) && strings.Trim(got+want, "0123456789") == ""
}

func short(v any) string {
	b, _ := json.Marshal(v)
	if len(b) > 300 {
		b = append(b[:300], "..."...)
	}
	return string(b)
}

func section(m map[string]any, name string) map[string]any {
	s, _ := m[name].(map[string]any)
	return s
}

func sortedKeys(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// readSurvey reads the answers of a survey whose daemon had dir for its files:
// they are made to read as if it had been the reference's folder.
func readSurvey(t *testing.T, file, dir string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if dir != "" {
		b = bytes.ReplaceAll(b, []byte(dir), []byte("/run/libvirt/t"))
	}
	var m map[string]any
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

// differences reads the list of entries that must differ, with the reasons.
func differences(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(lab.Root(), "conformance/testdata/survey-differences.txt"))
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		path, reason, _ := strings.Cut(line, " ")
		if reason = strings.TrimSpace(reason); reason == "" {
			t.Fatalf("survey-differences.txt: %s has no reason", path)
		}
		m[path] = reason
	}
	return m
}
