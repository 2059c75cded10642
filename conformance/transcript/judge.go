package transcript

import (
	"fmt"
	"regexp"
)

// Verdict is the class of an entry.
type Verdict int

// The classes. LiveOnly is an entry whose recorded answer depends on the host, met without a live reference.
const (
	Equal Verdict = iota
	Different
	NotYet
	LiveOnly
	// Superset is an entry that the reference refuses as unsupported and that
	// is judged here, or one that follows from such an entry. Only in the default mode.
	Superset
)

func (v Verdict) String() string {
	return [...]string{"equal", "different", "not yet", "live only", "superset"}[v]
}

// unsupported is how the reference refuses what its driver does not have.
var unsupported = regexp.MustCompile(`not supported by the connection driver|unsupported flags|Operation not supported|argument unsupported`)

// notYet is what govirtd sends for a procedure without a handler; the word after it is the procedure.
var notYet = regexp.MustCompile(`govirtd: not implemented yet: ([a-z0-9_.]+)`)

// NotYetIn reports whether a text says that a procedure has no handler.
func NotYetIn(text string) bool { return notYet.MatchString(text) }

// Result is the judgement of one entry.
type Result struct {
	N       int
	Group   string
	Title   string // the command line
	Verdict Verdict
	Why     string // for not yet: the procedure, or the earlier entry
	Diff    string // for different
}

// Judge judges entries in order. Its memory is what earlier entries that are "not yet" left undone.
type Judge struct {
	taints *taints
	file   func(string) (string, bool)
	// Supersets are the commands that may do more than on the reference, with
	// the number of the difference; nil in the strict mode.
	Supersets map[string]string
}

// NewJudge makes a judge for one run of the recording.
func NewJudge(r *Recording) *Judge { return &Judge{taints: newTaints(), file: r.File} }

// Case is one entry with both answers, in the words of the recording.
type Case struct {
	N          int
	Group      string
	Command    string
	Args       []string
	Comparison Comparison
	Want, Got  Answer
	Log        string // what the daemon logged during the entry
}

// Judge gives the verdict on one entry.
func (j *Judge) Judge(c Case) Result {
	r := Result{N: c.N, Group: c.Group, Title: join(c.Command, c.Args)}
	t := touch(c.Command, c.Args, j.file)
	if c.Comparison.Equal(c.Want, c.Got) {
		if c.Want.Exit == 0 {
			j.taints.settle(t)
		}
		return r
	}
	if m := notYet.FindStringSubmatch(c.Got.Stdout + c.Got.Stderr + c.Log); m != nil {
		if c.Want.Exit == 0 {
			j.taints.add(c.N, t)
		}
		r.Verdict, r.Why = NotYet, m[1]
		return r
	}
	if number := j.Supersets[c.Command]; number != "" && c.Want.Exit != 0 && unsupported.MatchString(c.Want.Stderr) {
		j.taints.add(c.N, t)
		r.Verdict, r.Why = Superset, "difference "+number
		return r
	}
	follows := NotYet
	if j.Supersets != nil {
		follows = Superset
	}
	if n := j.taints.cause(t); n >= 0 {
		if c.Want.Exit == 0 && c.Got.Exit != 0 {
			j.taints.add(c.N, t)
		}
		r.Verdict, r.Why = follows, fmt.Sprintf("after entry %d", n)
		return r
	}
	if n := j.taints.ids; n >= 0 && c.Comparison.withoutIDs().Equal(c.Want, c.Got) {
		r.Verdict, r.Why = follows, fmt.Sprintf("only the ids of domains differ, after entry %d", n)
		return r
	}
	r.Verdict, r.Diff = Different, c.Comparison.Diff(c.Want, c.Got)
	return r
}

func join(command string, args []string) string {
	line := command
	for _, a := range args {
		if a == "" || regexp.MustCompile(`[\s'"<>]`).MatchString(a) {
			a = fmt.Sprintf("%q", a)
		}
		line += " " + a
	}
	return line
}
