package domxml

import (
	"encoding/xml"
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// HostCPU is the CPU of a host: part of Capabilities, and a document of its
// own for virConnectBaselineCPU and virConnectCompareCPU. Features are added
// to those of the model.
type HostCPU struct {
	Arch        string           `xml:"arch,omitempty"`
	Flags       *HostCPUFlags    `xml:"features"`
	Model       string           `xml:"model,omitempty"`
	Vendor      string           `xml:"vendor,omitempty"`
	Microcode   *CPUMicrocode    `xml:"microcode"`
	Signature   *CPUSignature    `xml:"signature"`
	Counter     *CPUCounter      `xml:"counter"`
	Topology    *HostCPUTopology `xml:"topology"`
	MaxPhysAddr *MaxPhysAddr     `xml:"maxphysaddr"`
	Features    []HostCPUFeature `xml:"feature"`
	Pages       []CPUPages       `xml:"pages"`
}

// HostCPUFlags are what hosts without a known model say of their CPU.
type HostCPUFlags struct {
	PAE    Flag `xml:"pae"`
	NonPAE Flag `xml:"nonpae"`
	VMX    Flag `xml:"vmx"`
	SVM    Flag `xml:"svm"`
}

// HostCPUTopology is how the host's CPUs are grouped, in each NUMA cell alike.
// Older hosts do not speak of dies and clusters.
type HostCPUTopology struct {
	Sockets  uint `xml:"sockets,attr" vir:"required nonzero"`
	Dies     uint `xml:"dies,attr,omitempty" vir:"nonzero"`
	Clusters uint `xml:"clusters,attr,omitempty" vir:"nonzero"`
	Cores    uint `xml:"cores,attr" vir:"required nonzero"`
	Threads  uint `xml:"threads,attr" vir:"required nonzero"`
}

// CPUMicrocode is the version of the microcode.
type CPUMicrocode struct {
	Version uint64 `xml:"version,attr"`
}

// CPUSignature tells x86 CPUs apart.
type CPUSignature struct {
	Family   uint `xml:"family,attr" vir:"always"`
	Model    uint `xml:"model,attr" vir:"always"`
	Stepping uint `xml:"stepping,attr" vir:"always"`
}

// CPUCounter is a counter of the CPU that guests see ("tsc").
type CPUCounter struct {
	Name      string `xml:"name,attr" vir:"required"`
	Frequency uint64 `xml:"frequency,attr" vir:"required"` // Hz
	Scaling   YesNo  `xml:"scaling,attr,omitempty"`
}

// HostCPUFeature is a feature that the host's CPU has.
type HostCPUFeature struct {
	Name string `xml:"name,attr"`
}

// CPUPages is a page size that the host's CPU knows.
type CPUPages struct {
	Unit string `xml:"unit,attr,omitempty"`
	Size uint64 `xml:"size,attr"`
}

// parsed refuses what the reference refuses of a host's features.
func (c *HostCPU) parsed(*decoder, node) error {
	seen := map[string]bool{}
	for _, f := range c.Features {
		if f.Name == "" {
			return errCPU(vir.ErrXMLError, "Invalid CPU feature name")
		}
		if seen[f.Name] {
			return errCPU(vir.ErrXMLError, "CPU feature '%s' specified more than once", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// hostCPU is the document of a host's CPU, which says more than that in
// Capabilities has to.
type hostCPU struct {
	XMLName xml.Name `xml:"cpu"`
	HostCPU
}

func (c *hostCPU) parseNode(d *decoder, n node) error {
	if _, ok := n.Attr("mode"); ok {
		return errCPU(vir.ErrConfigUnsupported, "Attribute mode is only allowed for guest CPU")
	}
	arch, model := n.Child("arch"), n.Child("model")
	switch {
	case !arch.Valid() || arch.Text() == "":
		return errCPU(vir.ErrXMLError, "Missing CPU architecture")
	case !slices.Contains(arches, arch.Text()):
		return errCPU(vir.ErrConfigUnsupported, "Unknown architecture %s", arch.Text())
	case !model.Valid() || model.Text() == "":
		return errCPU(vir.ErrXMLError, "Missing CPU model name")
	}
	return d.decode(n, &c.HostCPU)
}

// ParseHostCPU reads the <cpu> document of a host, as virConnectBaselineCPU
// and virConnectCompareCPU take it. It must name an architecture and a model.
func ParseHostCPU(doc []byte) (*HostCPU, error) {
	c := &hostCPU{}
	err := withTree(doc, vir.FromCPU, func(n node) error {
		if n.Name() != "cpu" {
			return errCPU(vir.ErrXMLError, "XML does not contain expected 'cpu' element")
		}
		return (&decoder{}).decode(n, c)
	})
	if err != nil {
		return nil, err
	}
	return &c.HostCPU, nil
}

// ParseAnyCPU reads a <cpu> document that may be a host's, which names an
// architecture, or a guest's: virConnectCompareCPU takes both. One of the two
// is not nil.
func ParseAnyCPU(doc []byte) (host *HostCPU, guest *CPU, err error) {
	h, g := &hostCPU{}, &CPU{}
	err = withTree(doc, vir.FromCPU, func(n node) error {
		if n.Name() != "cpu" {
			return errCPU(vir.ErrXMLError, "XML does not contain expected 'cpu' element")
		}
		if !n.Child("arch").Valid() {
			guest = g
			return (&decoder{}).decode(n, g)
		}
		if _, ok := n.Attr("match"); ok {
			return errCPU(vir.ErrXMLError, "'arch' element cannot be used inside 'cpu' element with 'match' attribute'")
		}
		host = &h.HostCPU
		return (&decoder{}).decode(n, h)
	})
	if err != nil {
		return nil, nil, err
	}
	return host, guest, nil
}

// FormatHostCPU writes the <cpu> document of a host.
func FormatHostCPU(c *HostCPU) []byte { return appendDocument(nil, "cpu", c, 0) }

// ParseCPU reads the <cpu> document of a guest, as virConnectBaselineCPU and
// virConnectBaselineHypervisorCPU answer it.
func ParseCPU(doc []byte) (*CPU, error) { return parse[CPU](doc, "cpu", vir.FromCPU, nil) }

// FormatCPU writes the <cpu> document of a guest.
func FormatCPU(c *CPU) []byte { return appendDocument(nil, "cpu", c, 0) }
