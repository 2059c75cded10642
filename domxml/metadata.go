package domxml

import (
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Metadata is what applications have stored: elements of their own, one per
// namespace.
type Metadata struct {
	// Spaces are declarations that elements have from further up.
	Spaces   []MetadataSpace   `xml:"-"`
	Elements []MetadataElement `xml:"-"`
}

// MetadataSpace declares a prefix.
type MetadataSpace struct{ Prefix, URI string }

// MetadataElement is one element with everything in it.
type MetadataElement struct {
	URI string
	// XML is the element as it was given, white space included.
	XML string
}

func (m *Metadata) parseNode(_ *decoder, n node) error {
	for c := n.First(); c.Valid(); c = c.Next() {
		// A prefix may stand for an empty namespace, which virDomainSetMetadata makes.
		if c.Kind() != xmltree.Element || c.Space() == "" && c.Prefix() == "" || m.find(c.Space()) >= 0 {
			continue
		}
		w := verbatim{top: c}
		w.node(c)
		for _, s := range w.outer {
			if !m.declares(s.Prefix) {
				m.Spaces = append(m.Spaces, s)
			}
		}
		m.Elements = append(m.Elements, MetadataElement{URI: c.Space(), XML: w.b.String()})
	}
	return nil
}

func (m *Metadata) find(uri string) int {
	for i, e := range m.Elements {
		if e.URI == uri {
			return i
		}
	}
	return -1
}

func (m *Metadata) declares(prefix string) bool {
	for _, s := range m.Spaces {
		if s.Prefix == prefix {
			return true
		}
	}
	return false
}

func (m *Metadata) formatElement(e *encoder, name string) {
	e.indent()
	e.b = append(e.b, '<')
	e.b = append(e.b, name...)
	for _, s := range m.Spaces {
		e.b = append(e.b, " xmlns:"...)
		e.b = append(e.b, s.Prefix...)
		e.b = append(e.b, `="`...)
		e.b = appendLibxml(e.b, s.URI, true)
		e.b = append(e.b, '"')
	}
	if len(m.Elements) == 0 {
		e.b = append(e.b, "/>\n"...)
		return
	}
	e.b = append(e.b, ">\n"...)
	e.depth++
	for _, x := range m.Elements {
		e.indent()
		if e.flags&FormatStored != 0 {
			e.b = append(e.b, x.XML...)
		} else {
			e.b = append(e.b, indentXML(x.XML, e.depth)...)
		}
		e.b = append(e.b, '\n')
	}
	e.depth--
	e.indent()
	e.close(name)
}

// hidden leaves metadata out that never had anything.
func (d *Domain) dropEmptyMetadata(n node) {
	if d.Metadata == nil || len(d.Metadata.Elements) > 0 {
		return
	}
	if m := n.Child("metadata"); m.Valid() && !m.First().Valid() {
		d.Metadata = nil
	}
}

// Element is the element of a namespace as text, without that namespace's
// prefix and declaration; empty where there is none (virDomainGetMetadata).
func (m *Metadata) Element(uri string) string {
	if m == nil {
		return ""
	}
	i := m.find(uri)
	if i < 0 {
		return ""
	}
	return withoutPrefix(m.Elements[i].XML)
}

// Remove takes the element of a namespace away, if there is one.
func (m *Metadata) Remove(uri string) {
	if i := m.find(uri); i >= 0 {
		m.Elements = append(m.Elements[:i:i], m.Elements[i+1:]...)
	}
}

// Set stores an element in place of the one of that namespace
// (virDomainSetMetadata). All elements of the text that have no namespace come
// into this one, under the prefix key. A text that has a namespace of its own
// is found by that. origin is the error domain of what has the metadata.
func (m *Metadata) Set(uri, key, text string, origin vir.ErrorDomain) error {
	return withTree([]byte(text), origin, func(root node) error {
		if !isPrefix(key) {
			return vir.Errorf(vir.FromXML, vir.ErrInternalError, "failed to validate prefix for a new XML namespace")
		}
		for _, a := range root.Attrs() {
			if a.Prefix == "xmlns" && a.Name == key {
				return vir.Errorf(vir.FromXML, vir.ErrInternalError, "failed to create a new XML namespace")
			}
		}
		w := verbatim{top: root, adopt: key, uri: uri}
		w.node(root)
		m.Remove(uri)
		if root.Space() != "" {
			uri = root.Space()
		}
		m.Elements = append(m.Elements, MetadataElement{URI: uri, XML: w.b.String()})
		return nil
	})
}

// isPrefix says whether a key can stand before a colon.
func isPrefix(key string) bool {
	return key != "" && !strings.ContainsAny(key, ":<>&'\" /=") && isNameStart(key[0])
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}
