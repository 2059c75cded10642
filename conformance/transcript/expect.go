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
