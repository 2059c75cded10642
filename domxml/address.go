package domxml

import (
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// Address is where on a bus a device sits. Which fields count depends on the
// type:
//
//	pci            Domain Bus Slot Function Multifunction ZPCI
//	drive          Controller Bus Target Unit
//	virtio-serial  Controller Bus Port
//	ccid           Controller Slot
//	usb            Bus Port
//	spapr-vio      Reg
//	ccw            CSSID SSID DevNo
//	isa            IOBase IRQ
//	dimm           Slot Base
//	mdev           UUID
//	virtio-mmio, virtio-s390, unassigned: none
type Address struct {
	Type          AddressType `xml:"type,attr,omitempty"`
	Domain        uint        `xml:"domain,attr,omitempty"`
	Controller    uint        `xml:"controller,attr,omitempty"`
	Bus           uint        `xml:"bus,attr,omitempty"`
	Target        uint        `xml:"target,attr,omitempty"`
	Unit          uint        `xml:"unit,attr,omitempty"`
	Slot          uint        `xml:"slot,attr,omitempty"`
	Function      uint        `xml:"function,attr,omitempty"`
	Multifunction OnOff       `xml:"multifunction,attr,omitempty"`
	// Port is a number, or a path of up to four on a USB bus: 1.2.
	Port   string  `xml:"port,attr,omitempty"`
	Reg    *uint64 `xml:"reg,attr,omitempty"`
	CSSID  *uint   `xml:"cssid,attr,omitempty"`
	SSID   uint    `xml:"ssid,attr,omitempty"`
	DevNo  uint    `xml:"devno,attr,omitempty"`
	IOBase uint    `xml:"iobase,attr,omitempty"`
	IRQ    uint    `xml:"irq,attr,omitempty"`
	Base   uint64  `xml:"base,attr,omitempty"`
	UUID   *UUID   `xml:"uuid,attr,omitempty"`
	ZPCI   *ZPCI   `xml:"zpci"`
}

// AddressType is a kind of bus.
type AddressType string

// The kinds of addresses.
const (
	AddressPCI          AddressType = "pci"
	AddressDrive        AddressType = "drive"
	AddressVirtioSerial AddressType = "virtio-serial"
	AddressCCID         AddressType = "ccid"
	AddressUSB          AddressType = "usb"
	AddressSpaprVIO     AddressType = "spapr-vio"
	AddressVirtioS390   AddressType = "virtio-s390"
	AddressCCW          AddressType = "ccw"
	AddressVirtioMMIO   AddressType = "virtio-mmio"
	AddressISA          AddressType = "isa"
	AddressDIMM         AddressType = "dimm"
	AddressUnassigned   AddressType = "unassigned"
	AddressMdev         AddressType = "mdev"
)

func (AddressType) values() []string {
	return []string{
		"pci", "drive", "virtio-serial", "ccid", "usb", "spapr-vio", "virtio-s390", "ccw", "virtio-mmio", "isa", "dimm",
		"unassigned", "mdev",
	}
}

// ZPCI is what an s390 machine adds to a PCI address.
type ZPCI struct {
	UID *uint `xml:"uid,attr,omitempty" vir:"hex=6"`
	FID *uint `xml:"fid,attr,omitempty" vir:"hex=10"`
}

// What the types read, and in which way.
type (
	pciAddress struct {
		Domain        uint  `xml:"domain,attr" vir:"base0"`
		Bus           uint  `xml:"bus,attr" vir:"base0"`
		Slot          uint  `xml:"slot,attr" vir:"base0"`
		Function      uint  `xml:"function,attr" vir:"base0"`
		Multifunction OnOff `xml:"multifunction,attr"`
		ZPCI          *ZPCI `xml:"zpci"`
	}
	driveAddress struct {
		Controller uint `xml:"controller,attr"`
		Bus        uint `xml:"bus,attr"`
		Target     uint `xml:"target,attr"`
		Unit       uint `xml:"unit,attr"`
	}
	serialAddress struct {
		Controller uint `xml:"controller,attr"`
		Bus        uint `xml:"bus,attr"`
		Port       uint `xml:"port,attr"`
	}
	ccidAddress struct {
		Controller uint `xml:"controller,attr"`
		Slot       uint `xml:"slot,attr"`
	}
	usbAddress struct {
		Bus  uint   `xml:"bus,attr"`
		Port string `xml:"port,attr"`
	}
	spaprAddress struct {
		Reg *uint64 `xml:"reg,attr" vir:"base0"`
	}
	ccwAddress struct {
		CSSID *uint `xml:"cssid,attr" vir:"base0"`
		SSID  uint  `xml:"ssid,attr" vir:"base0"`
		DevNo uint  `xml:"devno,attr" vir:"base0"`
	}
	isaAddress struct {
		IOBase uint `xml:"iobase,attr" vir:"base0"`
		IRQ    uint `xml:"irq,attr" vir:"base0"`
	}
	dimmAddress struct {
		Slot uint   `xml:"slot,attr" vir:"required"`
		Base uint64 `xml:"base,attr" vir:"base0"`
	}
)

func (a *Address) parseNode(d *decoder, n node) error {
	s, ok := n.Attr("type")
	if !ok {
		return errMissing("type", n.Name())
	}
	*a = Address{Type: AddressType(s)}
	switch a.Type {
	case AddressPCI:
		return a.parsePCI(d, n)
	case AddressDrive:
		var v driveAddress
		err := d.plain(n, &v)
		a.Controller, a.Bus, a.Target, a.Unit = v.Controller, v.Bus, v.Target, v.Unit
		return err
	case AddressVirtioSerial:
		var v serialAddress
		err := d.plain(n, &v)
		a.Controller, a.Bus, a.Port = v.Controller, v.Bus, strconv.FormatUint(uint64(v.Port), 10)
		return err
	case AddressCCID:
		var v ccidAddress
		err := d.plain(n, &v)
		a.Controller, a.Slot = v.Controller, v.Slot
		return err
	case AddressUSB:
		var v usbAddress
		if err := d.plain(n, &v); err != nil {
			return err
		}
		a.Bus, a.Port = v.Bus, v.Port
		if v.Port != "" && !validUSBPort(v.Port) {
			return vir.Errorf(vir.FromDevice, vir.ErrInternalError, "Cannot parse <address> 'port' attribute")
		}
	case AddressSpaprVIO:
		var v spaprAddress
		err := d.plain(n, &v)
		a.Reg = v.Reg
		return err
	case AddressCCW:
		var v ccwAddress
		if err := d.plain(n, &v); err != nil {
			return err
		}
		a.CSSID, a.SSID, a.DevNo = v.CSSID, v.SSID, v.DevNo
		if v.CSSID != nil && (*v.CSSID > 0xfe || v.SSID > 3) {
			return errInternal("Invalid specification for virtio ccw address: cssid='%s' ssid='%s' devno='%s'", attrOf(n, "cssid"), attrOf(n, "ssid"), attrOf(n, "devno"))
		}
	case AddressISA:
		var v isaAddress
		err := d.plain(n, &v)
		a.IOBase, a.IRQ = v.IOBase, v.IRQ
		return err
	case AddressDIMM:
		var v dimmAddress
		err := d.plain(n, &v)
		a.Slot, a.Base = v.Slot, v.Base
		return err
	case AddressMdev:
		s, _ := n.Attr("uuid")
		u, ok := ParseUUID(s)
		if !ok {
			return errXML("Cannot parse uuid attribute of element <address>")
		}
		a.UUID = &u
	case AddressVirtioS390, AddressVirtioMMIO, AddressUnassigned:
	default:
		return errValue("type", n.Name(), s, "")
	}
	return nil
}

func attrOf(n node, name string) string {
	if !n.Valid() {
		return ""
	}
	s, _ := n.Attr(name)
	return s
}

// plainPCI reads an address as libvirt itself writes it, which most are: four
// small numbers and perhaps one word. It says no of everything else, which is
// then read by the book.
func (a *Address) plainPCI(n node) bool {
	if n.First().Valid() {
		return false
	}
	attrs := n.Attrs()
	for i := range attrs {
		x := &attrs[i]
		var to *uint
		limit := uint(0)
		switch x.Name {
		case "type":
			continue
		case "domain":
			to, limit = &a.Domain, 0xffff
		case "bus":
			to, limit = &a.Bus, 0xff
		case "slot":
			to, limit = &a.Slot, 0x1f
		case "function":
			to, limit = &a.Function, 7
		case "multifunction":
			if x.Value != "on" && x.Value != "off" {
				return false
			}
			a.Multifunction = OnOff(x.Value)
			continue
		default:
			return false
		}
		v, ok := smallHex(x.Value)
		if !ok || v > limit {
			return false
		}
		*to = v
	}
	return true
}

// smallHex reads 0x and up to four digits.
func smallHex(s string) (n uint, ok bool) {
	if len(s) < 3 || len(s) > 6 || s[0] != '0' || s[1] != 'x' {
		return 0, false
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = n<<4 | uint(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | uint(c-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

func (a *Address) parsePCI(d *decoder, n node) error {
	if a.plainPCI(n) {
		return nil
	}
	*a = Address{Type: a.Type}
	var v pciAddress
	if err := d.plain(n, &v); err != nil {
		return err
	}
	a.Domain, a.Bus, a.Slot, a.Function = v.Domain, v.Bus, v.Slot, v.Function
	a.Multifunction = v.Multifunction
	if z := v.ZPCI; z != nil && (z.UID != nil || z.FID != nil) {
		a.ZPCI = &ZPCI{UID: orZero(z.UID), FID: orZero(z.FID)}
	}
	bad := func(format string, args ...any) error {
		return vir.Errorf(vir.FromNone, vir.ErrXMLError, "Invalid PCI address "+format, args...)
	}
	switch {
	case v.Domain > 0xffff:
		return bad("domain='0x%x', must be <= 0xFFFF", v.Domain)
	case v.Bus > 0xff:
		return bad("bus='0x%x', must be <= 0xFF", v.Bus)
	case v.Slot > 0x1f:
		return bad("slot='0x%x', must be <= 0x1F", v.Slot)
	case v.Function > 7:
		return bad("function=0x%x, must be <= 7", v.Function)
	}
	return nil
}

// PCI says whether the address is a complete one on a PCI bus. All zero stands
// for "anywhere".
func (a *Address) PCI() bool {
	return a.Type == AddressPCI && (a.Domain|a.Bus|a.Slot|a.Function != 0)
}

// validUSBPort wants up to four numbers with dots between them.
func validUSBPort(s string) bool {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return false
	}
	for _, p := range parts {
		if n, err := strconv.ParseUint(p, 10, 32); err != nil || n == 0 && len(parts) > 1 {
			return false
		}
	}
	return true
}

func (a *Address) formatElement(e *encoder, name string) {
	e.indent()
	e.b = append(e.b, '<')
	e.b = append(e.b, name...)
	if a.Type != "" {
		e.attr("type", string(a.Type))
	}
	a.formatAttrs(e)
	if a.ZPCI != nil && (a.ZPCI.UID != nil || a.ZPCI.FID != nil) {
		e.b = append(e.b, ">\n"...)
		e.depth++
		e.any("zpci", a.ZPCI)
		e.depth--
		e.line("</" + name + ">")
		return
	}
	e.b = append(e.b, "/>\n"...)
}

// formatAttrs writes the fields that count.
func (a *Address) formatAttrs(e *encoder) {
	switch a.Type {
	case AddressPCI:
		if a.PCI() {
			e.pci(a)
		}
		if a.Multifunction != "" {
			e.attr("multifunction", string(a.Multifunction))
		}
	case AddressDrive:
		e.number("controller", uint64(a.Controller))
		e.number("bus", uint64(a.Bus))
		e.number("target", uint64(a.Target))
		e.number("unit", uint64(a.Unit))
	case AddressVirtioSerial:
		e.number("controller", uint64(a.Controller))
		e.number("bus", uint64(a.Bus))
		e.attr("port", a.Port)
	case AddressCCID:
		e.number("controller", uint64(a.Controller))
		e.number("slot", uint64(a.Slot))
	case AddressUSB:
		e.number("bus", uint64(a.Bus))
		if a.Port != "" {
			e.attr("port", a.Port)
		}
	case AddressSpaprVIO:
		if a.Reg != nil {
			e.hex("reg", *a.Reg, 10)
		}
	case AddressCCW:
		cssid := uint(0)
		if a.CSSID != nil {
			cssid = *a.CSSID
		}
		e.hex("cssid", uint64(cssid), 3)
		e.hex("ssid", uint64(a.SSID), 3)
		e.hex("devno", uint64(a.DevNo), 6)
	case AddressISA:
		if a.IOBase > 0 {
			e.hex("iobase", uint64(a.IOBase), 0)
		}
		if a.IRQ > 0 {
			e.hex("irq", uint64(a.IRQ), 0)
		}
	case AddressDIMM:
		e.number("slot", uint64(a.Slot))
		if a.Base > 0 {
			e.hex("base", a.Base, 0)
		}
	case AddressMdev:
		if a.UUID != nil {
			e.attr("uuid", a.UUID.String())
		}
	}
}

// pci writes the four parts of a PCI address.
func (e *encoder) pci(a *Address) {
	e.hex("domain", uint64(a.Domain), 6)
	e.hex("bus", uint64(a.Bus), 4)
	e.hex("slot", uint64(a.Slot), 4)
	e.hex("function", uint64(a.Function), 3)
}

func (e *encoder) attr(name, value string) {
	e.begin(name)
	e.escaped(value)
	e.b = append(e.b, '\'')
}

func (e *encoder) number(name string, n uint64) {
	e.begin(name)
	e.b = append(strconv.AppendUint(e.b, n, 10), '\'')
}

func (e *encoder) hex(name string, n uint64, width int) {
	e.begin(name)
	e.b = append(appendHex(e.b, n, width), '\'')
}

// begin begins an attribute.
func (e *encoder) begin(name string) {
	e.b = append(e.b, ' ')
	e.b = append(e.b, name...)
	e.b = append(e.b, "='"...)
}
