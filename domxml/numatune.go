package domxml

// NUMATune says which memory of the host a guest gets.
type NUMATune struct {
	Memory   *NUMAMemory `xml:"memory"`
	MemNodes []MemNode   `xml:"memnode"`
}

// NUMAMemory is the policy for the whole guest.
type NUMAMemory struct {
	Mode      string `xml:"mode,attr" vir:"enum=strict|preferred|interleave|restrictive"`
	Placement string `xml:"placement,attr,omitempty" vir:"enum=static|auto"`
	NodeSet   CPUSet `xml:"nodeset,attr,omitempty"`
}

// MemNode is the policy for one cell of the guest.
type MemNode struct {
	CellID  uint   `xml:"cellid,attr" vir:"required always"`
	Mode    string `xml:"mode,attr" vir:"enum=strict|preferred|interleave|restrictive"`
	NodeSet CPUSet `xml:"nodeset,attr"`
}

func (m *NUMAMemory) parsed(_ *decoder, n node) error {
	if m.NodeSet != nil && m.NodeSet.Len() == 0 {
		return errUnsupported("Invalid value of 'nodeset': %s", attrOf(n, "nodeset"))
	}
	return nil
}

func (m *MemNode) parsed(_ *decoder, n node) error {
	if m.Mode == "" {
		m.Mode = "strict"
	}
	if m.NodeSet == nil {
		return errXML("Missing required nodeset attribute in memnode element")
	}
	return nil
}

// resolve settles who places memory and virtual CPUs, which depends on both.
func (t *NUMATune) resolve(placement string) error {
	m := t.Memory
	if m == nil {
		return nil
	}
	if m.Placement == "" {
		switch {
		case m.NodeSet != nil:
			m.Placement = "static"
		case placement == "auto":
			m.Placement = "auto"
		default:
			m.Placement = "static"
		}
	}
	if m.Placement == "static" && m.NodeSet == nil {
		return errUnsupported("nodeset for NUMA memory tuning must be set if 'placement' is 'static'")
	}
	if m.Mode == "" {
		m.Mode = "strict"
	}
	if m.Placement == "auto" {
		m.NodeSet = nil
		if len(t.MemNodes) > 0 {
			return errUnsupported("Per-node binding is not compatible with automatic NUMA placement.")
		}
		return nil
	}
	m.Placement = "" // the nodes say it
	for _, n := range t.MemNodes {
		if n.Mode == "restrictive" && m.Mode != "restrictive" {
			return errXML("'restrictive' mode is required in memory element when mode is 'restrictive' in memnode element")
		}
	}
	return nil
}
