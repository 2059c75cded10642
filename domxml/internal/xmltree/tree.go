package xmltree

import "strings"

// Kind tells nodes apart.
type Kind uint8

// The kinds of nodes.
const (
	Element Kind = iota
	Text
	CData
	Comment
	Instruction
)

// Tree is a read document. Node 0 is the root element. The zero Tree is ready
// for Parse, and a Tree may be used for one document after another.
type Tree struct {
	// EmptySpaces takes xmlns:p="" as a declaration, which it is not in the
	// first version of namespaces.
	EmptySpaces bool

	nodes []node
	attrs []Attr
	doc   string
	// own are texts that are not parts of the document: with references or
	// line ends replaced, and the names of namespaces.
	own []string
}

// span is a part of the document, or one of the tree's own texts: from is its
// number then, and to is -1. Nodes have no pointers, so that a tree costs the
// garbage collector nothing.
type span struct{ from, to int32 }

// at is the text of a span.
func (t *Tree) at(p span) string {
	if p.to < 0 {
		return t.own[p.from]
	}
	return t.doc[p.from:p.to]
}

// keep makes a span of a text that is no part of the document.
func (t *Tree) keep(s string) span {
	if s == "" {
		return span{}
	}
	t.own = append(t.own, s)
	return span{int32(len(t.own) - 1), -1}
}

// node is an element, or a piece of what is in one.
type node struct {
	kind        Kind
	hasChild    bool
	prefix      span
	name        span // local name; the target of an instruction
	text        span // of everything that is no element; URI of an element
	parent      int32
	next, child int32 // 0 is none: the root is nobody's child
	attrs       [2]int32
	offset      int32
}

// Attr is an attribute. Namespace declarations are attributes as well:
// Prefix "xmlns" with the prefix as Name, or Name "xmlns".
type Attr struct {
	Prefix, Name, Value string
}

// Node is one node of a Tree.
type Node struct {
	t *Tree
	i int32
}

// Root is the document's element.
func (t *Tree) Root() Node { return Node{t, 0} }

func (n Node) get() *node { return &n.t.nodes[n.i] }

// Valid says whether there is such a node: the zero Node is none.
func (n Node) Valid() bool { return n.t != nil }

// Kind is the node's kind.
func (n Node) Kind() Kind { return n.get().kind }

// Name is the local name of an element.
func (n Node) Name() string { return n.t.at(n.get().name) }

// Prefix is the prefix of an element as written.
func (n Node) Prefix() string { return n.t.at(n.get().prefix) }

// Space is the URI of an element's namespace. It is empty where none is
// declared: a name with an unknown prefix is in no namespace and has the
// prefix as part of its name, as the reference's parser has it.
func (n Node) Space() string { return n.t.at(n.get().text) }

// Literal is the text of a node that is no element, references resolved.
func (n Node) Literal() string { return n.t.at(n.get().text) }

// Attrs are the attributes of an element in document order.
func (n Node) Attrs() []Attr {
	g := n.get()
	return n.t.attrs[g.attrs[0]:g.attrs[1]]
}

// Attr looks an attribute without a prefix up.
func (n Node) Attr(name string) (string, bool) {
	for i, as := 0, n.Attrs(); i < len(as); i++ {
		if as[i].Name == name && as[i].Prefix == "" {
			return as[i].Value, true
		}
	}
	return "", false
}

// First is the first child of any kind.
func (n Node) First() Node {
	g := n.get()
	if !g.hasChild {
		return Node{}
	}
	return Node{n.t, g.child}
}

// Next is the following sibling of any kind.
func (n Node) Next() Node {
	g := n.get()
	if g.next == 0 {
		return Node{}
	}
	return Node{n.t, g.next}
}

// Parent is the element around the node; the root has none.
func (n Node) Parent() Node {
	if n.i == 0 {
		return Node{}
	}
	return Node{n.t, n.get().parent}
}

// IsElement says whether the node is an element of that name in no namespace.
func (n Node) IsElement(name string) bool {
	g := n.get()
	return g.kind == Element && g.text == span{} && n.t.at(g.name) == name
}

// Child is the first child element of that name in no namespace.
func (n Node) Child(name string) Node {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.IsElement(name) {
			return c
		}
	}
	return Node{}
}

// Text is the text of an element and of all elements in it.
func (n Node) Text() string {
	c := n.First()
	if !c.Valid() {
		return ""
	}
	if g := c.get(); g.kind == Text && g.next == 0 {
		return n.t.at(g.text)
	}
	var b strings.Builder
	n.appendText(&b)
	return b.String()
}

func (n Node) appendText(b *strings.Builder) {
	for c := n.First(); c.Valid(); c = c.Next() {
		switch g := c.get(); g.kind {
		case Text, CData:
			b.WriteString(n.t.at(g.text))
		case Element:
			c.appendText(b)
		}
	}
}

// Line is the line of the document that the node begins on, from 1.
func (n Node) Line() int {
	return 1 + strings.Count(n.t.doc[:n.get().offset], "\n")
}

// Position is where the node begins: line and column from 1, the column in
// bytes.
func (n Node) Position() (line, column int) { return n.t.position(int(n.get().offset)) }

func (t *Tree) position(offset int) (line, column int) {
	before := t.doc[:offset]
	return 1 + strings.Count(before, "\n"), offset - strings.LastIndexByte(before, '\n')
}

// AttrPosition is where an attribute of an element begins, or the element
// where it has none of that name.
func (n Node) AttrPosition(name string) (line, column int) {
	from := int(n.get().offset)
	var quote byte
	for i := from; i < len(n.t.doc); i++ {
		switch c := n.t.doc[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return n.Position()
		case isBlank(c):
			rest, ok := strings.CutPrefix(n.t.doc[i+1:], name)
			if rest = strings.TrimLeft(rest, " \t\r\n"); ok && strings.HasPrefix(rest, "=") {
				return n.t.position(i + 1)
			}
		}
	}
	return n.Position()
}
