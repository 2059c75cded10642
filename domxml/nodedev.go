package domxml

import (
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/govirtd/govirtd/protocol/vir"
)

// NodeDevice is the document of a device of the host.
type NodeDevice struct {
	XMLName struct{} `xml:"device"`

	Name string `xml:"name"`
	// Path is where the device is in the host's /sys, while it is active.
	Path         string                 `xml:"path,omitempty"`
	DevNodes     []DevNode              `xml:"devnode"`
	Parent       *NodeDeviceParent      `xml:"parent"`
	Driver       *NodeDeviceDriver      `xml:"driver"`
	Capabilities []NodeDeviceCapability `xml:"capability" vir:"pair"`
}

// DevNode is a file under /dev, or a link to one.
type DevNode struct {
	Type string `xml:"type,attr" vir:"enum=dev|link"`
	Path string `xml:",chardata"`
}

// NodeDeviceParent is the device that another one belongs to. A virtual host
// adapter may be made with the names of its parent in the fabric instead.
type NodeDeviceParent struct {
	WWNN      string `xml:"wwnn,attr,omitempty"`
	WWPN      string `xml:"wwpn,attr,omitempty"`
	FabricWWN string `xml:"fabric_wwn,attr,omitempty"`
	Name      string `xml:",chardata"`
}

// NodeDeviceDriver is the host's driver of a device.
type NodeDeviceDriver struct {
	Name string `xml:"name"`
}

// NodeDeviceCapabilityType is what a device can do (virNodeDevCapType).
type NodeDeviceCapabilityType string

// The types of capabilities.
const (
	CapSystem       NodeDeviceCapabilityType = "system"
	CapPCI          NodeDeviceCapabilityType = "pci"
	CapUSBDevice    NodeDeviceCapabilityType = "usb_device"
	CapUSBInterface NodeDeviceCapabilityType = "usb"
	CapNet          NodeDeviceCapabilityType = "net"
	CapSCSIHost     NodeDeviceCapabilityType = "scsi_host"
	CapSCSITarget   NodeDeviceCapabilityType = "scsi_target"
	CapSCSI         NodeDeviceCapabilityType = "scsi"
	CapStorage      NodeDeviceCapabilityType = "storage"
	CapFCHost       NodeDeviceCapabilityType = "fc_host"
	CapVPorts       NodeDeviceCapabilityType = "vports"
	CapSCSIGeneric  NodeDeviceCapabilityType = "scsi_generic"
	CapDRM          NodeDeviceCapabilityType = "drm"
	CapMDevTypes    NodeDeviceCapabilityType = "mdev_types"
	CapMDev         NodeDeviceCapabilityType = "mdev"
	CapCCW          NodeDeviceCapabilityType = "ccw"
	CapCSS          NodeDeviceCapabilityType = "css"
	CapVDPA         NodeDeviceCapabilityType = "vdpa"
	CapAPCard       NodeDeviceCapabilityType = "ap_card"
	CapAPQueue      NodeDeviceCapabilityType = "ap_queue"
	CapAPMatrix     NodeDeviceCapabilityType = "ap_matrix"
	CapVPD          NodeDeviceCapabilityType = "vpd"
	CapCCWGroup     NodeDeviceCapabilityType = "ccwgroup"
	// CapCCWGroupMember is found within another one only.
	CapCCWGroupMember NodeDeviceCapabilityType = "ccwgroup_member"
)

// values are in the order of their numbers, which error texts name.
func (NodeDeviceCapabilityType) values() []string {
	return []string{
		"system", "pci", "usb_device", "usb", "net", "scsi_host", "scsi_target", "scsi", "storage", "fc_host", "vports",
		"scsi_generic", "drm", "mdev_types", "mdev", "ccw", "css", "vdpa", "ap_card", "ap_queue", "ap_matrix", "vpd", "ccwgroup",
	}
}

// NodeDeviceCapability is one side of a device. Which fields it has follows
// from the type; the others are empty.
type NodeDeviceCapability struct {
	Type NodeDeviceCapabilityType `xml:"type,attr"`

	// Block is the file of a storage device.
	Block string `xml:"block,omitempty"`

	APAdapter *uint `xml:"ap-adapter,omitempty" vir:"hex=4"`
	APDomain  *uint `xml:"ap-domain,omitempty" vir:"hex=6"`

	// State and the address are those of channel devices (s390).
	State          string      `xml:"state,omitempty"`
	CSSID          *uint       `xml:"cssid,omitempty" vir:"hex=3"`
	SSID           *uint       `xml:"ssid,omitempty" vir:"hex=3"`
	DevNo          *uint       `xml:"devno,omitempty" vir:"hex=6"`
	Members        []CCWMember `xml:"members>ccw_device"`
	ChannelDevAddr *CCWDevice  `xml:"channel_dev_addr"`

	Host     *uint `xml:"host,omitempty"`
	UniqueID *uint `xml:"unique_id,omitempty"`

	// Interface, HWAddr and the features are those of a network card.
	Interface string        `xml:"interface,omitempty"`
	HWAddr    string        `xml:"address,omitempty"`
	Link      *HostLink     `xml:"link"`
	Features  []NamedDevice `xml:"feature"`

	// Char is the file of a SCSI generic device.
	Char string `xml:"char,omitempty"`

	Number *uint `xml:"number,omitempty"`
	// Class is decimal for USB and six hexadecimal digits for PCI.
	Class       string `xml:"class,omitempty"`
	SubClass    *uint  `xml:"subclass,omitempty"`
	Protocol    *uint  `xml:"protocol,omitempty"`
	Description string `xml:"description,omitempty"`

	Domain *uint `xml:"domain,omitempty"`
	// Bus is a number, or for storage a name.
	Bus       string `xml:"bus,omitempty"`
	DriveType string `xml:"drive_type,omitempty"`
	Model     string `xml:"model,omitempty"`
	Slot      *uint  `xml:"slot,omitempty"`
	Function  *uint  `xml:"function,omitempty"`
	// Target is a number, or for a target a name.
	Target string `xml:"target,omitempty"`
	LUN    *uint  `xml:"lun,omitempty"`
	// Kind is the type of a SCSI device or a screen, by its text, or of a
	// mediated device, by its id.
	Kind       *NodeDeviceKind `xml:"type"`
	UUID       *UUID           `xml:"uuid,omitempty"`
	ParentAddr string          `xml:"parent_addr,omitempty"`
	Device     *uint           `xml:"device,omitempty"`

	Product  *NodeDeviceID   `xml:"product"`
	Vendor   *NodeDeviceID   `xml:"vendor"`
	Hardware *SystemHardware `xml:"hardware" vir:"pair"`
	Firmware *SystemFirmware `xml:"firmware" vir:"pair"`
	Serial   string          `xml:"serial,omitempty"`
	Size     *uint64         `xml:"size,omitempty"` // bytes
	// LogicalBlockSize and NumBlocks are known to the host only: documents
	// that clients send have them in vain.
	LogicalBlockSize uint64  `xml:"logical_block_size,omitempty"`
	NumBlocks        *uint64 `xml:"num_blocks,omitempty"`

	Capabilities []NodeDeviceSubCapability `xml:"capability"`
	IOMMUGroup   *IOMMUGroup               `xml:"iommuGroup"`
	Attrs        []MDevAttr                `xml:"attr"`
	NUMA         *NodeDeviceNUMA           `xml:"numa"`
	PCIExpress   *PCIExpress               `xml:"pci-express" vir:"always"`

	// CharDev is the file of a vDPA device.
	CharDev string `xml:"chardev,omitempty"`
}

// NodeDeviceSubCapability is a part of a capability that devices may have or
// not have.
type NodeDeviceSubCapability struct {
	Type string `xml:"type,attr"`
	// MaxCount is how many virtual functions there can be.
	MaxCount uint `xml:"maxCount,attr,omitempty"`

	MediaAvailable   *uint   `xml:"media_available,omitempty"`
	MediaSize        *uint64 `xml:"media_size,omitempty"` // bytes
	MediaLabel       string  `xml:"media_label,omitempty"`
	LogicalBlockSize uint64  `xml:"logical_block_size,omitempty"`
	NumBlocks        *uint64 `xml:"num_blocks,omitempty"`

	GroupDevice string `xml:"group_device,omitempty"`
	CardType    string `xml:"card_type,omitempty"`
	ChpID       string `xml:"chpid,omitempty"`

	Types []MDevType `xml:"type"`

	RPort     string `xml:"rport,omitempty"`
	WWNN      string `xml:"wwnn,omitempty"`
	WWPN      string `xml:"wwpn,omitempty"`
	FabricWWN string `xml:"fabric_wwn,omitempty"`
	// MaxVPorts and VPorts are known to the host only.
	MaxVPorts *uint `xml:"max_vports,omitempty"`
	VPorts    *uint `xml:"vports,omitempty"`

	Addresses []NodeDeviceAddress `xml:"address"`

	// Name and Fields are the vital product data of a PCI card.
	Name   string      `xml:"name,omitempty"`
	Fields []VPDFields `xml:"fields" vir:"pair"`
}

// NamedDevice is something with a name.
type NamedDevice struct {
	Name string `xml:"name,attr"`
}

// NodeDeviceKind is a type by name or by id.
type NodeDeviceKind struct {
	ID   string `xml:"id,attr,omitempty"`
	Name string `xml:",chardata"`
}

// NodeDeviceID is a number that somebody has been given, and his name.
type NodeDeviceID struct {
	ID   *uint  `xml:"id,attr,omitempty" vir:"hex=6"`
	Name string `xml:",chardata"`
	// usb writes a nameless number in a way of its own.
	usb bool
}

func (i *NodeDeviceID) formatElement(e *encoder, name string) {
	start := len(e.b)
	v := reflect.ValueOf(i).Elem()
	e.fields(name, v, planOf(v.Type()), nil)
	if i.usb && i.Name == "" && len(e.b) > start {
		e.b = append(e.b[:len(e.b)-len("/>\n")], " />\n"...)
	}
}

func (d *DevNode) formatElement(e *encoder, name string) {
	formatText(e, name, reflect.ValueOf(d).Elem())
}
func (m *CCWMember) formatElement(e *encoder, name string) {
	formatText(e, name, reflect.ValueOf(m).Elem())
}

// formatText writes an element on one line with both its tags, also when its
// text is empty.
func formatText(e *encoder, name string, v reflect.Value) {
	p := planOf(v.Type())
	e.fields(name, v, p, nil)
	if at(v, p.text).IsZero() {
		e.b = append(e.b[:len(e.b)-len("/>\n")], '>')
		e.close(name)
	}
}

// SystemHardware is the machine.
type SystemHardware struct {
	Vendor  string `xml:"vendor,omitempty"`
	Version string `xml:"version,omitempty"`
	Serial  string `xml:"serial,omitempty"`
	UUID    UUID   `xml:"uuid" vir:"always"`
}

// SystemFirmware is what starts the machine.
type SystemFirmware struct {
	Vendor      string `xml:"vendor,omitempty"`
	Version     string `xml:"version,omitempty"`
	ReleaseDate string `xml:"release_date,omitempty"`
}

// CCWDevice is the address of a channel device.
type CCWDevice struct {
	CSSID uint `xml:"cssid" vir:"always hex=3"`
	SSID  uint `xml:"ssid" vir:"always hex=3"`
	DevNo uint `xml:"devno" vir:"always hex=6"`
}

// CCWMember is a device of a group.
type CCWMember struct {
	Ref    string `xml:"ref,attr"`
	Device string `xml:",chardata"`
}

// IOMMUGroup are devices that cannot be told apart by the IOMMU.
type IOMMUGroup struct {
	Number    uint                `xml:"number,attr" vir:"always"`
	Addresses []NodeDeviceAddress `xml:"address"`
}

// NodeDeviceAddress is where a PCI device is.
type NodeDeviceAddress struct {
	Domain   uint `xml:"domain,attr" vir:"always hex=6"`
	Bus      uint `xml:"bus,attr" vir:"always hex=4"`
	Slot     uint `xml:"slot,attr" vir:"always hex=4"`
	Function uint `xml:"function,attr" vir:"always hex=3"`
}

// MDevAttr is an attribute of a mediated device.
type MDevAttr struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// MDevType is a kind of mediated device that a device can make.
type MDevType struct {
	ID                 string `xml:"id,attr"`
	Name               string `xml:"name,omitempty"`
	DeviceAPI          string `xml:"deviceAPI"`
	AvailableInstances uint   `xml:"availableInstances" vir:"always"`
}

// NodeDeviceNUMA is the cell that a device is near to.
type NodeDeviceNUMA struct {
	Node int `xml:"node,attr" vir:"always"`
}

// PCIExpress are the links of a card: what it can do, and what it does.
type PCIExpress struct {
	Links []PCIELink `xml:"link"`
}

// PCIELink is a link; Speed is in gigatransfers per second.
type PCIELink struct {
	Validity string `xml:"validity,attr"`
	Port     *uint  `xml:"port,attr,omitempty"`
	Speed    string `xml:"speed,attr,omitempty" vir:"enum=2.5|5|8|16|32|64"`
	Width    uint   `xml:"width,attr" vir:"required always"`
}

// VPDFields are what a card says of itself.
type VPDFields struct {
	Access         string     `xml:"access,attr"`
	ChangeLevel    string     `xml:"change_level,omitempty"`
	ManufactureID  string     `xml:"manufacture_id,omitempty"`
	PartNumber     string     `xml:"part_number,omitempty"`
	SerialNumber   string     `xml:"serial_number,omitempty"`
	AssetTag       string     `xml:"asset_tag,omitempty"`
	VendorSpecific []VPDField `xml:"vendor_field"`
	SystemSpecific []VPDField `xml:"system_field"`
}

// VPDField is a field without a common meaning.
type VPDField struct {
	Index string `xml:"index,attr"`
	Value string `xml:",chardata"`
}

// FormatNodeDevice writes the document of a device. The inactive form has no
// path.
func FormatNodeDevice(d *NodeDevice, flags FormatFlags) ([]byte, error) {
	c := *d
	if flags&FormatInactive != 0 {
		c.Path = ""
	}
	return appendDocument(nil, "device", &c, flags), nil
}

// ParseNodeDevice reads the document of a device. With Live it is read as a
// daemon's answer, which may say what a client may not.
func ParseNodeDevice(doc []byte, options ...Option) (*NodeDevice, error) {
	return parse[NodeDevice](doc, "device", vir.FromNodedev, options)
}

// Complete drops what a daemon knows better than the document: the sizes of
// blocks, the driver and the names of the parent in the fabric.
func (d *NodeDevice) Complete() {
	d.Driver = nil
	if p := d.Parent; p != nil {
		if p.WWNN, p.WWPN, p.FabricWWN = "", "", ""; p.Name == "" {
			d.Parent = nil
		}
	}
	for i := range d.Capabilities {
		c := &d.Capabilities[i]
		c.LogicalBlockSize, c.NumBlocks = 0, nil
		for j := range c.Capabilities {
			c.Capabilities[j].LogicalBlockSize, c.Capabilities[j].NumBlocks = 0, nil
		}
	}
}

// FCHost is the place of a SCSI host in the fabric, or nil.
func (c *NodeDeviceCapability) FCHost() *NodeDeviceSubCapability { return c.sub("fc_host") }

// VPortOps says how many virtual ports a SCSI host can have, or nil.
func (c *NodeDeviceCapability) VPortOps() *NodeDeviceSubCapability { return c.sub("vport_ops") }

func (c *NodeDeviceCapability) sub(kind string) *NodeDeviceSubCapability {
	for i := range c.Capabilities {
		if c.Capabilities[i].Type == kind {
			return &c.Capabilities[i]
		}
	}
	return nil
}

// FCHost is the place of a device in the fabric, or nil.
func (d *NodeDevice) FCHost() *NodeDeviceSubCapability {
	for i := range d.Capabilities {
		if c := &d.Capabilities[i]; c.Type == CapSCSIHost && c.FCHost() != nil {
			return c.FCHost()
		}
	}
	return nil
}

// Has says whether a device has a capability, or something in one that counts
// as a capability too: fc_host, vports, mdev_types, vpd.
func (d *NodeDevice) Has(kind NodeDeviceCapabilityType) bool {
	inner := string(kind)
	switch kind {
	case CapVPorts:
		inner = "vport_ops"
	case CapFCHost, CapMDevTypes, CapVPD, CapCCWGroupMember:
	default:
		inner = ""
	}
	for i := range d.Capabilities {
		if c := &d.Capabilities[i]; c.Type == kind || inner != "" && c.sub(inner) != nil {
			return true
		}
	}
	return false
}

// Generate draws the names in the fabric that a document about a new virtual
// port leaves open; random fills its argument.
func (d *NodeDevice) Generate(random func([]byte)) {
	fc := d.FCHost()
	if fc == nil {
		return
	}
	for _, name := range []*string{&fc.WWNN, &fc.WWPN} {
		if *name == "" {
			var b [8]byte
			random(b[:])
			*name = fmt.Sprintf("5100000%09x", binary.BigEndian.Uint64(b[:])>>28)
		}
	}
}
