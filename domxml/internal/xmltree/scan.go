package xmltree

import (
	"strings"
)

// scanner is the state of one reading.
type scanner struct {
	t     *Tree
	doc   string
	pos   int
	open  []open
	space []binding
	// last is the node that the next one follows: its sibling, or its parent
	// where that has nothing yet.
	last    int32
	inOrder bool // last is a finished sibling

	lastLine place

	entities map[string]string // what the document declares
	expanded int               // how many bytes they have become
}

// place is an offset whose line is known.
type place struct {
	offset int
	line   int32
}

// open is an element whose end has not come.
type open struct {
	node   int32
	spaces int // namespace bindings before it
	prefix bool
	qname  string
	line   int32
}

type binding struct {
	prefix string
	uri    span
}

const xmlSpace = "http://www.w3.org/XML/1998/namespace"

// Parse reads a document in place of what the tree held.
func (t *Tree) Parse(doc string) error {
	t.nodes, t.attrs, t.own, t.doc = t.nodes[:0], t.attrs[:0], t.own[:0], doc
	s := &scanner{t: t, doc: doc, lastLine: place{line: 1}}
	if len(doc) > MaxSize {
		return s.failAt(0, "Input is larger than 16 MiB")
	}
	return s.document()
}

// document is prolog, element, and what may follow.
func (s *scanner) document() error {
	if s.doc == "" {
		return s.fail("Document is empty")
	}
	s.take("\ufeff")
	if s.at("<?xml") && s.pos+5 < len(s.doc) && isBlank(s.doc[s.pos+5]) {
		if err := s.declaration(); err != nil {
			return err
		}
	}
	if err := s.misc(true); err != nil {
		return err
	}
	if !s.at("<") {
		return s.fail("Start tag expected, '<' not found")
	}
	if err := s.startTag(); err != nil {
		return err
	}
	for len(s.open) > 0 {
		if err := s.content(); err != nil {
			return err
		}
	}
	if err := s.misc(false); err != nil {
		return err
	}
	if s.pos < len(s.doc) {
		return s.fail("Extra content at the end of the document")
	}
	return nil
}

// misc skips what may stand around the root element.
func (s *scanner) misc(prolog bool) error {
	for {
		s.blanks()
		switch {
		case s.at("<?"):
			if err := s.instruction(); err != nil {
				return err
			}
		case s.at("<!--"):
			if err := s.comment(); err != nil {
				return err
			}
		case prolog && s.at("<!DOCTYPE"):
			if err := s.doctype(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// doctype skips a document type, except for the entities that it declares.
func (s *scanner) doctype() error {
	for ; s.pos < len(s.doc); s.pos++ {
		switch c := s.doc[s.pos]; c {
		case '>':
			s.pos++
			return nil
		case '[':
			if err := s.subset(); err != nil {
				return err
			}
		case '"', '\'':
			i := strings.IndexByte(s.doc[s.pos+1:], c)
			if i < 0 {
				s.pos = len(s.doc)
				return s.fail("xmlParseDocTypeDecl: not terminated")
			}
			s.pos += i + 1
		}
	}
	return s.fail("DOCTYPE improperly terminated")
}

// content reads the next piece inside of an element.
func (s *scanner) content() error {
	switch {
	case s.pos >= len(s.doc):
		o := s.open[len(s.open)-1]
		return s.fail("Premature end of data in tag %s line %d", s.t.local(o.node), o.line)
	case s.doc[s.pos] != '<':
		return s.text()
	case s.at("</"):
		return s.endTag()
	case s.at("<!--"):
		return s.comment()
	case s.at("<![CDATA["):
		return s.cdata()
	case s.at("<?"):
		return s.instruction()
	}
	return s.startTag()
}

// local is the name without a prefix that no namespace belongs to.
func (t *Tree) local(i int32) string {
	n := &t.nodes[i]
	name := t.at(n.name)
	if n.prefix == (span{}) {
		return localOf(name)
	}
	return name
}

// add links a new node into the tree.
func (s *scanner) add(n node) (int32, error) {
	i := int32(len(s.t.nodes))
	if i >= MaxNodes {
		return 0, s.fail("Document has more than %d nodes", MaxNodes)
	}
	if len(s.open) > 0 {
		n.parent = s.open[len(s.open)-1].node
		if s.inOrder {
			s.t.nodes[s.last].next = i
		} else {
			p := &s.t.nodes[n.parent]
			p.child, p.hasChild = i, true
		}
	}
	s.t.nodes = append(s.t.nodes, n)
	s.last, s.inOrder = i, true
	return i, nil
}

// endTag closes the innermost element.
func (s *scanner) endTag() error {
	o := s.open[len(s.open)-1]
	s.pos += 2
	if end := s.pos + len(o.qname); end < len(s.doc) && s.doc[end] == '>' && s.doc[s.pos:end] == o.qname {
		s.pos = end + 1
		s.closed(o)
		return nil
	}
	name, err := s.name()
	if err != nil {
		return err
	}
	s.blanks()
	if !s.take(">") {
		return s.fail("expected '>'")
	}
	if name != o.qname {
		if o.prefix {
			if _, local, ok := strings.Cut(name, ":"); ok {
				name = local
			}
		}
		return s.fail("Opening and ending tag mismatch: %s line %d and %s", s.t.local(o.node), o.line, name)
	}
	s.closed(o)
	return nil
}

// closed leaves the innermost element.
func (s *scanner) closed(o open) {
	s.space = s.space[:o.spaces]
	s.open = s.open[:len(s.open)-1]
	s.last, s.inOrder = o.node, true
}

func (s *scanner) at(word string) bool { return strings.HasPrefix(s.doc[s.pos:], word) }

func (s *scanner) take(word string) bool {
	if !s.at(word) {
		return false
	}
	s.pos += len(word)
	return true
}

func (s *scanner) blanks() {
	for s.pos < len(s.doc) && isBlank(s.doc[s.pos]) {
		s.pos++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
