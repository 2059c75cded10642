package domxml

import (
	"fmt"
	"reflect"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// ValidateDomainSchema refuses elements and attributes that domains do not
// have, which ParseDomain would only drop (VIR_DOMAIN_DEFINE_VALIDATE).
func ValidateDomainSchema(doc []byte) error {
	return withTree(doc, vir.FromDomain, func(root node) error {
		if err := checkRoot(root, "domain"); err != nil {
			return err
		}
		if unknown := strange(root, planOf(reflect.TypeFor[Domain]())); unknown != "" {
			return vir.Errorf(vir.FromXML, vir.ErrXMLInvalidSchema,
				"Unable to validate doc against /usr/share/libvirt/schemas/domain.rng\n%s\n", unknown)
		}
		return nil
	})
}

// strange finds something that a type has no field for.
func strange(n node, p *plan) string {
	for _, a := range n.Attrs() {
		if a.Prefix == "" && a.Name != "xmlns" && !p.hasAttr(a.Name) {
			return fmt.Sprintf("Invalid attribute %s for element %s", a.Name, n.Name())
		}
	}
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() != xmltree.Element || c.Space() != "" {
			continue
		}
		if s := strangeChild(n, c, p); s != "" {
			return s
		}
	}
	return ""
}

func strangeChild(n, c node, p *plan) string {
	if len(p.elems) == 0 && len(p.attrs) == 0 {
		return "" // a type that reads its element by itself
	}
	for i := range p.elems {
		f := &p.elems[i]
		switch {
		case f.wrap == "" && f.name == c.Name():
			if f.plan == nil {
				return ""
			}
			return strange(c, f.plan)
		case f.wrap == c.Name():
			return ""
		}
	}
	return fmt.Sprintf("Element %s has extra content: %s", n.Name(), c.Name())
}

func (p *plan) hasAttr(name string) bool {
	if len(p.attrs) == 0 && len(p.elems) == 0 && p.text == nil {
		return true
	}
	for i := range p.attrs {
		if p.attrs[i].name == name {
			return true
		}
	}
	return false
}
