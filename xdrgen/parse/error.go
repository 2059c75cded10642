package parse

import (
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a source file; columns count bytes from 1.
type Pos struct {
	File      string
	Line, Col int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// before orders places of one run: by file, then line, then column.
func (p Pos) before(q Pos) int {
	if c := strings.Compare(p.File, q.File); c != 0 {
		return c
	}
	if p.Line != q.Line {
		return p.Line - q.Line
	}
	return p.Col - q.Col
}

// Error is one complaint about the source.
type Error struct {
	Pos Pos
	Msg string
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Msg }

// MaxErrors is how many complaints one run collects before it gives up: after
// that many the rest tends to follow from the first.
const MaxErrors = 20

// Errors are all the complaints of one run.
type Errors []*Error

// Add notes a complaint; over MaxErrors it is dropped.
func (l *Errors) Add(pos Pos, format string, args ...any) {
	if !l.Full() {
		*l = append(*l, &Error{pos, fmt.Sprintf(format, args...)})
	}
}

// Full reports whether further complaints would be dropped.
func (l Errors) Full() bool { return len(l) >= MaxErrors }

// Err is nil when there were no complaints; else the list in source order.
func (l Errors) Err() error {
	if len(l) == 0 {
		return nil
	}
	slices.SortStableFunc(l, func(a, b *Error) int { return a.Pos.before(b.Pos) })
	return l
}

// Error gives one line per complaint.
func (l Errors) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}
