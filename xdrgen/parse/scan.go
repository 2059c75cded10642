package parse

import (
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokName
	tokNumber
	tokPunct
)

// token is one word of the source with the comments that stand before it.
type token struct {
	kind   tokenKind
	text   string
	pos    Pos
	before []remark
}

func (t token) String() string {
	if t.kind == tokEOF {
		return "end of file"
	}
	return t.text
}

// scanner cuts a file into tokens. Bytes that belong to no token are reported
// and skipped.
type scanner struct {
	file    string
	src     string
	off     int
	line    int
	bol     int // offset of the first byte of the line
	last    int // line of the token before, 0 at the start
	errs    *Errors
	imports []Import
}

func (s *scanner) pos() Pos { return Pos{s.file, s.line, s.off - s.bol + 1} }

// advance moves over n bytes and keeps the line count.
func (s *scanner) advance(n int) string {
	text := s.src[s.off : s.off+n]
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		s.line += strings.Count(text, "\n")
		s.bol = s.off + i + 1
	}
	s.off += n
	return text
}

// next gives the next token; at the end it gives tokEOF for ever.
func (s *scanner) next() token {
	var t token
	for s.off < len(s.src) {
		rest := s.src[s.off:]
		switch c := rest[0]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			s.advance(1)
		case c == '%' && s.off == s.bol:
			s.passThrough(rest)
		case strings.HasPrefix(rest, "/*") || strings.HasPrefix(rest, "//"):
			t.before = append(t.before, s.comment(rest))
		case isLetter(c):
			return s.token(t, tokName, span(rest, isNameByte))
		case isDigit(c) || c == '-' && len(rest) > 1 && isDigit(rest[1]):
			return s.token(t, tokNumber, 1+span(rest[1:], isNameByte))
		case strings.IndexByte("{}()[]<>*=,;:", c) >= 0:
			return s.token(t, tokPunct, 1)
		default:
			s.unknown(rest)
		}
	}
	return s.token(t, tokEOF, 0)
}

func (s *scanner) token(t token, kind tokenKind, n int) token {
	t.kind, t.pos = kind, s.pos()
	t.text = s.advance(n)
	s.last = t.pos.Line
	return t
}

func (s *scanner) comment(rest string) remark {
	pos := s.pos()
	n := strings.IndexByte(rest, '\n')
	if rest[1] == '*' {
		n = strings.Index(rest[2:], "*/")
		if n >= 0 {
			n += len("/**/")
		} else {
			s.errs.Add(pos, "comment is not closed")
		}
	}
	if n < 0 {
		n = len(rest)
	}
	return newRemark(s.advance(n), pos, s.last == pos.Line)
}

// passThrough handles a line that rpcgen would copy to its output. The only
// one with a meaning here is "%import package".
func (s *scanner) passThrough(rest string) {
	pos := s.pos()
	n := strings.IndexByte(rest, '\n')
	if n < 0 {
		n = len(rest)
	}
	f := strings.Fields(s.advance(n)[1:])
	if len(f) == 0 || f[0] != "import" {
		return
	}
	if len(f) != 2 || span(f[1], isNameByte) != len(f[1]) {
		s.errs.Add(pos, "%%import takes one package name")
		return
	}
	s.imports = append(s.imports, Import{f[1], pos})
}

func (s *scanner) unknown(rest string) {
	pos := s.pos()
	switch r, n := utf8.DecodeRuneInString(rest); {
	case r == '#':
		s.errs.Add(pos, "preprocessor lines are not supported")
		if n = strings.IndexByte(rest, '\n'); n < 0 {
			n = len(rest)
		}
		s.advance(n)
	default:
		s.errs.Add(pos, "unexpected character %q", r)
		s.advance(n)
	}
}

func span(s string, in func(byte) bool) int {
	n := 0
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isLetter(c byte) bool   { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' }
func isNameByte(c byte) bool { return isLetter(c) || isDigit(c) }
