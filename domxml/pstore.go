package domxml

// PStore keeps a crashed guest's last words.
type PStore struct {
	Backend string  `xml:"backend,attr" vir:"required enum=acpi-erst"`
	Path    string  `xml:"path,omitempty"`
	Size    *Memory `xml:"size"`
	DeviceInfo
}

func (p *PStore) parsed(*decoder, node) error {
	if p.Path == "" {
		return errXML("missing path for ACPI ERST pstore device")
	}
	if p.Size == nil || p.Size.Unit == "" {
		return errMissingPath("./size")
	}
	return nil
}
