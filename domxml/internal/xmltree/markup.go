package xmltree

import "strings"

// comment reads <!-- -->.
func (s *scanner) comment() error {
	from := s.pos
	s.pos += 4
	body := s.pos
	i := strings.Index(s.doc[body:], "--")
	if i < 0 {
		if err := s.chars(body, len(s.doc)); err != nil {
			return err
		}
		s.pos = len(s.doc)
		return s.fail("Comment not terminated")
	}
	if err := s.chars(body, body+i); err != nil {
		return err
	}
	s.pos = body + i
	if !s.at("-->") {
		shown := s.doc[body:s.pos]
		return s.fail("Double hyphen within comment: <!--%s", shown[:min(len(shown), 50)])
	}
	s.pos += 3
	return s.aside(node{kind: Comment, text: span{int32(body), int32(body + i)}, offset: int32(from)})
}

// aside keeps a node that is inside of the root element.
func (s *scanner) aside(n node) error {
	if len(s.open) == 0 {
		return nil
	}
	_, err := s.add(n)
	return err
}

// cdata reads <![CDATA[ ]]>.
func (s *scanner) cdata() error {
	from := s.pos
	s.pos += len("<![CDATA[")
	body := s.pos
	i := strings.Index(s.doc[body:], "]]>")
	if i < 0 {
		s.pos = len(s.doc)
		// the reference has no text for this one
		return s.fail("Unregistered error message")
	}
	if err := s.chars(body, body+i); err != nil {
		return err
	}
	s.pos = body + i + 3
	return s.aside(node{kind: CData, text: s.spanOf(body, body+i), offset: int32(from)})
}

// newlines makes all line ends the same.
func newlines(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// spanOf is a stretch with all line ends the same.
func (s *scanner) spanOf(from, to int) span {
	if strings.IndexByte(s.doc[from:to], '\r') < 0 {
		return span{int32(from), int32(to)}
	}
	return s.t.keep(newlines(s.doc[from:to]))
}

// chars checks the characters of a stretch.
func (s *scanner) chars(from, to int) error {
	for s.pos = from; s.pos < to; {
		if s.doc[s.pos] == '\r' {
			s.pos++
			continue
		}
		n, err := s.char(false)
		if err != nil {
			return err
		}
		s.pos += n
	}
	return nil
}

// instruction reads <? ?>.
func (s *scanner) instruction() error {
	from := s.pos
	s.pos += 2
	target, err := s.name()
	if err != nil {
		return err
	}
	switch {
	case target == "":
		return s.fail("xmlParsePI : no target name")
	case target == "xml":
		return s.fail("XML declaration allowed only at the start of the document")
	case strings.EqualFold(target, "xml"):
		return s.fail("Invalid PI name")
	case s.take("?>"):
		return s.aside(node{kind: Instruction, name: s.t.keep(target), offset: int32(from)})
	case s.pos >= len(s.doc) || !isBlank(s.doc[s.pos]):
		return s.fail("ParsePI: PI %s space expected", target)
	}
	s.blanks()
	body := s.pos
	i := strings.Index(s.doc[body:], "?>")
	if i < 0 {
		s.pos = len(s.doc)
		return s.fail("ParsePI: PI %s never end ...", target)
	}
	if err := s.chars(body, body+i); err != nil {
		return err
	}
	s.pos = body + i + 2
	return s.aside(node{kind: Instruction, name: s.t.keep(target), text: s.spanOf(body, body+i), offset: int32(from)})
}

// declaration reads <?xml ?>. What it says of the encoding changes nothing:
// documents reach libvirt as UTF-8.
func (s *scanner) declaration() error {
	s.pos += len("<?xml")
	s.blanks()
	if !s.take("version") {
		return s.fail("Malformed declaration expecting version")
	}
	if _, err := s.pseudo(); err != nil {
		return err
	}
	s.blanks()
	if s.take("encoding") {
		name, err := s.pseudo()
		if err != nil {
			return err
		}
		if !knownEncoding(name) {
			return s.fail("Unsupported encoding %s", name)
		}
		s.blanks()
	}
	if s.take("standalone") {
		if _, err := s.pseudo(); err != nil {
			return err
		}
		s.blanks()
	}
	if !s.take("?>") {
		return s.fail("parsing XML declaration: '?>' expected")
	}
	return nil
}

// pseudo reads = and a quoted word.
func (s *scanner) pseudo() (string, error) {
	s.blanks()
	if !s.take("=") {
		return "", s.fail("expected '='")
	}
	s.blanks()
	if !s.at("'") && !s.at("\"") {
		return "", s.fail("String not started expecting ' or \"")
	}
	quote := s.doc[s.pos]
	s.pos++
	i := strings.IndexByte(s.doc[s.pos:], quote)
	if i < 0 {
		s.pos = len(s.doc)
		return "", s.fail("String not closed expecting \" or '")
	}
	word := s.doc[s.pos : s.pos+i]
	s.pos += i + 1
	return word, nil
}

// encodings are the beginnings of names of encodings.
var encodings = []string{"utf", "ucs", "iso", "latin", "ascii", "us-ascii", "windows", "cp", "koi8", "euc", "big5", "gb", "shift", "html"}

func knownEncoding(name string) bool {
	for _, e := range encodings {
		if len(name) >= len(e) && strings.EqualFold(name[:len(e)], e) {
			return true
		}
	}
	return false
}
