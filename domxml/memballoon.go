package domxml

// Memballoon takes memory back from a guest.
type Memballoon struct {
	Model             string        `xml:"model,attr" vir:"required enum=virtio|xen|none|virtio-transitional|virtio-non-transitional"`
	AutoDeflate       OnOff         `xml:"autodeflate,attr,omitempty"`
	FreePageReporting OnOff         `xml:"freePageReporting,attr,omitempty"`
	Stats             *BalloonStats `xml:"stats"`
	DeviceInfo
	Driver *VirtioDriver `xml:"driver"`
}

// BalloonStats is how often figures are read, in seconds.
type BalloonStats struct {
	Period uint `xml:"period,attr,omitempty"`
}

func (m *Memballoon) parsed(*decoder, node) error {
	if m.Model == "none" {
		*m = Memballoon{Model: m.Model}
	}
	return nil
}

func (s *BalloonStats) hidden(FormatFlags) bool { return s.Period == 0 }
