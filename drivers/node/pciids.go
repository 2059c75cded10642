//go:build linux

package node

import (
	"strings"
)

// pciIDsFile is where Debian has the list of PCI's numbers.
const pciIDsFile = "usr/share/misc/pci.ids"

// pciIDs knows the names of vendors and products; the list is read when it is
// first asked.
type pciIDs struct {
	h       *Host
	read    bool
	vendors map[uint]pciVendor
}

// pciVendor is a vendor with the lines of its products.
type pciVendor struct {
	name, products string
}

// names are empty where the list does not know them.
func (p *pciIDs) names(vendor, device uint) (vendorName, productName string) {
	if !p.read {
		p.read = true
		p.load()
	}
	v := p.vendors[vendor]
	for line := range strings.Lines(v.products) {
		// A product's line begins with one tabulator, that of one of its boards
		// with two.
		if id, name, ok := idLine(strings.TrimPrefix(line, "\t")); ok && id == device {
			return v.name, name
		}
	}
	return v.name, ""
}

// load finds the vendors in the list.
func (p *pciIDs) load() {
	text, err := p.h.read(pciIDsFile)
	if err != nil {
		return
	}
	p.vendors = map[uint]pciVendor{}
	for at := 0; at < len(text); {
		line, rest, _ := strings.Cut(text[at:], "\n")
		at = len(text) - len(rest)
		id, name, ok := idLine(line)
		if !ok {
			if strings.HasPrefix(line, "C ") {
				return // classes come behind the vendors
			}
			continue
		}
		begin := at
		for at < len(text) && (text[at] == '\t' || text[at] == '#') {
			_, rest, _ := strings.Cut(text[at:], "\n")
			at = len(text) - len(rest)
		}
		p.vendors[id] = pciVendor{name: name, products: text[begin:at]}
	}
}

// idLine reads "8086  Intel Corporation".
func idLine(line string) (id uint, name string, ok bool) {
	number, name, ok := strings.Cut(strings.TrimRight(line, "\n"), "  ")
	if !ok || len(number) != 4 {
		return 0, "", false
	}
	id, ok = fromHex(number)
	return id, strings.TrimSpace(name), ok
}
