package domxml

// BlkioTune shares the host's block devices out.
type BlkioTune struct {
	Weight  uint          `xml:"weight,omitempty"`
	Devices []BlkioDevice `xml:"device"`
}

// BlkioDevice limits the use of one block device.
type BlkioDevice struct {
	Path          string `xml:"path"`
	Weight        uint   `xml:"weight,omitempty" bad:"could not parse weight %s"`
	ReadIOPSSec   uint   `xml:"read_iops_sec,omitempty" bad:"could not parse read_iops_sec %s"`
	WriteIOPSSec  uint   `xml:"write_iops_sec,omitempty" bad:"could not parse write_iops_sec %s"`
	ReadBytesSec  uint64 `xml:"read_bytes_sec,omitempty" bad:"could not parse read_bytes_sec %s"`
	WriteBytesSec uint64 `xml:"write_bytes_sec,omitempty" bad:"could not parse write_bytes_sec %s"`
}

// hidden leaves out a device without limits, which keeps its place in the
// list all the same.
func (d *BlkioDevice) hidden(f FormatFlags) bool {
	return f&FormatStored == 0 && *d == BlkioDevice{Path: d.Path}
}

func (b *BlkioTune) parseNode(d *decoder, n node) error {
	// A weight that is no number counts as absent.
	if c := n.Child("weight"); c.Valid() {
		if w, err := parseNumber(c.Text()); err == nil && w < 1<<32 {
			b.Weight = uint(w)
		}
	}
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement("device") {
			continue
		}
		var dev BlkioDevice
		if err := d.decode(c, &dev); err != nil {
			return err
		}
		if dev.Path == "" {
			return errUnsupported("missing per-device path")
		}
		for _, o := range b.Devices {
			if o.Path == dev.Path {
				return errXML("duplicate blkio device path '%s'", dev.Path)
			}
		}
		b.Devices = append(b.Devices, dev)
	}
	return nil
}
