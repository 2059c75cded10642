package transcript

import (
	"bufio"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
)

// Expected are the entries known to be different.
type Expected []Known

// Known is one entry known to be different.
type Known struct {
	Suite  string // a pattern of path.Match: "virsh-9.0.0", "virsh-*"
	N      int
	Reason string
}

// find returns the reason why an entry is expected to be different.
func (e Expected) find(suite string, n int) (reason string, known bool) {
	for _, k := range e {
		if fits, _ := path.Match(k.Suite, suite); fits && k.N == n {
			return k.Reason, true
		}
	}
	return "", false
}

// LoadSupersets reads a file of lines "COMMAND NUMBER": which commands do more than on the reference, by which difference.
func LoadSupersets(file string) (map[string]string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	supersets := map[string]string{}
	for line := range strings.Lines(string(b)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) != 2 || supersets[words[0]] != "" {
			return nil, fmt.Errorf("%s: want COMMAND NUMBER, once, in %q", file, strings.TrimSpace(line))
		}
		supersets[words[0]] = words[1]
	}
	return supersets, nil
}

// LoadExpected reads a file of lines "SUITE NUMBER reason"; empty lines and lines that begin with # are comments.
func LoadExpected(file string) (Expected, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var expected Expected
	in := bufio.NewScanner(f)
	for line := 1; in.Scan(); line++ {
		text := strings.TrimSpace(in.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		words := strings.SplitN(text, " ", 3)
		if len(words) != 3 {
			return nil, fmt.Errorf("%s:%d: want SUITE NUMBER reason", file, line)
		}
		n, err := strconv.Atoi(words[1])
		if _, bad := path.Match(words[0], ""); err != nil || bad != nil {
			return nil, fmt.Errorf("%s:%d: want SUITE NUMBER reason", file, line)
		}
		if _, twice := expected.find(words[0], n); twice {
			return nil, fmt.Errorf("%s:%d: %s %d stands twice", file, line, words[0], n)
		}
		expected = append(expected, Known{words[0], n, words[2]})
	}
	return expected, in.Err()
}
