package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDifferences: every difference from the reference has the next number, a
// category, and tests that are there.
func TestDifferences(t *testing.T) {
	text, err := os.ReadFile("../../docs/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err = filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range function.FindAllStringSubmatch(string(b), -1) {
			tests[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	heading := regexp.MustCompile(`^(\d+)\. .+ \((superset|lifetime|bug|limit)\)\n`)
	named := regexp.MustCompile("`(Test\\w+)`")
	parts := strings.Split(string(text), "\n## ")[1:]
	if len(parts) < 20 {
		t.Fatalf("only %d differences found", len(parts))
	}
	for i, part := range parts {
		m := heading.FindStringSubmatch(part)
		if m == nil || m[1] != strconv.Itoa(i+1) {
			t.Errorf("difference %d begins with %q", i+1, strings.SplitN(part, "\n", 2)[0])
			continue
		}
		pins := named.FindAllStringSubmatch(part, -1)
		if len(pins) == 0 {
			t.Errorf("difference %s is pinned by no test", m[1])
		}
		for _, pin := range pins {
			if !tests[pin[1]] {
				t.Errorf("difference %s: there is no %s", m[1], pin[1])
			}
		}
	}
}
