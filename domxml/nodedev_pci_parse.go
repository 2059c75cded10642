package domxml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// pci reads a PCI device.
func (r *deviceReader) pci(n node, c *NodeDeviceCapability) error {
	if s := childText(n, "class"); s != "" && s != "-1" {
		v, ok := number(s, 16, 32)
		if !ok || v > 0xffffff {
			return r.internal("invalid PCI class supplied")
		}
		c.Class = fmt.Sprintf("0x%06x", v)
	}
	return all(
		func() error { return r.count(n, "domain", "PCI domain ID", &c.Domain) },
		func() error { return r.countText(n, "bus", "PCI bus ID", &c.Bus) },
		func() error { return r.count(n, "slot", "PCI slot ID", &c.Slot) },
		func() error { return r.count(n, "function", "PCI function ID", &c.Function) },
		func() (err error) { c.Vendor, err = r.id(n, "vendor", "PCI vendor ID", false); return },
		func() (err error) { c.Product, err = r.id(n, "product", "PCI product ID", false); return },
		func() error { return r.subCapabilities(n, c, r.pciSub) },
		func() error {
			// a card has one kind of header: the last one that is named
			bridge := slices.IndexFunc(c.Capabilities, func(s NodeDeviceSubCapability) bool { return s.Type == "pci-bridge" })
			if bridge >= 0 {
				c.Capabilities = slices.DeleteFunc(c.Capabilities, func(s NodeDeviceSubCapability) bool { return s.Type == "cardbus-bridge" })
			}
			c.arrange("phys_function", "virt_functions", "pci-bridge", "cardbus-bridge", "mdev_types", "vpd")
			return nil
		},
		func() error { return r.iommuGroup(n, c) },
		func() error {
			s := childAttr(n, "numa", "node")
			if s == "" {
				return nil
			}
			v, err := strconv.Atoi(s)
			if err != nil {
				return r.internal("invalid NUMA node ID supplied")
			}
			if v >= 0 {
				c.NUMA = &NodeDeviceNUMA{Node: v}
			}
			return nil
		},
		func() error { return r.pciExpress(n, c) },
	)
}

// pciSub reads a nested capability of a PCI device; unknown ones are dropped.
func (r *deviceReader) pciSub(n node, kind string) (*NodeDeviceSubCapability, error) {
	sub := &NodeDeviceSubCapability{Type: kind}
	switch kind {
	case "":
		return nil, errNodeDevice("Missing capability type")
	case "pci-bridge", "cardbus-bridge":
		return sub, nil
	case "phys_function", "virt_functions":
		if s, ok := n.Attr("maxCount"); ok && kind == "virt_functions" {
			v, ok := number(s, 10, 32)
			if !ok {
				return nil, errNodeDevice("Malformed 'maxCount' parameter")
			}
			sub.MaxCount = uint(v)
		}
		var err error
		if sub.Addresses, err = r.addresses(n); err != nil {
			return nil, err
		}
		if kind == "phys_function" {
			if len(sub.Addresses) == 0 {
				return nil, errNodeDevice("Missing address in 'phys_function' capability")
			}
			sub.Addresses = sub.Addresses[:1]
		}
		return sub, nil
	case "vpd":
		return r.vpd(n)
	}
	return r.mdevTypes(n, kind)
}

func (r *deviceReader) addresses(n node) (out []NodeDeviceAddress, err error) {
	list, err := elementsOf(n, "address")
	for _, c := range list {
		var a NodeDeviceAddress
		if err := r.d.plain(c, &a); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, err
}

// iommuGroup reads the group, which counts for nothing without members.
func (r *deviceReader) iommuGroup(n node, c *NodeDeviceCapability) error {
	g := n.Child("iommuGroup")
	if !g.Valid() {
		return nil
	}
	s, ok := g.Attr("number")
	if !ok {
		return errMissing("number", "iommuGroup")
	}
	v, ok := number(s, 10, 32)
	if !ok {
		return errValue("number", "iommuGroup", s, "non-negative integer value")
	}
	list, err := r.addresses(g)
	if err == nil && len(list) > 0 {
		c.IOMMUGroup = &IOMMUGroup{Number: uint(v), Addresses: list}
	}
	return err
}

// pciExpress reads the two links of a card.
func (r *deviceReader) pciExpress(n node, c *NodeDeviceCapability) error {
	e := n.Child("pci-express")
	if !e.Valid() {
		return nil
	}
	c.PCIExpress = &PCIExpress{}
	list, err := elementsOf(e, "link")
	if err != nil {
		return err
	}
	var links [2]*PCIELink
	for _, l := range list {
		validity, _ := l.Attr("validity")
		if i := slices.Index([]string{"cap", "sta"}, validity); i >= 0 && links[i] == nil {
			links[i] = &PCIELink{}
			if err := r.d.plain(l, links[i]); err != nil {
				return err
			}
		}
	}
	for _, l := range links {
		if l != nil {
			c.PCIExpress.Links = append(c.PCIExpress.Links, *l)
		}
	}
	return nil
}

// vpd reads the vital product data of a card.
func (r *deviceReader) vpd(n node) (*NodeDeviceSubCapability, error) {
	sub := &NodeDeviceSubCapability{Type: "vpd", Name: childText(n, "name")}
	if sub.Name == "" {
		return nil, errNodeDevice("Could not read a device name from the <name> element")
	}
	list, err := elementsOf(n, "fields")
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		access, ok := c.Attr("access")
		if !ok {
			return nil, errMissing("access", "fields")
		}
		if access != "readonly" && access != "readwrite" {
			return nil, errNodeDevice("Unsupported VPD field access type '%s'", access)
		}
		f := VPDFields{Access: access}
		if err := f.read(c); err != nil {
			return nil, err
		}
		sub.Fields = append(sub.Fields, f)
	}
	slices.SortStableFunc(sub.Fields, func(a, b VPDFields) int { return strings.Compare(a.Access, b.Access) })
	return sub, nil
}

// read takes the fields that this kind of access has; of fields with the same
// index the last counts.
func (f *VPDFields) read(n node) error {
	known := map[string]*string{
		"change_level": &f.ChangeLevel, "manufacture_id": &f.ManufactureID, "part_number": &f.PartNumber, "serial_number": &f.SerialNumber,
	}
	if f.Access == "readwrite" {
		known = map[string]*string{"asset_tag": &f.AssetTag}
	}
	for c := n.First(); c.Valid(); c = c.Next() {
		name := c.Name()
		if !c.IsElement(name) || c.Text() == "" {
			continue
		}
		if to := known[name]; to != nil {
			*to = c.Text()
			continue
		}
		if name != "vendor_field" && (name != "system_field" || f.Access != "readwrite") {
			continue
		}
		index, ok := c.Attr("index")
		if !ok {
			return errMissing("index", name)
		}
		if len(index) != 1 || index[0] < '0' || index[0] > '9' && index[0] < 'A' || index[0] > 'Z' {
			return errNodeDevice("'%s' 'index' value '%s' malformed", name, index)
		}
		switch {
		case name == "vendor_field":
			setField(&f.VendorSpecific, index, c.Text())
		case index == "A":
			f.AssetTag = c.Text()
		default:
			setField(&f.SystemSpecific, index, c.Text())
		}
	}
	return nil
}

func setField(list *[]VPDField, index, value string) {
	for i := range *list {
		if (*list)[i].Index == index {
			(*list)[i].Value = value
			return
		}
	}
	if len(*list) < 36 {
		*list = append(*list, VPDField{index, value})
	}
}
