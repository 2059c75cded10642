package domxml

// IOTune limits a disk's use, per second and for bursts.
type IOTune struct {
	TotalBytesSec    uint64 `xml:"total_bytes_sec,omitempty"`
	ReadBytesSec     uint64 `xml:"read_bytes_sec,omitempty"`
	WriteBytesSec    uint64 `xml:"write_bytes_sec,omitempty"`
	TotalIOPSSec     uint64 `xml:"total_iops_sec,omitempty"`
	ReadIOPSSec      uint64 `xml:"read_iops_sec,omitempty"`
	WriteIOPSSec     uint64 `xml:"write_iops_sec,omitempty"`
	TotalBytesSecMax uint64 `xml:"total_bytes_sec_max,omitempty"`
	ReadBytesSecMax  uint64 `xml:"read_bytes_sec_max,omitempty"`
	WriteBytesSecMax uint64 `xml:"write_bytes_sec_max,omitempty"`
	TotalIOPSSecMax  uint64 `xml:"total_iops_sec_max,omitempty"`
	ReadIOPSSecMax   uint64 `xml:"read_iops_sec_max,omitempty"`
	WriteIOPSSecMax  uint64 `xml:"write_iops_sec_max,omitempty"`
	SizeIOPSSec      uint64 `xml:"size_iops_sec,omitempty"`

	GroupName ThrottleGroupName `xml:"group_name"`

	TotalBytesSecMaxLength uint64 `xml:"total_bytes_sec_max_length,omitempty"`
	ReadBytesSecMaxLength  uint64 `xml:"read_bytes_sec_max_length,omitempty"`
	WriteBytesSecMaxLength uint64 `xml:"write_bytes_sec_max_length,omitempty"`
	TotalIOPSSecMaxLength  uint64 `xml:"total_iops_sec_max_length,omitempty"`
	ReadIOPSSecMaxLength   uint64 `xml:"read_iops_sec_max_length,omitempty"`
	WriteIOPSSecMaxLength  uint64 `xml:"write_iops_sec_max_length,omitempty"`
}

// ThrottleGroupName is the group of disks that share a limit.
type ThrottleGroupName struct {
	Name string `xml:",chardata"`
	// Set says that somebody has set the name, which may be empty then.
	Set bool `xml:"-"`
}

func (g *ThrottleGroupName) parseNode(d *decoder, n node) error {
	g.Name = n.Text()
	g.Set = g.Name != "" || d.stored
	return nil
}

func (g *ThrottleGroupName) formatElement(e *encoder, name string) {
	if !g.Set && g.Name == "" {
		return
	}
	e.indent()
	e.b = append(append(append(e.b, '<'), name...), '>')
	e.b = appendEscaped(e.b, g.Name)
	e.close(name)
}
