package domxml

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
)

// verbatim writes elements as the library below libvirt does: double quotes,
// declarations before attributes, white space as it is.
type verbatim struct {
	b   strings.Builder
	top node
	// outer are the declarations that the elements rely on and do not have.
	outer []MetadataSpace
	// adopt is the prefix that elements without a namespace get, declared on
	// the top one as uri.
	adopt, uri string
	// strips leaves out the prefix of the top element and its declaration.
	strips bool
	// level is that of indentation, where elements hold nothing but elements.
	indent bool
	level  int
}

func (w *verbatim) node(n node) {
	switch n.Kind() {
	case xmltree.Text:
		w.b.Write(appendLibxml(nil, n.Literal(), false))
	case xmltree.CData:
		w.b.WriteString("<![CDATA[" + n.Literal() + "]]>")
	case xmltree.Comment:
		w.b.WriteString("<!--" + n.Literal() + "-->")
	case xmltree.Instruction:
		w.b.WriteString("<?" + n.Name())
		if n.Literal() != "" {
			w.b.WriteString(" " + n.Literal())
		}
		w.b.WriteString("?>")
	case xmltree.Element:
		w.element(n)
	}
}

func (w *verbatim) element(n node) {
	name := n.Name()
	switch {
	case w.adopt != "" && n.Space() == "":
		name = w.adopt + ":" + name
	case n.Prefix() != "" && !w.stripped(n.Prefix(), n.Space()):
		name = n.Prefix() + ":" + name
	}
	w.b.WriteString("<" + name)
	w.inherit(n.Prefix(), n)
	for _, a := range n.Attrs() {
		if a.Prefix == "xmlns" && !(n == w.top && w.stripped(a.Name, a.Value)) {
			w.attr("xmlns:"+a.Name, a.Value)
		} else if a.Prefix == "" && a.Name == "xmlns" && !(w.strips && n == w.top) {
			w.attr("xmlns", a.Value)
		}
	}
	if w.adopt != "" && n == w.top {
		w.attr("xmlns:"+w.adopt, w.uri)
	}
	for _, a := range n.Attrs() {
		switch {
		case a.Prefix == "xmlns", a.Prefix == "" && a.Name == "xmlns":
		case a.Prefix != "":
			w.inherit(a.Prefix, n)
			w.attr(a.Prefix+":"+a.Name, a.Value)
		default:
			w.attr(a.Name, a.Value)
		}
	}
	first := n.First()
	if !first.Valid() {
		w.b.WriteString("/>")
		return
	}
	w.b.WriteByte('>')
	was := w.indent
	w.indent = was && !hasText(n)
	w.level++
	for c := first; c.Valid(); c = c.Next() {
		w.newline()
		w.node(c)
	}
	w.level--
	w.newline()
	w.indent = was
	w.b.WriteString("</" + name + ">")
}

// stripped says whether a prefix is the one to leave out. It may stand for
// another namespace further down.
func (w *verbatim) stripped(prefix, uri string) bool {
	return w.strips && prefix == w.top.Prefix() && uri == w.top.Space()
}

func (w *verbatim) newline() {
	if w.indent {
		w.b.WriteByte('\n')
		w.b.WriteString(strings.Repeat("  ", w.level))
	}
}

func hasText(n node) bool {
	for c := n.First(); c.Valid(); c = c.Next() {
		if k := c.Kind(); k == xmltree.Text || k == xmltree.CData {
			return true
		}
	}
	return false
}

// inherit notes a prefix that is declared above the top element.
func (w *verbatim) inherit(prefix string, n node) {
	if prefix == "" || prefix == "xml" {
		return
	}
	for p := n; p.Valid(); p = p.Parent() {
		for _, a := range p.Attrs() {
			if a.Prefix != "xmlns" || a.Name != prefix {
				continue
			}
			if !within(p, w.top) {
				w.outer = append(w.outer, MetadataSpace{prefix, a.Value})
			}
			return
		}
	}
}

// within says whether p is top or in it.
func within(p, top node) bool {
	for ; p.Valid(); p = p.Parent() {
		if p == top {
			return true
		}
	}
	return false
}

func (w *verbatim) attr(name, value string) {
	w.b.WriteString(" " + name + `="`)
	w.b.Write(appendLibxml(nil, value, true))
	w.b.WriteByte('"')
}

// appendLibxml escapes as the library does. Attributes have everything
// beyond ASCII as numbers.
func appendLibxml(b []byte, s string, attribute bool) []byte {
	for _, r := range s {
		switch {
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '\r':
			b = append(b, "&#13;"...)
		case attribute && r == '"':
			b = append(b, "&quot;"...)
		case attribute && (r == '\n' || r == '\t'):
			b = fmt.Appendf(b, "&#%d;", r)
		case attribute && r >= utf8.RuneSelf:
			b = fmt.Appendf(b, "&#x%X;", r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// withoutPrefix lays an element out whose own namespace has no prefix.
func withoutPrefix(text string) string {
	t := xmltree.Tree{EmptySpaces: true}
	if t.Parse(text) != nil {
		return text // not ours to judge: it was well-formed when it came
	}
	w := verbatim{top: t.Root(), indent: true, strips: true}
	w.node(t.Root())
	return w.b.String()
}

// indentXML lays an element out at a depth: one line per element, where the
// text has no white space of its own.
func indentXML(text string, depth int) string {
	t := trees.Get().(*xmltree.Tree)
	defer trees.Put(t)
	t.EmptySpaces = true
	if t.Parse(text) != nil {
		return text // not ours to judge: it was well-formed when it came
	}
	w := verbatim{top: t.Root(), indent: true, level: depth}
	w.node(t.Root())
	return w.b.String()
}
