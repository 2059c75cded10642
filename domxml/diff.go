package domxml

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Difference is one thing that two documents do not have in common.
type Difference struct {
	// Path is where it is: /domain/devices/disk[vda]/source/@file. What there
	// may be several of has in brackets what it is known by, or its number.
	Path string
	// Old and New are the values; an element that only one side has is there as
	// text on one line.
	Old, New string
	// Added and Removed say that only one side has it.
	Added, Removed bool
}

// String is one line: + for what was added, - for what is gone, ~ for what is
// another.
func (d Difference) String() string {
	switch {
	case d.Added:
		return "+ " + d.Path + ": " + d.New
	case d.Removed:
		return "- " + d.Path + ": " + d.Old
	}
	return "~ " + d.Path + ": " + d.Old + " -> " + d.New
}

// Diff is what changes from one domain to another; it is empty where both are
// written alike. Devices are found again by what they are known by, wherever
// they stand: a disk by its target, a card by its address.
func Diff(a, b *Domain) ([]Difference, error) {
	x, err := FormatDomain(a, FormatSecure)
	if err != nil {
		return nil, err
	}
	y, err := FormatDomain(b, FormatSecure)
	if err != nil {
		return nil, err
	}
	return diffTexts(x, y)
}

// DiffDocuments is what changes from one document to another, of any kind.
// Both are put into canonical form first.
func DiffDocuments(a, b []byte, options ...Option) ([]Difference, error) {
	x, err := Canonical(a, FormatSecure, options...)
	if err != nil {
		return nil, err
	}
	y, err := Canonical(b, FormatSecure, options...)
	if err != nil {
		return nil, err
	}
	return diffTexts(x, y)
}

func diffTexts(a, b []byte) ([]Difference, error) {
	var x, y xmltree.Tree
	for _, t := range []struct {
		tree *xmltree.Tree
		text []byte
	}{{&x, a}, {&y, b}} {
		t.tree.EmptySpaces = true
		if err := t.tree.Parse(string(t.text)); err != nil {
			return nil, vir.Errorf(vir.FromXML, vir.ErrXMLDetail, "%s", err)
		}
	}
	var d differ
	d.elements("/"+x.Root().Name(), x.Root(), y.Root())
	return d.out, nil
}

type differ struct{ out []Difference }

func (d *differ) elements(path string, a, b node) {
	if a.Name() != b.Name() {
		d.out = append(d.out, Difference{Path: "/", Old: a.Name(), New: b.Name()})
		return
	}
	d.attributes(path, a, b)
	as, bs := keyed(a), keyed(b)
	if len(as) == 0 && len(bs) == 0 {
		if x, y := ownText(a), ownText(b); x != y {
			d.out = append(d.out, Difference{Path: path, Old: quoted(x), New: quoted(y)})
		}
		return
	}
	d.children(path, as, bs)
}

func (d *differ) attributes(path string, a, b node) {
	for _, x := range a.Attrs() {
		at := path + "/@" + attrName(x)
		y, ok := findAttr(b, x)
		switch {
		case !ok:
			d.out = append(d.out, Difference{Path: at, Old: quoted(x.Value), Removed: true})
		case y.Value != x.Value:
			d.out = append(d.out, Difference{Path: at, Old: quoted(x.Value), New: quoted(y.Value)})
		}
	}
	for _, y := range b.Attrs() {
		if _, ok := findAttr(a, y); !ok {
			d.out = append(d.out, Difference{Path: path + "/@" + attrName(y), New: quoted(y.Value), Added: true})
		}
	}
}

func attrName(a xmltree.Attr) string {
	if a.Prefix == "" {
		return a.Name
	}
	return a.Prefix + ":" + a.Name
}

func findAttr(n node, like xmltree.Attr) (xmltree.Attr, bool) {
	for _, a := range n.Attrs() {
		if a.Name == like.Name && a.Prefix == like.Prefix {
			return a, true
		}
	}
	return xmltree.Attr{}, false
}

func (d *differ) children(path string, as, bs []keyedNode) {
	old := map[string]node{}
	for _, x := range as {
		old[x.key] = x.node
	}
	now := map[string]bool{}
	for _, y := range bs {
		now[y.key] = true
	}
	for _, x := range as {
		if !now[x.key] {
			d.out = append(d.out, Difference{Path: path + "/" + x.key, Old: oneLine(x.node), Removed: true})
		}
	}
	for _, y := range bs {
		if x, ok := old[y.key]; ok {
			d.elements(path+"/"+y.key, x, y.node)
		} else {
			d.out = append(d.out, Difference{Path: path + "/" + y.key, New: oneLine(y.node), Added: true})
		}
	}
	d.order(path, as, bs, old, now)
}

// order compares the order of what both sides have, among elements of a name.
func (d *differ) order(path string, as, bs []keyedNode, old map[string]node, now map[string]bool) {
	names := map[string][2][]string{}
	var seen []string
	add := func(side int, k keyedNode) {
		name := k.node.Name()
		l, known := names[name]
		if !known {
			seen = append(seen, name)
		}
		l[side] = append(l[side], strings.TrimSuffix(strings.TrimPrefix(k.key, name+"["), "]"))
		names[name] = l
	}
	for _, x := range as {
		if now[x.key] {
			add(0, x)
		}
	}
	for _, y := range bs {
		if _, ok := old[y.key]; ok {
			add(1, y)
		}
	}
	for _, name := range seen {
		if l := names[name]; !slices.Equal(l[0], l[1]) {
			d.out = append(d.out, Difference{
				Path: path + "/" + name, Old: "order " + strings.Join(l[0], ", "), New: strings.Join(l[1], ", ")})
		}
	}
}

// keyedNode is an element with what it is known by among its siblings.
type keyedNode struct {
	key  string
	node node
}

// keyed are the elements in an element. Those that there is only one of are
// known by their name.
func keyed(n node) (out []keyedNode) {
	count := map[string]int{}
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() == xmltree.Element {
			count[c.Name()]++
		}
	}
	used, number := map[string]bool{}, map[string]int{}
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() != xmltree.Element {
			continue
		}
		name := c.Name()
		if c.Prefix() != "" {
			name = c.Prefix() + ":" + name
		}
		key := name
		number[name]++
		id := identity(c)
		_, always := identities[c.Name()]
		switch {
		case id != "" && (always || count[c.Name()] > 1) && !used[name+"["+id+"]"]:
			key = name + "[" + id + "]"
		case count[c.Name()] > 1:
			key = fmt.Sprintf("%s[%d]", name, number[name])
		}
		for used[key] || id != "" && key != name+"["+id+"]" && key != name {
			key, id = fmt.Sprintf("%s[#%d]", name, number[name]), ""
		}
		used[key] = true
		out = append(out, keyedNode{key, c})
	}
	return out
}

// identities are what devices are known by: paths in the element.
var identities = map[string][]string{
	"disk": {"target/@dev", "@name"}, "interface": {"mac/@address", "@dev", "@name"}, "controller": {"@type", "@index", "@model"},
	"filesystem": {"target/@dir"}, "channel": {"target/@name"}, "graphics": {"@type"}, "audio": {"@id"}, "cell": {"@id"},
	"vcpupin": {"@vcpu"}, "feature": {"@name"}, "shmem": {"@name"}, "host": {"@mac", "@ip", "@name"}, "portgroup": {"@name"},
}

// identity is what an element is known by, or nothing.
func identity(n node) string {
	paths, ok := identities[n.Name()]
	if !ok {
		paths = []string{"@name", "@id"}
	}
	if n.Name() == "controller" { // all of it
		var parts []string
		for _, p := range paths {
			if v := valueAt(n, p); v != "" {
				parts = append(parts, v)
			}
		}
		return strings.Join(parts, " ")
	}
	for _, p := range paths {
		if v := valueAt(n, p); v != "" {
			return v
		}
	}
	return ""
}

func valueAt(n node, path string) string {
	child, attr, ok := strings.Cut(path, "/")
	if !ok {
		return attrOf(n, strings.TrimPrefix(path, "@"))
	}
	return attrOf(n.Child(child), strings.TrimPrefix(attr, "@"))
}

// oneLine is an element without line breaks.
func oneLine(n node) string {
	var e encoder
	e.tree(n)
	var b strings.Builder
	for l := range strings.Lines(string(e.b)) {
		b.WriteString(strings.TrimSpace(l))
	}
	return b.String()
}

func quoted(s string) string { return "'" + s + "'" }
