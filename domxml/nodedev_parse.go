package domxml

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

// The reference reads devices with checks of its own for nearly every element,
// whose errors name the device. deviceReader is about one device.
type deviceReader struct {
	d    *decoder
	name string
}

func (r *deviceReader) internal(format string, args ...any) error {
	return vir.Errorf(vir.FromNodedev, vir.ErrInternalError, format+" for '%s'", append(args, r.name)...)
}

func (r *deviceReader) unsupported(format string, args ...any) error {
	return vir.Errorf(vir.FromNodedev, vir.ErrConfigUnsupported, format+" for '%s'", append(args, r.name)...)
}

func errNodeDevice(format string, args ...any) error {
	return vir.Errorf(vir.FromNodedev, vir.ErrXMLError, format, args...)
}

// elementsOf are the children of a name.
func elementsOf(n node, name string) (out []node, err error) {
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement(name) {
			continue
		}
		if len(out) == maxList {
			return nil, errXML("more than %d elements '%s'", maxList, name)
		}
		out = append(out, c)
	}
	return out, nil
}

// number reads a number in a base; 16 takes 0x in front too.
func number(s string, base, bits int) (uint64, bool) {
	if base != 10 {
		if rest, ok := cutHex(s); ok {
			s, base = rest, 16
		}
	}
	if base == 0 {
		base = 10
		if len(s) > 1 && s[0] == '0' {
			base = 8
		}
	}
	if s == "" || s[0] == '+' || s[0] == '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, bits)
	return n, err == nil
}

func cutHex(s string) (string, bool) {
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		return s[2:], true
	}
	return s, false
}

// count reads a required decimal number that errors call what.
func (r *deviceReader) count(n node, name, what string, to **uint) error {
	s := childText(n, name)
	if s == "" {
		return r.internal("no %s supplied", what)
	}
	v, ok := number(s, 10, 32)
	if !ok {
		return r.internal("invalid %s supplied", what)
	}
	u := uint(v)
	*to = &u
	return nil
}

// all runs reading steps until one fails.
func all(steps ...func() error) error {
	for _, s := range steps {
		if err := s(); err != nil {
			return err
		}
	}
	return nil
}

// Creating reads a document about a device to be made: its name and its host
// do not count, and names in the fabric may be left open.
func Creating() Option { return func(d *decoder) { d.create = true } }

func (v *NodeDevice) parseNode(d *decoder, n node) error {
	r := &deviceReader{d: d, name: childText(n, "name")}
	if d.create {
		r.name = "new device"
	}
	if v.Name = r.name; v.Name == "" {
		return vir.NewError(vir.FromNodedev, vir.ErrNoName)
	}
	v.Path = childText(n, "path")
	var own, links []DevNode // the file comes first, the last that is named
	nodes, err := elementsOf(n, "devnode")
	if err != nil {
		return err
	}
	for _, c := range nodes {
		kind, ok := c.Attr("type")
		switch {
		case !ok:
			return errMissing("type", "devnode")
		case kind != "dev" && kind != "link":
			return errValue("type", "devnode", kind, "")
		case kind == "dev":
			own = []DevNode{{Type: kind, Path: c.Text()}}
		default:
			links = append(links, DevNode{Type: kind, Path: c.Text()})
		}
	}
	v.DevNodes = append(own, links...)
	if err := v.parseParent(n.Child("parent")); err != nil {
		return err
	}
	if c := n.Child("driver"); c.Valid() && childText(c, "name") != "" {
		v.Driver = &NodeDeviceDriver{Name: childText(c, "name")}
	}
	caps, err := elementsOf(n, "capability")
	if err != nil {
		return err
	}
	if len(caps) == 0 {
		return r.internal("no device capabilities")
	}
	v.Capabilities = make([]NodeDeviceCapability, len(caps))
	for i, c := range caps {
		if err := r.capability(c, &v.Capabilities[i]); err != nil {
			return err
		}
	}
	return nil
}

// parseParent reads the parent; its names in the fabric come in pairs.
func (v *NodeDevice) parseParent(n node) error {
	if !n.Valid() {
		return nil
	}
	p := NodeDeviceParent{Name: n.Text()}
	p.WWNN, _ = n.Attr("wwnn")
	p.WWPN, _ = n.Attr("wwpn")
	p.FabricWWN, _ = n.Attr("fabric_wwn")
	switch {
	case p.WWNN != "" && p.WWPN == "":
		return errNodeDevice("when providing parent wwnn='%s', the wwpn must also be provided", p.WWNN)
	case p.WWNN == "" && p.WWPN != "":
		return errNodeDevice("when providing parent wwpn='%s', the wwnn must also be provided", p.WWPN)
	}
	if p != (NodeDeviceParent{}) {
		v.Parent = &p
	}
	return nil
}

// capability reads one capability by its type.
func (r *deviceReader) capability(n node, c *NodeDeviceCapability) error {
	kind, ok := n.Attr("type")
	if !ok {
		return errMissing("type", "capability")
	}
	c.Type = NodeDeviceCapabilityType(kind)
	index := slices.Index(c.Type.values(), kind)
	if index < 0 {
		return errValue("type", "capability", kind, "")
	}
	switch c.Type {
	case CapSystem:
		return r.system(n, c)
	case CapPCI:
		return r.pci(n, c)
	case CapUSBDevice:
		return all(
			func() error { return r.countText(n, "bus", "USB bus number", &c.Bus) },
			func() error { return r.count(n, "device", "USB device number", &c.Device) },
			func() (err error) { c.Vendor, err = r.id(n, "vendor", "USB vendor ID", true); return },
			func() (err error) { c.Product, err = r.id(n, "product", "USB product ID", true); return },
		)
	case CapUSBInterface:
		c.Description = childText(n, "description")
		return all(
			func() error { return r.count(n, "number", "USB interface number", &c.Number) },
			func() error { return r.countText(n, "class", "USB interface class", &c.Class) },
			func() error { return r.count(n, "subclass", "USB interface subclass", &c.SubClass) },
			func() error { return r.count(n, "protocol", "USB interface protocol", &c.Protocol) },
		)
	case CapNet:
		return r.net(n, c)
	case CapSCSIHost:
		return r.scsiHost(n, c)
	case CapSCSITarget:
		return r.scsiTarget(n, c)
	case CapSCSI:
		if s := childText(n, "type"); s != "" {
			c.Kind = &NodeDeviceKind{Name: s}
		}
		return all(
			func() error { return r.count(n, "host", "SCSI host ID", &c.Host) },
			func() error { return r.countText(n, "bus", "SCSI bus ID", &c.Bus) },
			func() error { return r.countText(n, "target", "SCSI target ID", &c.Target) },
			func() error { return r.count(n, "lun", "SCSI LUN ID", &c.LUN) },
		)
	case CapStorage:
		return r.storage(n, c)
	case CapDRM:
		s := childText(n, "type")
		if !slices.Contains([]string{"primary", "control", "render"}, s) {
			if s == "" {
				s = "(null)"
			}
			return r.unsupported("unknown drm type '%s'", s)
		}
		c.Kind = &NodeDeviceKind{Name: s}
		return nil
	case CapMDev:
		return r.mdev(n, c)
	case CapCCW, CapCSS, CapCCWGroup:
		return r.channel(n, c)
	case CapAPCard, CapAPQueue:
		return r.ap(n, c)
	case CapAPMatrix:
		return r.subCapabilities(n, c, r.mdevTypes)
	}
	if r.d.live && (c.Type == CapVDPA || c.Type == CapSCSIGeneric) {
		c.CharDev, c.Char = childText(n, "chardev"), childText(n, "char")
		return nil
	}
	return r.internal("unknown capability type '%d'", index)
}

// countText is count for a field that is a text for other types.
func (r *deviceReader) countText(n node, name, what string, to *string) error {
	var v *uint
	if err := r.count(n, name, what, &v); err != nil {
		return err
	}
	*to = fmt.Sprint(*v)
	return nil
}

// id reads an element with a number as attribute and a name as text.
func (r *deviceReader) id(n node, name, what string, usb bool) (*NodeDeviceID, error) {
	s := childAttr(n, name, "id")
	if s == "" {
		return nil, r.internal("no %s supplied", what)
	}
	v, ok := number(s, 16, 32)
	if !ok {
		return nil, r.internal("invalid %s supplied", what)
	}
	u := uint(v)
	return &NodeDeviceID{ID: &u, Name: childText(n, name), usb: usb}, nil
}

// subCapabilities reads the nested capabilities that read knows; it returns
// nil for what is to be dropped.
func (r *deviceReader) subCapabilities(n node, c *NodeDeviceCapability, read func(node, string) (*NodeDeviceSubCapability, error)) error {
	list, err := elementsOf(n, "capability")
	if err != nil {
		return err
	}
	for _, s := range list {
		kind, _ := s.Attr("type")
		sub, err := read(s, kind)
		if err != nil {
			return err
		}
		if sub != nil {
			c.Capabilities = append(c.Capabilities, *sub)
		}
	}
	return nil
}

// arrange puts nested capabilities into the order of their types, one of each.
func (c *NodeDeviceCapability) arrange(order ...string) {
	var out []NodeDeviceSubCapability
	for _, kind := range order {
		if i := slices.IndexFunc(c.Capabilities, func(s NodeDeviceSubCapability) bool { return s.Type == kind }); i >= 0 {
			out = append(out, c.Capabilities[i])
		}
	}
	c.Capabilities = out
}

func (r *deviceReader) system(n node, c *NodeDeviceCapability) error {
	if s := childText(n, "product"); s != "" {
		c.Product = &NodeDeviceID{Name: s}
	}
	c.Hardware, c.Firmware = &SystemHardware{}, &SystemFirmware{}
	if f := n.Child("firmware"); f.Valid() {
		*c.Firmware = SystemFirmware{Vendor: childText(f, "vendor"), Version: childText(f, "version"), ReleaseDate: childText(f, "release_date")}
	}
	h := n.Child("hardware")
	if !h.Valid() || childText(h, "uuid") == "" {
		return r.internal("no system UUID supplied")
	}
	*c.Hardware = SystemHardware{Vendor: childText(h, "vendor"), Version: childText(h, "version"), Serial: childText(h, "serial")}
	var ok bool
	if c.Hardware.UUID, ok = ParseUUID(childText(h, "uuid")); !ok {
		return r.internal("malformed uuid element")
	}
	return nil
}

// netFeatures are in the order in which they are written.
var netFeatures = []string{
	"rx", "tx", "sg", "tso", "gso", "gro", "lro", "rxvlan", "txvlan", "ntuple", "rxhash", "rdma", "txudptnl", "switchdev",
}

func (r *deviceReader) net(n node, c *NodeDeviceCapability) error {
	if c.Interface = childText(n, "interface"); c.Interface == "" {
		return r.internal("no network interface supplied")
	}
	c.HWAddr = childText(n, "address")
	if l := n.Child("link"); l.Valid() {
		c.Link = &HostLink{}
		if err := r.d.plain(l, c.Link); err != nil {
			return err
		}
	}
	features, err := elementsOf(n, "feature")
	if err != nil {
		return err
	}
	has := map[string]bool{}
	for _, f := range features {
		name, _ := f.Attr("name")
		if name == "" {
			return errNodeDevice("missing network device feature name")
		}
		if !slices.Contains(netFeatures, name) {
			return errNodeDevice("unknown network device feature '%s'", name)
		}
		has[name] = true
	}
	for _, f := range netFeatures {
		if has[f] {
			c.Features = append(c.Features, NamedDevice{f})
		}
	}
	switch kind := childAttr(n, "capability", "type"); kind {
	case "":
	case "80203", "80211":
		c.Capabilities = []NodeDeviceSubCapability{{Type: kind}}
	default:
		return r.unsupported("invalid network type supplied")
	}
	return nil
}

func (r *deviceReader) scsiHost(n node, c *NodeDeviceCapability) error {
	if !r.d.create {
		if err := r.count(n, "host", "SCSI host ID", &c.Host); err != nil {
			return err
		}
	}
	if s := childText(n, "unique_id"); s != "" {
		v, ok := number(s, 10, 31)
		if !ok {
			return r.internal("invalid unique_id supplied")
		}
		u := uint(v)
		c.UniqueID = &u
	}
	err := r.subCapabilities(n, c, func(s node, kind string) (*NodeDeviceSubCapability, error) {
		switch kind {
		case "":
			return nil, r.internal("missing SCSI host capability type")
		case "vport_ops":
			sub := &NodeDeviceSubCapability{Type: kind, MaxVPorts: new(uint), VPorts: new(uint)}
			if r.d.live {
				return sub, r.d.plain(s, sub)
			}
			return sub, nil
		case "fc_host":
			sub := &NodeDeviceSubCapability{Type: kind, WWNN: childText(s, "wwnn"), WWPN: childText(s, "wwpn"), FabricWWN: childText(s, "fabric_wwn")}
			for _, w := range [][2]string{{"WWNN", sub.WWNN}, {"WWPN", sub.WWPN}} {
				if w[1] == "" && !r.d.create {
					return nil, vir.Errorf(vir.FromNodedev, vir.ErrInternalError, "no %s supplied for '%s', and auto-generation failed", w[0], r.name)
				}
			}
			return sub, nil
		}
		return nil, r.internal("unknown SCSI host capability type '%s'", kind)
	})
	c.arrange("fc_host", "vport_ops")
	return err
}

func (r *deviceReader) scsiTarget(n node, c *NodeDeviceCapability) error {
	if c.Target = childText(n, "target"); c.Target == "" {
		return r.internal("no target name supplied")
	}
	err := r.subCapabilities(n, c, func(s node, kind string) (*NodeDeviceSubCapability, error) {
		switch kind {
		case "":
			return nil, r.internal("missing type for SCSI target capability")
		case "fc_remote_port":
			sub := &NodeDeviceSubCapability{Type: kind, RPort: childText(s, "rport"), WWPN: childText(s, "wwpn")}
			if sub.RPort == "" {
				return nil, r.internal("missing rport name")
			}
			if sub.WWPN == "" {
				return nil, r.internal("missing wwpn identifier")
			}
			return sub, nil
		}
		return nil, r.internal("unknown SCSI target capability type '%s'", kind)
	})
	c.arrange("fc_remote_port")
	return err
}

func (r *deviceReader) storage(n node, c *NodeDeviceCapability) error {
	if c.Block = childText(n, "block"); c.Block == "" {
		return r.internal("no block device path supplied")
	}
	c.Bus, c.DriveType, c.Model = childText(n, "bus"), childText(n, "drive_type"), childText(n, "model")
	if s := childText(n, "vendor"); s != "" {
		c.Vendor = &NodeDeviceID{Name: s}
	}
	c.Serial = childText(n, "serial")
	removable := false
	err := r.subCapabilities(n, c, func(s node, kind string) (*NodeDeviceSubCapability, error) {
		switch kind {
		case "":
			return nil, r.internal("missing storage capability type")
		case "hotpluggable":
			return &NodeDeviceSubCapability{Type: kind}, nil
		case "removable":
			removable = true
			sub := &NodeDeviceSubCapability{Type: kind, MediaAvailable: new(uint), MediaLabel: childText(s, "media_label")}
			if childText(s, "media_available") == "1" {
				*sub.MediaAvailable = 1
			}
			sub.LogicalBlockSize, sub.NumBlocks = blocks(s)
			return sub, r.bytes(s, "media_size", "removable media size", &sub.MediaSize)
		}
		return nil, r.internal("unknown storage capability type '%s'", kind)
	})
	if err != nil {
		return err
	}
	c.arrange("removable", "hotpluggable")
	if removable {
		return nil
	}
	c.LogicalBlockSize, c.NumBlocks = blocks(n)
	return r.bytes(n, "size", "size", &c.Size)
}

// blocks reads what only the host is asked for; bad values are ignored.
func blocks(n node) (size uint64, count *uint64) {
	size, _ = number(childText(n, "logical_block_size"), 10, 64)
	if v, ok := number(childText(n, "num_blocks"), 10, 64); ok {
		count = &v
	}
	return size, count
}

func (r *deviceReader) bytes(n node, name, what string, to **uint64) error {
	s := childText(n, name)
	if s == "" {
		return r.internal("no %s supplied", what)
	}
	v, ok := number(s, 10, 64)
	if !ok {
		return r.internal("invalid %s supplied", what)
	}
	*to = &v
	return nil
}

func (r *deviceReader) mdev(n node, c *NodeDeviceCapability) error {
	id := childAttr(n, "type", "id")
	if id == "" {
		return r.unsupported("missing type id attribute")
	}
	c.Kind = &NodeDeviceKind{ID: id}
	if s := childText(n, "uuid"); s != "" {
		u, ok := ParseUUID(s)
		if !ok {
			return vir.Errorf(vir.FromNodedev, vir.ErrInternalError, "Invalid uuid '%s' for new mdev device", s)
		}
		c.UUID = &u
	}
	if r.d.live {
		c.ParentAddr = childText(n, "parent_addr")
	}
	c.IOMMUGroup = &IOMMUGroup{}
	if s := childAttr(n, "iommuGroup", "number"); s != "" {
		v, ok := number(s, 10, 32)
		if !ok {
			return r.internal("invalid iommuGroup number attribute")
		}
		c.IOMMUGroup.Number = uint(v)
	}
	list, err := elementsOf(n, "attr")
	if err != nil {
		return err
	}
	for _, a := range list {
		name, ok1 := a.Attr("name")
		value, ok2 := a.Attr("value")
		if ok1 && ok2 {
			c.Attrs = append(c.Attrs, MDevAttr{name, value})
		}
	}
	return nil
}

// mdevTypes reads the kinds of mediated devices that a device can make.
func (r *deviceReader) mdevTypes(n node, kind string) (*NodeDeviceSubCapability, error) {
	if kind != string(CapMDevTypes) {
		return nil, nil
	}
	list, err := elementsOf(n, "type")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	sub := &NodeDeviceSubCapability{Type: kind}
	for _, c := range list {
		t := MDevType{Name: childText(c, "name"), DeviceAPI: childText(c, "deviceAPI")}
		if t.ID, _ = c.Attr("id"); t.ID == "" {
			return nil, errNodeDevice("missing 'id' attribute for mediated device's <type> element")
		}
		if t.DeviceAPI == "" {
			return nil, errNodeDevice("missing device API for mediated device type '%s'", t.ID)
		}
		v, ok := number(childText(c, "availableInstances"), 10, 32)
		if !ok {
			return nil, errNodeDevice("missing number of available instances for mediated device type '%s'", t.ID)
		}
		t.AvailableInstances = uint(v)
		sub.Types = append(sub.Types, t)
	}
	return sub, nil
}
