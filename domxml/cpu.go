package domxml

import (
	"slices"

	"github.com/govirtd/govirtd/protocol/vir"
)

// CPU is the guest's kind of CPU, and its NUMA cells.
type CPU struct {
	Mode               string       `xml:"mode,attr,omitempty"`
	Match              string       `xml:"match,attr,omitempty"`
	Check              string       `xml:"check,attr,omitempty"`
	Migratable         OnOff        `xml:"migratable,attr,omitempty"`
	DeprecatedFeatures OnOff        `xml:"deprecated_features,attr,omitempty"`
	Model              *CPUModel    `xml:"model"`
	Vendor             string       `xml:"vendor,omitempty"`
	Topology           *CPUTopology `xml:"topology"`
	Cache              *CPUCache    `xml:"cache"`
	MaxPhysAddr        *MaxPhysAddr `xml:"maxphysaddr"`
	Features           []CPUFeature `xml:"feature"`
	NUMA               *NUMA        `xml:"numa"`
}

// CPUModel is a named kind of CPU.
type CPUModel struct {
	Fallback string `xml:"fallback,attr,omitempty"`
	VendorID string `xml:"vendor_id,attr,omitempty"`
	Name     string `xml:",chardata"`
}

// CPUTopology is how virtual CPUs are grouped.
type CPUTopology struct {
	Sockets  uint `xml:"sockets,attr" vir:"required nonzero"`
	Dies     uint `xml:"dies,attr,omitempty" vir:"nonzero"`
	Clusters uint `xml:"clusters,attr,omitempty" vir:"nonzero"`
	Cores    uint `xml:"cores,attr" vir:"required nonzero"`
	Threads  uint `xml:"threads,attr" vir:"required nonzero"`
}

func (t *CPUTopology) parsed(*decoder, node) error {
	t.Dies, t.Clusters = max(t.Dies, 1), max(t.Clusters, 1)
	return nil
}

// CPUCache is what the guest sees of a cache.
type CPUCache struct {
	Level *int   `xml:"level,attr,omitempty" vir:"nonneg"`
	Mode  string `xml:"mode,attr" vir:"required enum=emulate|passthrough|disable"`
}

// MaxPhysAddr is the width of physical addresses.
type MaxPhysAddr struct {
	Mode  string `xml:"mode,attr" vir:"required enum=emulate|passthrough"`
	Bits  int    `xml:"bits,attr,omitempty" vir:"nonneg"`
	Limit uint   `xml:"limit,attr,omitempty"`
}

// CPUFeature changes one feature of the model.
type CPUFeature struct {
	Policy string `xml:"policy,attr,omitempty"`
	Name   string `xml:"name,attr"`
}

func errCPU(code vir.ErrorNumber, format string, args ...any) error {
	return vir.Errorf(vir.FromCPU, code, format, args...)
}

// parseNode reads in the reference's order, which has its own words for most
// of the values.
func (c *CPU) parseNode(d *decoder, n node) error {
	if err := d.plain(n, c); err != nil {
		return err
	}
	if c.Mode != "" && !slices.Contains([]string{"custom", "host-model", "host-passthrough", "maximum"}, c.Mode) {
		return errCPU(vir.ErrConfigUnsupported, "Invalid mode attribute '%s'", c.Mode)
	}
	model := n.Child("model")
	if c.Mode == "" {
		if model.Valid() {
			c.Mode = "custom"
		}
	}
	_, hasMatch := n.Attr("match")
	switch {
	case c.Mode == "custom" || c.Mode == "":
		if hasMatch && !slices.Contains([]string{"minimum", "exact", "strict"}, c.Match) {
			return errCPU(vir.ErrConfigUnsupported, "Invalid match attribute for CPU specification")
		}
		if c.Mode == "custom" && c.Match == "" {
			c.Match = "exact"
		}
	default:
		c.Match = ""
	}
	if c.Check != "" && !slices.Contains([]string{"none", "partial", "full"}, c.Check) {
		return errCPU(vir.ErrConfigUnsupported, "Invalid check attribute for CPU specification")
	}
	if c.Migratable != "" && c.Mode != "host-passthrough" && c.Mode != "maximum" {
		return errCPU(vir.ErrConfigUnsupported, "Attribute migratable is only allowed for 'host-passthrough' / 'maximum' CPU mode")
	}
	if err := c.checkModel(); err != nil {
		return err
	}
	if m := c.MaxPhysAddr; m != nil && m.Limit != 0 && m.Mode != "passthrough" {
		return errCPU(vir.ErrConfigUnsupported, "attribute 'limit' is only supported for maxphysaddr mode 'passthrough'")
	}
	return c.checkFeatures()
}

func (c *CPU) checkModel() error {
	m := c.Model
	if m != nil {
		if m.Fallback == "" {
			m.Fallback = "allow"
		}
		if m.Fallback != "allow" && m.Fallback != "forbid" {
			return errCPU(vir.ErrConfigUnsupported, "Invalid fallback attribute")
		}
		if m.VendorID != "" && len(m.VendorID) != 12 {
			return errCPU(vir.ErrXMLError, "vendor_id must be exactly 12 characters long")
		}
	}
	switch {
	case c.Mode != "custom" && c.Mode != "":
		c.Model = nil
		if m != nil && m.Name != "" && c.Mode == "host-model" {
			c.Model = m
		}
	case m == nil || m.Name == "":
		if c.Vendor != "" {
			return errCPU(vir.ErrXMLError, "CPU vendor specified without CPU model")
		}
		if m == nil && len(c.Features) > 0 {
			return errCPU(vir.ErrXMLError, "Non-empty feature list specified without CPU model")
		}
	}
	return nil
}

func (c *CPU) checkFeatures() error {
	seen := map[string]bool{}
	for i := range c.Features {
		f := &c.Features[i]
		if f.Policy == "" {
			f.Policy = "require"
		}
		if !slices.Contains([]string{"force", "require", "optional", "disable", "forbid"}, f.Policy) {
			return errCPU(vir.ErrConfigUnsupported, "Invalid CPU feature policy")
		}
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

// hidden leaves out what says nothing.
func (c *CPU) hidden(FormatFlags) bool {
	if c.Mode != "" && c.Mode != "custom" {
		return false
	}
	return c.Model == nil && c.Topology == nil && c.Cache == nil && c.MaxPhysAddr == nil &&
		len(c.Features) == 0 && (c.NUMA == nil || len(c.NUMA.Cells) == 0)
}
