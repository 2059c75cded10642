package domxml

import "slices"

// hexOrDecimal reads a required number of an s390 device.
func (r *deviceReader) hexOrDecimal(n node, name string, base int) (uint, error) {
	s := childText(n, name)
	if s == "" {
		return 0, r.unsupported("missing %s value", name)
	}
	v, ok := number(s, base, 32)
	if !ok {
		return 0, r.unsupported("invalid %s value '%s'", name, s)
	}
	return uint(v), nil
}

// ccwAddress reads the address of a channel device.
func (r *deviceReader) ccwAddress(n node) (a CCWDevice, err error) {
	if a.CSSID, err = r.hexOrDecimal(n, "cssid", 0); err != nil {
		return a, err
	}
	if a.SSID, err = r.hexOrDecimal(n, "ssid", 0); err != nil {
		return a, err
	}
	a.DevNo, err = r.hexOrDecimal(n, "devno", 16)
	return a, err
}

// channel reads the devices of a channel subsystem: ccw, css and ccwgroup.
func (r *deviceReader) channel(n node, c *NodeDeviceCapability) error {
	if s := childText(n, "state"); s != "" {
		if s != "online" && s != "offline" {
			return r.unsupported("unknown state '%s'", s)
		}
		if c.Type != CapCSS {
			c.State = s
		}
	}
	a, err := r.ccwAddress(n)
	if err != nil {
		return err
	}
	c.CSSID, c.SSID, c.DevNo = &a.CSSID, &a.SSID, &a.DevNo
	if c.Type == CapCCWGroup {
		return r.ccwGroup(n, c)
	}
	if d := n.Child("channel_dev_addr"); d.Valid() && c.Type == CapCSS {
		a, err := r.ccwAddress(d)
		if err != nil {
			return err
		}
		c.ChannelDevAddr = &a
	}
	return r.subCapabilities(n, c, func(s node, kind string) (*NodeDeviceSubCapability, error) {
		switch {
		case kind == "ccwgroup_member":
			sub := &NodeDeviceSubCapability{Type: kind, GroupDevice: childText(s, "group_device")}
			if sub.GroupDevice == "" {
				return nil, r.unsupported("missing group_device value")
			}
			if c.Type == CapCSS {
				return nil, nil
			}
			return sub, nil
		case c.Type == CapCSS:
			return r.mdevTypes(s, kind)
		}
		return nil, nil
	})
}

// qethTypes are the kinds of groups.
var qethTypes = []string{"qeth_generic", "qeth_layer2", "qeth_layer3"}

func (r *deviceReader) ccwGroup(n node, c *NodeDeviceCapability) error {
	if m := n.Child("members"); m.Valid() {
		list, err := elementsOf(m, "ccw_device")
		if err != nil {
			return err
		}
		for _, d := range list {
			ref, ok := d.Attr("ref")
			if !ok {
				return errMissing("ref", "ccw_device")
			}
			c.Members = append(c.Members, CCWMember{Ref: ref, Device: d.Text()})
		}
	}
	// What is absent is written as the C library writes it.
	sub := NodeDeviceSubCapability{Type: qethTypes[0], CardType: "(null)", ChpID: "(null)"}
	if s := n.Child("capability"); s.Valid() {
		kind, ok := s.Attr("type")
		if !ok {
			return errMissing("type", "capability")
		}
		if !slices.Contains(qethTypes, kind) {
			return errValue("type", "capability", kind, "")
		}
		sub.Type = kind
		if t := childText(s, "card_type"); t != "" {
			sub.CardType = t
		}
		if t := childText(s, "chpid"); t != "" {
			sub.ChpID = t
		}
	}
	c.Capabilities = []NodeDeviceSubCapability{sub}
	return nil
}

// ap reads a cryptographic card or one of its queues.
func (r *deviceReader) ap(n node, c *NodeDeviceCapability) error {
	adapter, err := r.hexOrDecimal(n, "ap-adapter", 0)
	if err != nil {
		return err
	}
	c.APAdapter = &adapter
	if c.Type == CapAPCard {
		return nil
	}
	domain, err := r.hexOrDecimal(n, "ap-domain", 0)
	if err != nil {
		return err
	}
	if domain > 255 {
		return r.unsupported("ap-domain value '%s' is out of range", childText(n, "ap-domain"))
	}
	c.APDomain = &domain
	return nil
}
