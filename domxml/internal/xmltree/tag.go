package xmltree

import (
	"strings"
)

// startTag reads an element's start, and its end where that is the same.
func (s *scanner) startTag() error {
	offset := s.pos
	s.pos++
	qname, err := s.name()
	if err != nil {
		return err
	}
	if qname == "" {
		return s.fail("StartTag: invalid element name")
	}
	if len(s.open) >= MaxDepth {
		return s.fail("Excessive depth in document: %d use XML_PARSE_HUGE option", MaxDepth)
	}
	first, spaces := len(s.t.attrs), len(s.space)
	empty, err := s.attributes(qname, offset)
	if err != nil {
		return err
	}
	if dup := s.duplicate(first); dup != "" {
		return s.fail("Attribute %s redefined", dup)
	}
	s.pos++
	if empty {
		s.pos++
	}
	n := node{kind: Element, attrs: [2]int32{int32(first), int32(len(s.t.attrs))}, offset: int32(offset)}
	n.prefix, n.name, n.text = s.resolve(qname, offset+1)
	i, err := s.add(n)
	if err != nil {
		return err
	}
	if empty {
		s.space = s.space[:spaces]
		return nil
	}
	s.open = append(s.open, open{
		node: i, spaces: spaces, prefix: strings.IndexByte(qname, ':') >= 0,
		qname: qname, line: s.line(offset),
	})
	s.inOrder = false
	return nil
}

// line numbers the line of an offset. Offsets come in rising order, so that
// the document is counted once.
func (s *scanner) line(offset int) int32 {
	s.lastLine.line += int32(strings.Count(s.doc[s.lastLine.offset:offset], "\n"))
	s.lastLine.offset = offset
	return s.lastLine.line
}

// attributes reads up to the end of a start tag, which it leaves unread, and
// says whether the element is empty.
func (s *scanner) attributes(qname string, offset int) (empty bool, err error) {
	blank := s.pos
	s.blanks()
	spaced := s.pos > blank
	for first := true; ; first = false {
		switch {
		case s.pos >= len(s.doc):
			return false, s.fail("Couldn't find end of Start Tag %s line %d", localOf(qname), s.line(offset))
		case s.doc[s.pos] == '>':
			return false, nil
		case s.at("/>"):
			return true, nil
		}
		if !first && !spaced {
			return false, s.fail("attributes construct error")
		}
		name, err := s.name()
		if err != nil {
			return false, err
		}
		if name == "" {
			return false, s.fail("error parsing attribute name")
		}
		s.blanks()
		if !s.take("=") {
			return false, s.fail("Specification mandates value for attribute %s", localOf(name))
		}
		s.blanks()
		value, err := s.value()
		if err != nil {
			return false, err
		}
		s.attribute(name, value)
		blank = s.pos
		s.blanks()
		spaced = s.pos > blank
		if s.pos >= len(s.doc) && !spaced {
			return false, s.fail("attributes construct error")
		}
	}
}

// attribute keeps an attribute; declarations are in force for the element
// itself.
func (s *scanner) attribute(qname, value string) {
	a := Attr{Name: qname, Value: value}
	if prefix, local, ok := strings.Cut(qname, ":"); ok && prefix != "" && local != "" {
		a.Prefix, a.Name = prefix, local
	}
	switch {
	case a.Prefix == "xmlns":
		if value == "" && !s.t.EmptySpaces {
			return // not a declaration in this version of namespaces
		}
		s.space = append(s.space, binding{a.Name, s.t.keep(value)})
	case qname == "xmlns":
		s.space = append(s.space, binding{"", s.t.keep(value)})
	}
	s.t.attrs = append(s.t.attrs, a)
}

// duplicate finds an attribute that is there twice, from attribute number
// first on.
func (s *scanner) duplicate(first int) string {
	as := s.t.attrs[first:]
	if len(as) > 32 {
		seen := make(map[Attr]bool, len(as))
		for _, a := range as {
			a.Value = ""
			if seen[a] {
				return a.qname()
			}
			seen[a] = true
		}
		return ""
	}
	for i := 1; i < len(as); i++ {
		for j := range i {
			if as[i].Name == as[j].Name && as[i].Prefix == as[j].Prefix {
				return as[i].qname()
			}
		}
	}
	return ""
}

func (a Attr) qname() string {
	if a.Prefix == "" {
		return a.Name
	}
	return a.Prefix + ":" + a.Name
}

// resolve finds the namespace of an element's name, which begins at from. A
// prefix that is not declared is a part of the name.
func (s *scanner) resolve(qname string, from int) (prefix, name, uri span) {
	whole := span{int32(from), int32(from + len(qname))}
	name = whole
	word := ""
	if i := strings.IndexByte(qname, ':'); i > 0 && i < len(qname)-1 {
		word = qname[:i]
		prefix, name.from = span{int32(from), int32(from + i)}, int32(from+i+1)
	}
	for i := len(s.space) - 1; i >= 0; i-- {
		if s.space[i].prefix == word {
			return prefix, name, s.space[i].uri
		}
	}
	switch word {
	case "":
		return span{}, name, span{}
	case "xml":
		return prefix, name, s.t.keep(xmlSpace)
	}
	return span{}, whole, span{}
}

func localOf(qname string) string {
	if _, local, ok := strings.Cut(qname, ":"); ok && local != "" {
		return local
	}
	return qname
}
