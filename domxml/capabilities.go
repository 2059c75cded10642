package domxml

import (
	"encoding/xml"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Capabilities is what a host is and which guests it runs
// (virConnectGetCapabilities).
type Capabilities struct {
	XMLName xml.Name            `xml:"capabilities"`
	Host    CapabilitiesHost    `xml:"host"`
	Guests  []CapabilitiesGuest `xml:"guest"`
}

// CapabilitiesHost is the host.
type CapabilitiesHost struct {
	UUID              string                    `xml:"uuid,omitempty"`
	CPU               *HostCPU                  `xml:"cpu"`
	PowerManagement   *CapabilitiesPower        `xml:"power_management" vir:"always"`
	IOMMU             *CapabilitiesIOMMU        `xml:"iommu" vir:"always"`
	MigrationFeatures *CapabilitiesMigration    `xml:"migration_features" vir:"always"`
	Topology          *CapabilitiesTopology     `xml:"topology"`
	Cache             *CapabilitiesCaches       `xml:"cache"`
	MemoryBandwidth   *CapabilitiesMemBandwidth `xml:"memory_bandwidth"`
	SecModels         []CapabilitiesSecModel    `xml:"secmodel"`
}

// CapabilitiesPower says how the host can sleep; nil is a host that does not
// know, an empty value one that cannot.
type CapabilitiesPower struct {
	SuspendMem    Flag `xml:"suspend_mem"`
	SuspendDisk   Flag `xml:"suspend_disk"`
	SuspendHybrid Flag `xml:"suspend_hybrid"`
}

// CapabilitiesIOMMU says whether the host has an IOMMU for guests.
type CapabilitiesIOMMU struct {
	Support YesNo `xml:"support,attr,omitempty"`
}

// CapabilitiesMigration says how guests can leave the host.
type CapabilitiesMigration struct {
	Live          Flag     `xml:"live"`
	URITransports []string `xml:"uri_transports>uri_transport"` // tcp, rdma
}

// CapabilitiesSecModel is a security driver of the host.
type CapabilitiesSecModel struct {
	Model      string                  `xml:"model" vir:"always"`
	DOI        string                  `xml:"doi" vir:"always"`
	BaseLabels []CapabilitiesBaseLabel `xml:"baselabel"`
}

// CapabilitiesBaseLabel is what guests of a type ("kvm") are labelled with.
type CapabilitiesBaseLabel struct {
	Type  string `xml:"type,attr"`
	Label string `xml:",chardata"`
}

// CapabilitiesGuest is one kind of guest: an operating system's interface on
// an architecture.
type CapabilitiesGuest struct {
	OSType   string                     `xml:"os_type"` // hvm, xen, linux, exe
	Arch     CapabilitiesArch           `xml:"arch"`
	Features *CapabilitiesGuestFeatures `xml:"features"`
}

// CapabilitiesArch is the architecture of a kind of guest. The emulator and
// the machines are those of every domain type that does not have its own.
type CapabilitiesArch struct {
	Name     string                    `xml:"name,attr"`
	WordSize uint                      `xml:"wordsize,omitempty"` // bits: 31, 32, 64
	Emulator string                    `xml:"emulator,omitempty"`
	Loader   string                    `xml:"loader,omitempty"`
	Machines []CapabilitiesMachine     `xml:"machine"`
	Domains  []CapabilitiesGuestDomain `xml:"domain"`
}

// CapabilitiesMachine is a machine type; with Canonical it is another name
// of that one.
type CapabilitiesMachine struct {
	Canonical  string `xml:"canonical,attr,omitempty"`
	MaxCPUs    uint   `xml:"maxCpus,attr,omitempty"`
	Deprecated YesNo  `xml:"deprecated,attr,omitempty"`
	Name       string `xml:",chardata"`
}

// CapabilitiesGuestDomain is a domain type ("kvm") that serves the guest.
type CapabilitiesGuestDomain struct {
	Type     string                `xml:"type,attr"`
	Emulator string                `xml:"emulator,omitempty"`
	Machines []CapabilitiesMachine `xml:"machine"`
}

// CapabilitiesGuestFeatures are what guests of a kind can have, in the order
// of the document.
type CapabilitiesGuestFeatures struct {
	List []CapabilitiesGuestFeature `xml:",any"`
}

// CapabilitiesGuestFeature is an element that says something by being there;
// acpi, apic, hap and disksnapshot also say whether they are on by default and
// can be switched.
type CapabilitiesGuestFeature struct {
	XMLName xml.Name
	Default OnOff `xml:"default,attr,omitempty"`
	Toggle  YesNo `xml:"toggle,attr,omitempty"`
}

// The names of guest features.
const (
	GuestFeaturePAE              = "pae"
	GuestFeatureNonPAE           = "nonpae"
	GuestFeatureIA64BE           = "ia64_be"
	GuestFeatureACPI             = "acpi"
	GuestFeatureAPIC             = "apic"
	GuestFeatureCPUSelection     = "cpuselection"
	GuestFeatureDeviceBoot       = "deviceboot"
	GuestFeatureDiskSnapshot     = "disksnapshot"
	GuestFeatureHAP              = "hap"
	GuestFeatureExternalSnapshot = "externalSnapshot"
)

// Feature finds a feature; nil is one that guests of the kind do not have.
func (g *CapabilitiesGuest) Feature(name string) *CapabilitiesGuestFeature {
	if g.Features == nil {
		return nil
	}
	for i := range g.Features.List {
		if f := &g.Features.List[i]; f.XMLName.Local == name {
			return f
		}
	}
	return nil
}

// Add puts a feature behind the others.
func (l *CapabilitiesGuestFeatures) Add(name string) *CapabilitiesGuestFeature {
	l.List = append(l.List, CapabilitiesGuestFeature{XMLName: xml.Name{Local: name}})
	return &l.List[len(l.List)-1]
}

func (l *CapabilitiesGuestFeatures) parseNode(d *decoder, n node) error {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() != xmltree.Element {
			continue
		}
		if len(l.List) == maxList {
			return errXML("more than %d elements in '%s'", maxList, n.Name())
		}
		f := CapabilitiesGuestFeature{XMLName: xml.Name{Local: c.Name()}}
		if err := d.attrs(c, &f); err != nil {
			return err
		}
		l.List = append(l.List, f)
	}
	return nil
}

func (l *CapabilitiesGuestFeatures) formatElement(e *encoder, name string) {
	if len(l.List) == 0 {
		return
	}
	e.line("<" + name + ">")
	e.depth++
	for i := range l.List {
		e.any(l.List[i].XMLName.Local, &l.List[i])
	}
	e.depth--
	e.line("</" + name + ">")
}

// formatElement sets the host and the guests apart with empty lines.
func (c *Capabilities) formatElement(e *encoder, name string) {
	e.line("<" + name + ">")
	e.b = append(e.b, '\n')
	e.depth++
	e.any("host", &c.Host)
	e.b = append(e.b, '\n')
	for i := range c.Guests {
		e.any("guest", &c.Guests[i])
		e.b = append(e.b, '\n')
	}
	e.depth--
	e.line("</" + name + ">")
}

// ParseCapabilities reads the document of virConnectGetCapabilities.
func ParseCapabilities(doc []byte) (*Capabilities, error) {
	return parse[Capabilities](doc, "capabilities", vir.FromCapabilities, nil)
}

// FormatCapabilities writes the document of virConnectGetCapabilities.
func FormatCapabilities(c *Capabilities) []byte {
	return appendDocument(nil, "capabilities", c, 0)
}
