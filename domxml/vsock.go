package domxml

// VSock connects guest and host by sockets.
type VSock struct {
	Model string    `xml:"model,attr,omitempty" vir:"enum=default|virtio|virtio-transitional|virtio-non-transitional"`
	CID   *VSockCID `xml:"cid"`
	DeviceInfo
	Driver *VirtioDriver `xml:"driver"`
}

// VSockCID is the guest's number.
type VSockCID struct {
	Auto    YesNo `xml:"auto,attr,omitempty"`
	Address uint  `xml:"address,attr,omitempty" vir:"nonzero"`
}

func (v *VSock) parsed(*decoder, node) error {
	if v.Model == "default" {
		v.Model = ""
	}
	if v.CID == nil {
		v.CID = &VSockCID{}
	}
	c := v.CID
	if c.Auto == "" && c.Address == 0 {
		c.Auto = Yes
	}
	if c.Auto == "" {
		c.Auto = No
	}
	if c.Address != 0 && c.Address < 3 {
		return errUnsupported("guest CIDs must be >= 3")
	}
	return nil
}
