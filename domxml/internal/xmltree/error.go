package xmltree

import (
	"fmt"
	"strings"
)

// SyntaxError says why a text is no XML document.
type SyntaxError struct {
	Line    int
	Message string
	// Source is the line of the document where reading stopped, and Column the
	// number of bytes before that place. Without a line Empty is set.
	Source string
	Column int
	Empty  bool
}

// Error is the three lines that clients of libvirt 11.3.0 see: message, source
// line, caret. A tab of the source is a tab below it.
func (e *SyntaxError) Error() string {
	head := fmt.Sprintf("at line %d: %s\n", e.Line, e.Message)
	if e.Empty {
		return head
	}
	mark := []byte(e.Source)
	if e.Column < len(mark) {
		mark = mark[:e.Column]
	}
	for i, c := range mark {
		if c != '\t' {
			mark[i] = '-'
		}
	}
	return head + e.Source + "\n" + string(mark) + "^"
}

// fail makes the error of the place where the scanner stands.
func (s *scanner) fail(format string, args ...any) error {
	return s.failAt(s.pos, fmt.Sprintf(format, args...))
}

func (s *scanner) failAt(pos int, message string) error {
	doc := s.doc
	e := &SyntaxError{Line: 1 + strings.Count(doc[:pos], "\n"), Message: message}
	if doc == "" {
		e.Empty = true
		return e
	}
	// A place at the end of a line, or of the document, belongs to the last line
	// that has something on it.
	at := pos
	for at > 0 && (at == len(doc) || doc[at] == '\n' || doc[at] == '\r') {
		at--
	}
	from := strings.LastIndexByte(doc[:at], '\n') + 1
	to := len(doc)
	if i := strings.IndexAny(doc[from:], "\r\n"); i >= 0 {
		to = from + i
	}
	e.Source = doc[from:to]
	e.Column = min(pos, to) - from
	e.Empty = e.Source == ""
	return e
}
