package xmltree

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// text reads character data up to the next markup.
func (s *scanner) text() error {
	from := s.pos
	var b []byte // nil as long as the text is as the document has it
	for s.pos < len(s.doc) {
		if plain := s.skip(plainText); plain > 0 {
			if b != nil {
				b = append(b, s.doc[s.pos-plain:s.pos]...)
			}
			continue
		}
		c := s.doc[s.pos]
		switch {
		case c == '<':
			return s.endText(from, b)
		case c == '&':
			if b == nil {
				b = append(make([]byte, 0, s.pos-from+16), s.doc[from:s.pos]...)
			}
			var err error
			if b, err = s.reference(b); err != nil {
				return err
			}
			continue
		case c == '\r':
			if b == nil {
				b = append(make([]byte, 0, s.pos-from+16), s.doc[from:s.pos]...)
			}
			if !s.at("\r\n") {
				b = append(b, '\n')
			}
			s.pos++
			continue
		case c == ']' && s.at("]]>"):
			return s.fail("Sequence ']]>' not allowed in content")
		}
		n, err := s.char(false)
		if err != nil {
			return err
		}
		if b != nil {
			b = append(b, s.doc[s.pos:s.pos+n]...)
		}
		s.pos += n
	}
	return s.endText(from, b)
}

func (s *scanner) endText(from int, b []byte) error {
	text := span{int32(from), int32(s.pos)}
	if b != nil {
		text = s.t.keep(string(b))
	}
	_, err := s.add(node{kind: Text, text: text, offset: int32(from)})
	return err
}

// class are sorts of bytes that need no look of their own.
type class uint8

const (
	plainText class = 1 << iota
	plainValue
	nameFirst
	nameRest
)

// classes are those of each byte.
var classes = func() (t [256]class) {
	for c := 0; c < utf8.RuneSelf; c++ {
		if c >= ' ' && c != '<' && c != '&' {
			if c != ']' {
				t[c] |= plainText
			}
			if c != '"' && c != '\'' {
				t[c] |= plainValue
			}
		}
		if nameByte(byte(c), true) {
			t[c] |= nameFirst
		}
		if nameByte(byte(c), false) {
			t[c] |= nameRest
		}
	}
	t['\n'] |= plainText
	t['\t'] |= plainText
	return t
}()

// skip passes over bytes of a class and counts them.
func (s *scanner) skip(of class) int {
	doc, from := s.doc, s.pos
	i := from
	for i < len(doc) && classes[doc[i]]&of != 0 {
		i++
	}
	s.pos = i
	return i - from
}

// value reads a quoted attribute value; white space in it becomes blanks.
func (s *scanner) value() (string, error) {
	if !s.at("\"") && !s.at("'") {
		return "", s.fail("AttValue: \" or ' expected")
	}
	quote := s.doc[s.pos]
	s.pos++
	from := s.pos
	var b []byte
	own := func() {
		if b == nil {
			b = append(make([]byte, 0, s.pos-from+16), s.doc[from:s.pos]...)
		}
	}
	for s.pos < len(s.doc) {
		if plain := s.skip(plainValue); plain > 0 {
			if b != nil {
				b = append(b, s.doc[s.pos-plain:s.pos]...)
			}
			continue
		}
		switch c := s.doc[s.pos]; c {
		case quote:
			text := s.doc[from:s.pos]
			if b != nil {
				text = string(b)
			}
			s.pos++
			return text, nil
		case '<':
			return "", s.fail("Unescaped '<' not allowed in attributes values")
		case '&':
			own()
			var err error
			if b, err = s.reference(b); err != nil {
				return "", err
			}
		case '\n', '\t', '\r':
			own()
			if !s.at("\r\n") {
				b = append(b, ' ')
			}
			s.pos++
		default:
			n, err := s.char(true)
			if err != nil {
				return "", err
			}
			if b != nil {
				b = append(b, s.doc[s.pos:s.pos+n]...)
			}
			s.pos += n
		}
	}
	return "", s.fail("AttValue: %c expected", quote)
}

// predefined are the entities that need no declaration.
var predefined = map[string]byte{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// reference appends what a reference stands for.
func (s *scanner) reference(b []byte) ([]byte, error) {
	s.pos++
	if s.take("#") {
		return s.charRef(b)
	}
	name, err := s.name()
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, s.fail("xmlParseEntityRef: no name")
	}
	if !s.take(";") {
		return nil, s.fail("EntityRef: expecting ';'")
	}
	c, ok := predefined[name]
	if !ok {
		return s.expand(b, name)
	}
	return append(b, c), nil
}

// charRef is the rest of a reference by number.
func (s *scanner) charRef(b []byte) ([]byte, error) {
	base, kind := 10, "decimal"
	if s.take("x") {
		base, kind = 16, "hexadecimal"
	}
	value := 0
	for !s.take(";") {
		d := -1
		if s.pos < len(s.doc) {
			d = strings.IndexByte("0123456789abcdef"[:base], s.doc[s.pos]|0x20)
			if d < 10 && s.pos < len(s.doc) && (s.doc[s.pos] < '0' || s.doc[s.pos] > '9') {
				d = -1
			}
		}
		if d < 0 {
			return nil, s.fail("CharRef: invalid %s value", kind)
		}
		if value <= utf8.MaxRune {
			value = value*base + d
		}
		s.pos++
	}
	if value > utf8.MaxRune || !isChar(rune(value)) {
		return nil, s.fail("xmlParseCharRef: invalid xmlChar value %d", min(value, utf8.MaxRune+1))
	}
	return utf8.AppendRune(b, rune(value)), nil
}

// char is the length of the character at pos.
func (s *scanner) char(attribute bool) (int, error) {
	c := s.doc[s.pos]
	if c < utf8.RuneSelf {
		if c >= ' ' || c == '\n' || c == '\t' {
			return 1, nil
		}
		if attribute {
			return 0, s.fail("invalid character in attribute value")
		}
		return 0, s.fail("PCDATA invalid Char value %d", c)
	}
	r, n := utf8.DecodeRuneInString(s.doc[s.pos:])
	if r == utf8.RuneError && n == 1 {
		return 0, s.fail("%s", badUTF8(s.doc[s.pos:]))
	}
	if !isChar(r) {
		return 0, s.fail("Char 0x%X out of allowed range", r)
	}
	return n, nil
}

// badUTF8 shows four bytes from the bad one on.
func badUTF8(rest string) string {
	var b [4]byte
	copy(b[:], rest)
	return fmt.Sprintf("Input is not proper UTF-8, indicate encoding !\nBytes: 0x%02X 0x%02X 0x%02X 0x%02X", b[0], b[1], b[2], b[3])
}

// isChar is the production Char of XML 1.0.
func isChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r >= 0xd800 && r <= 0xdfff, r == 0xfffe, r == 0xffff:
		return false
	}
	return r <= utf8.MaxRune
}
