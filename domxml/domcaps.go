package domxml

import (
	"encoding/xml"

	"github.com/govirtd/govirtd/protocol/vir"
)

// DomainCapabilities is what a domain of a kind may have
// (virConnectGetDomainCapabilities).
type DomainCapabilities struct {
	XMLName       xml.Name           `xml:"domainCapabilities"`
	Path          *string            `xml:"path"`   // of the emulator
	Domain        string             `xml:"domain"` // the type: kvm, qemu, xen
	Machine       *string            `xml:"machine"`
	Arch          string             `xml:"arch"`
	VCPU          *DomainCapsVCPU    `xml:"vcpu"`
	IOThreads     *DomainCapsFeature `xml:"iothreads"`
	OS            *DomainCapsOS      `xml:"os"`
	CPU           *DomainCapsCPU     `xml:"cpu"`
	MemoryBacking *DomainCapsFeature `xml:"memoryBacking"`
	Devices       *DomainCapsDevices `xml:"devices" vir:"pair"`
	Features      *DomainCapsExtra   `xml:"features" vir:"pair"`
}

// DomainCapsVCPU bounds the virtual CPUs.
type DomainCapsVCPU struct {
	Max uint `xml:"max,attr" vir:"always"`
}

// DomainCapsFeature says whether something is supported, and which values its
// attributes may have.
type DomainCapsFeature struct {
	Supported YesNo            `xml:"supported,attr"`
	Enums     []DomainCapsEnum `xml:"enum"`
}

// Values are those of an attribute; nil where nothing is said about it.
func (f *DomainCapsFeature) Values(attribute string) []string {
	if f == nil {
		return nil
	}
	return enumValues(f.Enums, attribute)
}

// DomainCapsEnum are the values that an attribute may have.
type DomainCapsEnum struct {
	Name   string   `xml:"name,attr"`
	Values []string `xml:"value"`
}

func enumValues(list []DomainCapsEnum, attribute string) []string {
	for _, e := range list {
		if e.Name == attribute {
			return e.Values
		}
	}
	return nil
}

// DomainCapsOS is how domains may start.
type DomainCapsOS struct {
	Supported YesNo             `xml:"supported,attr"`
	Enums     []DomainCapsEnum  `xml:"enum"` // firmware
	Loader    *DomainCapsLoader `xml:"loader"`
}

// DomainCapsLoader are the firmware files.
type DomainCapsLoader struct {
	Supported YesNo            `xml:"supported,attr"`
	Paths     []string         `xml:"value"`
	Enums     []DomainCapsEnum `xml:"enum"` // type, readonly, secure
}

// DomainCapsDevices are the kinds of devices; nil is one that the hypervisor
// says nothing about.
type DomainCapsDevices struct {
	Disk       *DomainCapsFeature `xml:"disk"`
	Graphics   *DomainCapsFeature `xml:"graphics"`
	Video      *DomainCapsFeature `xml:"video"`
	Hostdev    *DomainCapsFeature `xml:"hostdev"`
	RNG        *DomainCapsFeature `xml:"rng"`
	Filesystem *DomainCapsFeature `xml:"filesystem"`
	TPM        *DomainCapsFeature `xml:"tpm"`
	Redirdev   *DomainCapsFeature `xml:"redirdev"`
	Channel    *DomainCapsFeature `xml:"channel"`
	Crypto     *DomainCapsFeature `xml:"crypto"`
	Interface  *DomainCapsFeature `xml:"interface"`
	Panic      *DomainCapsFeature `xml:"panic"`
}

// DomainCapsExtra are features beyond devices; nil is one that the hypervisor
// says nothing about.
type DomainCapsExtra struct {
	GIC               *DomainCapsFeature `xml:"gic"`
	VMCoreInfo        *DomainCapsFeature `xml:"vmcoreinfo"`
	GenID             *DomainCapsFeature `xml:"genid"`
	BackingStoreInput *DomainCapsFeature `xml:"backingStoreInput"`
	Backup            *DomainCapsFeature `xml:"backup"`
	AsyncTeardown     *DomainCapsFeature `xml:"async-teardown"`
	S390PV            *DomainCapsFeature `xml:"s390-pv"`
	PS2               *DomainCapsFeature `xml:"ps2"`
	SEV               *DomainCapsSEV     `xml:"sev"`
	SGX               *DomainCapsSGX     `xml:"sgx"`
	HyperV            *DomainCapsFeature `xml:"hyperv"`
	LaunchSecurity    *DomainCapsFeature `xml:"launchSecurity"`
}

// DomainCapsSEV is AMD's memory encryption. The numbers are nil where it is
// not supported.
type DomainCapsSEV struct {
	Supported       YesNo  `xml:"supported,attr"`
	CBitPos         *uint  `xml:"cbitpos"`
	ReducedPhysBits *uint  `xml:"reducedPhysBits"`
	MaxGuests       *uint  `xml:"maxGuests"`
	MaxESGuests     *uint  `xml:"maxESGuests"`
	CPU0ID          string `xml:"cpu0Id,omitempty"`
}

// DomainCapsSGX is Intel's enclaves.
type DomainCapsSGX struct {
	Supported   YesNo                  `xml:"supported,attr"`
	FLC         YesNo                  `xml:"flc,omitempty"`
	SGX1        YesNo                  `xml:"sgx1,omitempty"`
	SGX2        YesNo                  `xml:"sgx2,omitempty"`
	SectionSize *DomainCapsSectionSize `xml:"section_size"`
	Sections    []DomainCapsSection    `xml:"sections>section"`
}

// DomainCapsSectionSize is the memory for enclaves of the whole host.
type DomainCapsSectionSize struct {
	Unit  string `xml:"unit,attr,omitempty"`
	Value uint64 `xml:",chardata" vir:"always"`
}

// DomainCapsSection is the memory for enclaves of a NUMA node.
type DomainCapsSection struct {
	Node uint   `xml:"node,attr" vir:"always"`
	Size uint64 `xml:"size,attr" vir:"always"`
	Unit string `xml:"unit,attr,omitempty"`
}

// ParseDomainCapabilities reads the document of virConnectGetDomainCapabilities.
func ParseDomainCapabilities(doc []byte) (*DomainCapabilities, error) {
	return parse[DomainCapabilities](doc, "domainCapabilities", vir.FromCapabilities, nil)
}

// FormatDomainCapabilities writes the document of virConnectGetDomainCapabilities.
func FormatDomainCapabilities(c *DomainCapabilities) []byte {
	return appendDocument(nil, "domainCapabilities", c, 0)
}
