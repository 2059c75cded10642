package domxml

import "reflect"

// DomainCapsCPU are the CPUs that a domain may have.
type DomainCapsCPU struct {
	Modes []DomainCapsCPUMode `xml:"mode"`
}

// Mode finds a mode by its name; nil where nothing is said about it.
func (c *DomainCapsCPU) Mode(name string) *DomainCapsCPUMode {
	for i := range c.Modes {
		if c.Modes[i].Name == name {
			return &c.Modes[i]
		}
	}
	return nil
}

// DomainCapsCPUMode is one way to choose a CPU. host-model has one model with
// its vendor and features, custom has those to choose from.
type DomainCapsCPUMode struct {
	Name        string               `xml:"name,attr" vir:"enum=host-passthrough|maximum|host-model|custom"`
	Supported   YesNo                `xml:"supported,attr"`
	Enums       []DomainCapsEnum     `xml:"enum"`
	Models      []DomainCapsCPUModel `xml:"model"`
	Vendor      string               `xml:"vendor,omitempty"`
	MaxPhysAddr *MaxPhysAddr         `xml:"maxphysaddr"`
	Features    []CPUFeature         `xml:"feature"`
	// Blockers stand behind the models that they are about.
	Blockers []DomainCapsBlockers `xml:"blockers"`
}

// DomainCapsCPUModel is a model of CPUs.
type DomainCapsCPUModel struct {
	Fallback   string `xml:"fallback,attr,omitempty" vir:"enum=allow|forbid"`
	VendorID   string `xml:"vendor_id,attr,omitempty"`
	Usable     string `xml:"usable,attr,omitempty" vir:"enum=yes|no|unknown"`
	Deprecated YesNo  `xml:"deprecated,attr,omitempty"`
	Vendor     string `xml:"vendor,attr,omitempty"`
	Canonical  string `xml:"canonical,attr,omitempty"` // the model that this is another name of
	Name       string `xml:",chardata"`
}

// DomainCapsBlockers are the features of a model that the host lacks.
type DomainCapsBlockers struct {
	Model    string           `xml:"model,attr"`
	Features []HostCPUFeature `xml:"feature"`
}

// formatElement puts the blockers behind their models.
func (m *DomainCapsCPUMode) formatElement(e *encoder, name string) {
	if len(m.Blockers) == 0 {
		e.plain(name, m)
		return
	}
	rv := reflect.ValueOf(m).Elem()
	e.indent()
	e.b = append(append(e.b, '<'), name...)
	e.attributes(rv, planOf(rv.Type()))
	e.b = append(e.b, ">\n"...)
	e.depth++
	for i := range m.Enums {
		e.any("enum", &m.Enums[i])
	}
	blockers := map[string]*DomainCapsBlockers{}
	for i := range m.Blockers {
		blockers[m.Blockers[i].Model] = &m.Blockers[i]
	}
	for i := range m.Models {
		e.any("model", &m.Models[i])
		if b := blockers[m.Models[i].Name]; b != nil {
			e.any("blockers", b)
		}
	}
	e.depth--
	e.line("</" + name + ">")
}
