package domxml

import (
	"github.com/govirtd/govirtd/protocol/vir"
)

// NWFilterBinding is the document of a binding: a network filter that is in
// use at a port of the host.
type NWFilterBinding struct {
	XMLName struct{} `xml:"filterbinding"`

	Owner NWFilterOwner `xml:"owner"`
	// PortDev is the interface of the host that the guest is behind, LinkDev
	// the one that it is on.
	PortDev   FilterDevice  `xml:"portdev"`
	LinkDev   *FilterDevice `xml:"linkdev"`
	MAC       FilterCard    `xml:"mac"`
	FilterRef FilterRef     `xml:"filterref"`
}

// NWFilterOwner is the domain that the port belongs to.
type NWFilterOwner struct {
	Name string `xml:"name"`
	UUID UUID   `xml:"uuid" vir:"always"`
}

// FilterDevice is an interface of the host.
type FilterDevice struct {
	Name string `xml:"name,attr"`
}

// FilterCard is the address of the guest's card.
type FilterCard struct {
	Address MAC `xml:"address,attr" vir:"always"`
}

// ParseNWFilterBinding reads the document of a binding.
func ParseNWFilterBinding(doc []byte, options ...Option) (*NWFilterBinding, error) {
	return parse[NWFilterBinding](doc, "filterbinding", vir.FromNWFilter, options)
}

// FormatNWFilterBinding writes the document of a binding.
func FormatNWFilterBinding(b *NWFilterBinding, flags FormatFlags) ([]byte, error) {
	return appendDocument(nil, "filterbinding", b, flags), nil
}

// Complete makes the address of the card known to the rules, as $MAC, unless
// the document gives another one.
func (b *NWFilterBinding) Complete() {
	for _, p := range b.FilterRef.Parameters {
		if p.Name == "MAC" {
			return
		}
	}
	b.FilterRef.Parameters = append(b.FilterRef.Parameters, FilterParameter{"MAC", b.MAC.Address.String()})
	b.FilterRef.sort()
}
