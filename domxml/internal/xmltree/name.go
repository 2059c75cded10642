package xmltree

import "unicode/utf8"

// name reads a name; it is empty where none begins.
func (s *scanner) name() (string, error) {
	from := s.pos
	if s.pos < len(s.doc) && classes[s.doc[s.pos]]&nameFirst != 0 {
		s.pos++
		s.skip(nameRest)
	}
	for s.pos < len(s.doc) {
		c := s.doc[s.pos]
		if c < utf8.RuneSelf {
			if !nameByte(c, s.pos == from) {
				break
			}
			s.pos++
			continue
		}
		r, n := utf8.DecodeRuneInString(s.doc[s.pos:])
		if r == utf8.RuneError && n == 1 {
			return "", s.fail("%s", badUTF8(s.doc[s.pos:]))
		}
		if !nameRune(r, s.pos == from) {
			break
		}
		s.pos += n
	}
	if s.pos-from > MaxName {
		return "", s.fail("Name too long: NCName")
	}
	return s.doc[from:s.pos], nil
}

func nameByte(c byte, first bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == ':':
		return true
	case c >= '0' && c <= '9', c == '-', c == '.':
		return !first
	}
	return false
}

// nameRune is the production NameStartChar, or NameChar, beyond ASCII.
func nameRune(r rune, first bool) bool {
	switch {
	case r == 0xb7, r >= 0x300 && r <= 0x36f, r >= 0x203f && r <= 0x2040:
		return !first
	case r == 0xd7, r == 0xf7, r == 0x37e:
		return false
	}
	return r >= 0xc0 && r <= 0x1fff || r >= 0x200c && r <= 0x200d || r >= 0x2070 && r <= 0x218f ||
		r >= 0x2c00 && r <= 0x2fef || r >= 0x3001 && r <= 0xd7ff || r >= 0xf900 && r <= 0xfdcf ||
		r >= 0xfdf0 && r <= 0xfffd || r >= 0x10000 && r <= 0xeffff
}
