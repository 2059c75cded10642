package parse

import (
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxSize is the largest source file that is read.
const MaxSize = 4 << 20

// Parse reads one file. When it returns an error (of type Errors) the file is
// what could be understood.
func Parse(name string, src []byte) (*File, error) {
	f := &File{Name: path.Base(filepath.ToSlash(name))}
	var errs Errors
	start := Pos{name, 1, 1}
	switch {
	case len(src) > MaxSize:
		errs.Add(start, "file is larger than %d bytes", MaxSize)
	case !utf8.Valid(src):
		errs.Add(start, "file is not UTF-8")
	case strings.IndexByte(string(src), 0) >= 0:
		errs.Add(start, "file contains a zero byte")
	default:
		p := &parser{scan: scanner{file: name, src: string(src), line: 1, errs: &errs}, errs: &errs}
		p.next()
		f.Decls = p.file()
		f.Imports = p.scan.imports
	}
	return f, errs.Err()
}

// parser holds one token of look-ahead. A production that cannot go on
// panics with syntaxError, which file turns into a complaint and a fresh
// start at the next declaration.
type parser struct {
	scan  scanner
	tok   token
	line  int // of the token before tok
	depth int // open braces
	errs  *Errors
}

type syntaxError struct{}

func (p *parser) next() token {
	t := p.tok
	p.line = t.pos.Line
	p.tok = p.scan.next()
	if t.kind == tokPunct {
		switch t.text {
		case "{":
			p.depth++
		case "}":
			p.depth--
		}
	}
	return t
}

func (p *parser) fail(pos Pos, format string, args ...any) {
	p.errs.Add(pos, format, args...)
	panic(syntaxError{})
}

func (p *parser) is(text string) bool {
	return (p.tok.kind == tokPunct || p.tok.kind == tokName) && p.tok.text == text
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.next()
		return true
	}
	return false
}

func (p *parser) want(text, where string) {
	if !p.accept(text) {
		p.fail(p.tok.pos, "expected %q %s, found %q", text, where, p.tok)
	}
}

func (p *parser) doc() Comment { return docAbove(p.tok.before, p.tok.pos.Line) }
func (p *parser) note() string { return noteBehind(p.tok.before, p.line) }

// name takes an identifier that is no keyword.
func (p *parser) name(what string) (string, Pos) {
	if p.tok.kind != tokName {
		p.fail(p.tok.pos, "expected %s, found %q", what, p.tok)
	}
	if keywords[p.tok.text] {
		p.fail(p.tok.pos, "%s is a keyword and cannot be %s", p.tok.text, what)
	}
	t := p.next()
	return t.text, t.pos
}

// value takes a number or the name of a constant.
func (p *parser) value(what string) Value {
	if p.tok.kind == tokName && !keywords[p.tok.text] {
		t := p.next()
		return Value{Pos: t.pos, Name: t.text, Text: t.text}
	}
	if p.tok.kind != tokNumber {
		p.fail(p.tok.pos, "expected %s, found %q", what, p.tok)
	}
	t := p.next()
	// As in C: 0x is hexadecimal, a leading 0 octal. Go's underscores and 0b
	// are not XDR.
	n, err := strconv.ParseInt(t.text, 0, 64)
	digits := strings.TrimPrefix(t.text, "-")
	if err != nil || strings.ContainsAny(digits, "_oO") || strings.HasPrefix(strings.ToLower(digits), "0b") {
		p.errs.Add(t.pos, "%s is not a number", t.text)
	}
	return Value{Pos: t.pos, Num: n, Text: t.text}
}

// file reads declarations up to the end and resumes after errors.
func (p *parser) file() (decls []Decl) {
	for p.tok.kind != tokEOF && !p.errs.Full() {
		if d := p.guarded(); d != nil {
			decls = append(decls, d)
		}
	}
	return decls
}

func (p *parser) guarded() (d Decl) {
	defer func() {
		if x := recover(); x != nil {
			if _, ok := x.(syntaxError); !ok {
				panic(x)
			}
			d = nil
			p.resume()
		}
	}()
	return p.definition()
}

// resume skips to behind the semicolon that ends the broken declaration, or
// to a keyword at the start of a line if that comes first.
func (p *parser) resume() {
	for p.tok.kind != tokEOF {
		if p.tok.pos.Col == 1 && definitions[p.tok.text] {
			break
		}
		if t := p.next(); t.text == ";" && p.depth <= 0 {
			break
		}
	}
	p.depth = 0
}
