package transcript

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// taints remembers which parts of which objects are not as on the reference, because an earlier entry is "not yet".
type taints struct {
	by  map[part]int // the entry that is the cause
	ids int          // the first entry since which the ids of domains may differ; -1: none
}

type part struct{ kind, object, property string }

func newTaints() *taints { return &taints{by: map[part]int{}, ids: -1} }

// touched is what a command line names: the kind of object, the names, and what is changed and read of them.
type touched struct {
	command string
	kind    string
	names   []string
	effect
}

var nameElement = regexp.MustCompile(`<name>([^<]*)</name>|<interface type='[a-z]+' name='([^']*)'`)

// touch analyses a command line; file gives the content of a document named in it.
func touch(command string, args []string, file func(string) (string, bool)) touched {
	t := touched{command: command, kind: commandGroup(command)}
	if t.kind == "snapshot" || t.kind == "checkpoint" {
		t.kind = "domain"
	}
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			continue
		}
		if text, ok := file(a); ok {
			if m := nameElement.FindStringSubmatch(text); m != nil {
				t.names = append(t.names, m[1]+m[2])
			}
			continue
		}
		t.names = append(t.names, a, filepath.Base(a))
	}
	if t.kind == "domain" {
		t.effect = effects[command]
		if slices.Contains(args, "--halt") { // of a snapshot
			t.changes = append(slices.Clone(t.changes), state)
		}
	} else {
		t.effect = effect{changes: []string{everything}, reads: []string{everything}}
	}
	return t
}

// add notes that the reference did entry n and we did not.
func (s *taints) add(n int, t touched) {
	for _, name := range t.names {
		for _, property := range t.changes {
			p := part{t.kind, name, property}
			if _, ok := s.by[p]; !ok {
				s.by[p] = n
			}
		}
	}
	if t.kind == "domain" && slices.Contains(t.changes, state) && s.ids < 0 {
		s.ids = n
	}
}

// settle forgets what a command that succeeded on both sides has put in order: the part that it sets, and the question
// whether the object exists.
func (s *taints) settle(t touched) {
	what := settles[t.command]
	if what == "" {
		return
	}
	for p := range s.by {
		if p.kind == t.kind && slices.Contains(t.names, p.object) && (what == everything || p.property == what || p.property == existence) {
			delete(s.by, p)
		}
	}
}

// cause finds an earlier entry that explains a difference in what t looks at, or -1. A command that names no object of
// its kind (a list) looks at all of them.
func (s *taints) cause(t touched) int {
	found := -1
	for p, n := range s.by {
		if p.kind != t.kind || (found >= 0 && n >= found) {
			continue
		}
		if len(t.names) > 0 && !slices.Contains(t.names, p.object) {
			continue
		}
		if p.property == existence || p.property == state || p.property == everything ||
			slices.Contains(t.reads, p.property) || slices.Contains(t.reads, everything) {
			found = n
		}
	}
	return found
}
