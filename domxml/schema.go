package domxml

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Finding is something in a document that its schema does not allow.
type Finding struct {
	// Line and Column count from 1; the column counts bytes.
	Line, Column int
	// Path is that of the element: /domain/devices/disk[2]/target.
	Path string
	// Problem says what is wrong.
	Problem string
	// Allowed is what may be there; it is empty where nothing may.
	Allowed []string

	kind findingKind
	name string // of the attribute or element in question
}

type findingKind uint8

const (
	strangeAttribute findingKind = iota
	strangeElement
	badValue
	badText
	missingAttribute
	missingElement
	repeatedElement
)

// String is one line: 3:7: /domain/devices/disk: unknown attribute ...
func (f Finding) String() string {
	s := fmt.Sprintf("%d:%d: %s: %s", f.Line, f.Column, f.Path, f.Problem)
	if len(f.Allowed) > 0 {
		s += "; allowed: " + strings.Join(f.Allowed, ", ")
	}
	return s
}

// maxFindings bounds a report.
const maxFindings = 1000

// SchemaKind is the kind of the documents with that root element ("domain",
// "storagepool" for pool), as libvirt's schema files are called.
func SchemaKind(root string) (kind string, ok bool) {
	r, ok := loadSchemas().roots[root]
	return r.kind, ok
}

// CheckSchema looks for everything in a document that libvirt's schema for its
// kind, which the root element tells, does not allow: names of elements and
// attributes, values, and how often something may be there. Alternatives are
// judged together: what may stand in one of them may stand in all. The error
// is about a document that is not well-formed, or of no known kind.
func CheckSchema(doc []byte) ([]Finding, error) {
	var out []Finding
	err := withTree(doc, vir.FromXML, func(root node) error {
		r, ok := loadSchemas().roots[root.Name()]
		if !ok {
			return vir.Errorf(vir.FromXML, vir.ErrXMLError, "no kind of documents has the root element '%s'", root.Name())
		}
		c := checker{s: loadSchemas()}
		c.element(root, "/"+root.Name(), []schemaScope{{root.Name(), r.element}})
		out = c.out
		return nil
	})
	return out, err
}

type checker struct {
	s   *schemas
	out []Finding
}

// schemaScope is an element around the one that is looked at.
type schemaScope struct {
	name    string
	element int
}

func (c *checker) report(n node, attr, path string, f Finding) {
	if len(c.out) >= maxFindings {
		return
	}
	f.Line, f.Column = n.Position()
	if attr != "" {
		f.Line, f.Column = n.AttrPosition(attr)
	}
	f.Path = path
	c.out = append(c.out, f)
}

func (c *checker) element(n node, path string, scope []schemaScope) {
	e := &c.s.elements[scope[len(scope)-1].element]
	if e.recursive {
		e = c.outer(scope)
	}
	c.attributes(n, e, path)
	c.children(n, e, path, scope)
	c.text(n, e, path)
}

// outer is the element around of the same name.
func (c *checker) outer(scope []schemaScope) *schemaElement {
	last := scope[len(scope)-1]
	for i := len(scope) - 2; i >= 0; i-- {
		if e := &c.s.elements[scope[i].element]; scope[i].name == last.name && !e.recursive {
			return e
		}
	}
	return &c.s.elements[last.element]
}

func (c *checker) attributes(n node, e *schemaElement, path string) {
	for _, a := range n.Attrs() {
		if a.Prefix != "" || a.Name == "xmlns" {
			continue
		}
		i := slices.IndexFunc(e.attrs, func(p schemaPart) bool { return p.name == a.Name })
		if i < 0 {
			c.report(n, a.Name, path, Finding{
				Problem: fmt.Sprintf("unknown attribute '%s'", a.Name), Allowed: partNames(e.attrs), kind: strangeAttribute, name: a.Name})
			continue
		}
		if v := &c.s.values[e.attrs[i].index]; !v.fits(a.Value) {
			c.report(n, a.Name, path, Finding{
				Problem: fmt.Sprintf("attribute '%s' cannot be '%s'", a.Name, a.Value), Allowed: v.allowed(), kind: badValue, name: a.Name})
		}
	}
	for _, p := range e.attrs {
		if _, ok := n.Attr(p.name); p.occurs == '1' && !ok {
			c.report(n, "", path, Finding{
				Problem: fmt.Sprintf("attribute '%s' is missing", p.name), Allowed: c.s.values[p.index].allowed(), kind: missingAttribute, name: p.name})
		}
	}
}

func partNames(parts []schemaPart) (out []string) {
	for _, p := range parts {
		out = append(out, p.name)
	}
	return out
}

func (c *checker) children(n node, e *schemaElement, path string, scope []schemaScope) {
	seen := make(map[string]int, len(e.children))
	for k := n.First(); k.Valid(); k = k.Next() {
		if k.Kind() != xmltree.Element {
			continue
		}
		name := schemaName(k)
		i := slices.IndexFunc(e.children, func(p schemaPart) bool { return p.name == name || p.name == "*" })
		here := path + "/" + name
		if r, ok := c.embedded(k, scope); ok {
			c.element(k, here, []schemaScope{{"domain", r.element}})
			seen[name]++
			continue
		}
		if i < 0 {
			c.report(k, "", here, Finding{
				Problem: fmt.Sprintf("unknown element in '%s'", n.Name()), Allowed: partNames(e.children), kind: strangeElement, name: name})
			continue
		}
		p := e.children[i]
		seen[name]++
		if seen[name] > 1 {
			here = fmt.Sprintf("%s[%d]", here, seen[name])
		}
		if seen[name] == 2 && (p.occurs == '1' || p.occurs == '?') && !isGap(path, name) {
			c.report(k, "", here, Finding{
				Problem: fmt.Sprintf("only one of them may be in '%s'", n.Name()), kind: repeatedElement, name: name})
		}
		if p.name != "*" {
			c.element(k, here, append(scope[:len(scope):len(scope)], schemaScope{p.name, p.index}))
		}
	}
	for _, p := range e.children {
		if (p.occurs == '1' || p.occurs == '+') && seen[p.name] == 0 && !isGap(path, p.name) {
			c.report(n, "", path, Finding{Problem: fmt.Sprintf("element '%s' is missing", p.name), kind: missingElement, name: p.name})
		}
	}
}

// embedded finds the schema of a domain's document inside of another one.
func (c *checker) embedded(n node, scope []schemaScope) (schemaRoot, bool) {
	if _, typed := n.Attr("type"); !typed {
		return schemaRoot{}, false // only the identifier of a domain that is known
	}
	within := scope[0].name == "domainsnapshot" || scope[0].name == "domaincheckpoint"
	if within && len(scope) == 1 && (n.Name() == "domain" || n.Name() == "inactiveDomain") {
		return c.s.roots["domain"], true
	}
	return schemaRoot{}, false
}

// schemaGaps are the places where the alternatives of the schema are not
// alike, so that what is said of all of them together is too strict: children
// that may be missing or repeated, and texts.
var schemaGaps = map[string]bool{
	"domainCapabilities/cpu/mode": true, "devices/smartcard/certificate": true, "capability/capability/fields": true,
	"pool/target/path": true, "network/virtualport/parameters": true, "interface/virtualport/parameters": true,
	"portgroup/virtualport/parameters": true, "volume/target/path": true, "device/capability/bus": true, "device/capability/target": true,
}

// isGap says whether an element, or a child of it, is such a place.
func isGap(path, child string) bool {
	parts := strings.Split(path, "/")
	if child != "" {
		parts = append(parts, child)
	}
	if len(parts) < 3 {
		return false
	}
	parts = parts[len(parts)-3:]
	for i := range parts {
		parts[i], _, _ = strings.Cut(parts[i], "[")
	}
	return schemaGaps[strings.Join(parts, "/")]
}

// schemaName is the name of an element as the table has it: with libvirt's
// prefix where it is in a driver's namespace.
func schemaName(n node) string {
	if n.Space() == "" {
		return n.Name()
	}
	if p := namespacePrefixes[n.Space()]; p != "" {
		return p + ":" + n.Name()
	}
	return n.Prefix() + ":" + n.Name()
}

func (c *checker) text(n node, e *schemaElement, path string) {
	s := ownText(n)
	if e.text < 0 {
		if strings.TrimSpace(s) != "" {
			c.report(n, "", path, Finding{Problem: fmt.Sprintf("text '%.40s' where none may be", strings.TrimSpace(s)), kind: badText})
		}
		return
	}
	v := &c.s.values[e.text]
	if s = strings.TrimSpace(s); s == "" || isGap(path, "") {
		return // an empty element is as good as none
	}
	if !v.fits(s) {
		c.report(n, "", path, Finding{Problem: fmt.Sprintf("the text cannot be '%.80s'", s), Allowed: v.allowed(), kind: badText})
	}
}

// ownText is the text of an element without that of the elements in it.
func ownText(n node) string {
	var b strings.Builder
	for k := n.First(); k.Valid(); k = k.Next() {
		if k.Kind() == xmltree.Text || k.Kind() == xmltree.CData {
			b.WriteString(k.Literal())
		}
	}
	return b.String()
}

// ValidateDomainSchema refuses what CheckSchema finds in the document of a
// domain (VIR_DOMAIN_DEFINE_VALIDATE), in the words of the reference's library.
func ValidateDomainSchema(doc []byte) error { return validateKind(doc, "domain", vir.FromDomain) }

// validateKind is ValidateSchema for documents with that root element, which
// that part of libvirt reads.
func validateKind(doc []byte, root string, origin vir.ErrorDomain) error {
	if err := withTree(doc, origin, func(n node) error { return checkRoot(n, root) }); err != nil {
		return err
	}
	return ValidateSchema(doc)
}

// ValidateSchema refuses what CheckSchema finds in a document of any kind.
func ValidateSchema(doc []byte) error {
	found, err := CheckSchema(doc)
	if err != nil || len(found) == 0 {
		return err
	}
	kind := strings.SplitN(found[0].Path, "/", 3)[1]
	file := loadSchemas().roots[kind].kind
	if name := schemaFiles[file]; name != "" {
		file = name
	}
	return vir.Errorf(vir.FromXML, vir.ErrXMLInvalidSchema,
		"Unable to validate doc against /usr/share/libvirt/schemas/%s.rng\n%s", file, found[0].libraryText())
}

// schemaFiles are the names of libvirt's files where they are not the kind's.
var schemaFiles = map[string]string{
	"snapshot": "domainsnapshot", "checkpoint": "domaincheckpoint", "backup": "domainbackup", "capabilities": "capability",
}

// libraryText is what the library says of the finding, as far as its way
// through the schema can be told from the outside.
func (f *Finding) libraryText() string {
	parts := strings.Split(f.Path, "/")
	root := parts[1]
	if len(parts) == 2 {
		switch f.kind {
		case strangeAttribute, badValue:
			return fmt.Sprintf("Invalid attribute %s for element %s\n", f.name, root)
		case missingAttribute, missingElement:
			return fmt.Sprintf("Expecting an element %s, got nothing\nInvalid sequence in interleave\nElement %s failed to validate content\n", f.name, root)
		}
		return fmt.Sprintf("Element %s failed to validate content\n", root)
	}
	child, _, _ := strings.Cut(parts[2], "[")
	if len(parts) == 3 && f.kind == strangeElement {
		return fmt.Sprintf("Element %s has extra content: %s\n", root, f.name)
	}
	text := ""
	if len(parts) == 3 && (f.kind == strangeAttribute || f.kind == badValue) {
		text = fmt.Sprintf("Invalid attribute %s for element %s\n", f.name, child)
	}
	text += fmt.Sprintf("Extra element %s in interleave\n", child)
	if child != "devices" && f.kind != repeatedElement {
		text += "Invalid sequence in interleave\n"
	}
	return text + fmt.Sprintf("Element %s failed to validate content\n", root)
}
