package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
	"github.com/govirtd/govirtd/conformance/transcript"
)

// storyStep is one line of a story in testdata with the answer to it. A story is told to qemu:///system with virsh: one
// command a line; "sh" runs a shell command, "file NAME" writes the lines up to "end", and $DIR is a folder that the
// daemon sees, too.
type storyStep struct {
	Step string `json:"step"`
	transcript.Answer
	file string // what "file" writes
}

// storySteps reads a story.
func storySteps(t *testing.T, name string) (steps []storyStep) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var file *storyStep
	for line := range strings.Lines(string(text)) {
		bare := strings.TrimSpace(line)
		switch {
		case file != nil && bare == "end":
			steps, file = append(steps, *file), nil
		case file != nil:
			file.file += line
		case bare == "" || strings.HasPrefix(bare, "#"):
		case strings.HasPrefix(bare, "file "):
			file = &storyStep{Step: bare}
		default:
			steps = append(steps, storyStep{Step: bare})
		}
	}
	return steps
}

// storyDifferences reads what is expected to differ between two tellings: steps, each after the comment that gives the
// reason. The second step with the same words is "WORDS #2". "event" with the line that virsh prints is an event that one
// of the daemons alone sends, or sends more often.
func storyDifferences(t *testing.T, name string) (known map[string]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	known = map[string]string{}
	var reason string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if comment, ok := strings.CutPrefix(line, "# "); ok {
			reason = comment
		} else if line != "" {
			if reason == "" || known[line] != "" {
				t.Errorf("%s: %s has no reason, or stands there twice", name, line)
			}
			known[line] = reason
		}
	}
	return known
}

// systemURI is where a daemon's real guests are.
func systemURI(d *lab.Daemon) string { return "qemu+unix:///system?socket=" + d.Socket() }

// tellStep tells one step to a daemon.
func tellStep(t *testing.T, d *lab.Daemon, virsh *lab.Virsh, s storyStep) (a transcript.Answer) {
	name, rest, _ := strings.Cut(s.Step, " ")
	switch name {
	case "file":
		text := strings.ReplaceAll(s.file, "$DIR", d.WorkDir)
		if err := os.WriteFile(filepath.Join(d.WorkDir, rest), []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	case "sh":
		cmd := exec.Command("/bin/sh", "-c", rest)
		cmd.Dir = d.WorkDir
		out, err := cmd.CombinedOutput()
		if a.Stdout = string(out); err != nil {
			a.Exit = 1
		}
	default:
		var args []string
		for _, word := range transcript.Words(s.Step) {
			args = append(args, strings.ReplaceAll(word, "$DIR", d.WorkDir))
		}
		place := d.Place
		if slices.Contains(progressThreads, name) {
			place = d.Slow(t)
		}
		uri := strings.Replace(systemURI(d), d.Socket(), place.Socket(false), 1)
		a = virsh.Run(place, nil, "", append([]string{"-c", uri}, args...)...)
	}
	return a
}

// variation is what differs between two tellings of a story.
type variation struct {
	of   *regexp.Regexp // the step
	what *regexp.Regexp
	by   string
}

// masked is an answer without what varies.
func masked(d *lab.Daemon, step string, a transcript.Answer, varies []variation) transcript.Answer {
	for _, text := range []*string{&a.Stdout, &a.Stderr} {
		*text = strings.ReplaceAll(*text, d.WorkDir, "$DIR")
		for _, v := range varies {
			if v.of.MatchString(step) {
				*text = v.what.ReplaceAllString(*text, v.by)
			}
		}
	}
	return a
}
