package domxml

// Short ways to the texts of a document, for types that read their elements
// by themselves. What is absent reads as empty.

// childText is the text of a child.
func childText(n node, name string) string {
	if c := n.Child(name); c.Valid() {
		return c.Text()
	}
	return ""
}

// childAttr is an attribute of a child.
func childAttr(n node, child, name string) string {
	if c := n.Child(child); c.Valid() {
		return attrOf(c, name)
	}
	return ""
}
