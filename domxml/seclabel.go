package domxml

// SecLabel confines a guest under a security model of the host.
type SecLabel struct {
	// Type dynamic lets the model make a label, static has one, none is
	// unconfined; empty is the host's default, and not written.
	Type       string `xml:"type,attr,omitempty" vir:"enum=dynamic|static|none"`
	Model      string `xml:"model,attr,omitempty"`
	Relabel    YesNo  `xml:"relabel,attr,omitempty"`
	BaseLabel  string `xml:"baselabel,omitempty"`
	Label      string `xml:"label,omitempty"`
	ImageLabel string `xml:"imagelabel,omitempty" vir:"live"`
}

func (s *SecLabel) parsed(d *decoder, _ node) error {
	switch s.Type {
	case "dynamic":
		if !d.live {
			s.Label = ""
		}
		if s.Relabel == "" {
			s.Relabel = Yes
		}
	case "static":
		if s.Label == "" {
			return errXML("security label is missing")
		}
		if s.Relabel == "" {
			s.Relabel = No
		}
	case "none":
		if s.Relabel == Yes {
			return errUnsupported("resource relabeling is not compatible with 'none' label type")
		}
		s.Relabel = ""
	}
	return nil
}

// hidden leaves out what every domain has anyway.
func (s *SecLabel) hidden(FormatFlags) bool {
	return s.Type == ""
}
