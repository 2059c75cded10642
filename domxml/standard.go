package domxml

import (
	"encoding/xml"
	"strconv"
)

// The types can be used with encoding/xml too. Where a document has numbers
// with 0x, which that package does not read, they do it themselves.

// UnmarshalXML lets encoding/xml read an address.
func (a *Address) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	*a = Address{}
	for _, x := range start.Attr {
		var n uint64
		var err error
		switch x.Name.Local {
		case "type":
			a.Type = AddressType(x.Value)
			continue
		case "multifunction":
			a.Multifunction = OnOff(x.Value)
			continue
		case "port":
			a.Port = x.Value
			continue
		case "uuid":
			a.UUID = new(UUID)
			if err := a.UUID.UnmarshalText([]byte(x.Value)); err != nil {
				return err
			}
			continue
		}
		if n, err = strconv.ParseUint(x.Value, 0, 64); err != nil {
			return err
		}
		switch x.Name.Local {
		case "domain":
			a.Domain = uint(n)
		case "controller":
			a.Controller = uint(n)
		case "bus":
			a.Bus = uint(n)
		case "target":
			a.Target = uint(n)
		case "unit":
			a.Unit = uint(n)
		case "slot":
			a.Slot = uint(n)
		case "function":
			a.Function = uint(n)
		case "reg":
			a.Reg = &n
		case "cssid":
			a.CSSID = new(uint(n))
		case "ssid":
			a.SSID = uint(n)
		case "devno":
			a.DevNo = uint(n)
		case "iobase":
			a.IOBase = uint(n)
		case "irq":
			a.IRQ = uint(n)
		case "base":
			a.Base = n
		}
	}
	return d.Skip()
}

// UnmarshalXML lets encoding/xml read the target of a PCI controller.
func (t *ControllerTarget) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	*t = ControllerTarget{}
	for _, x := range start.Attr {
		if x.Name.Local == "hotplug" {
			t.Hotplug = OnOff(x.Value)
			continue
		}
		n, err := strconv.ParseUint(x.Value, 0, 63)
		if err != nil {
			return err
		}
		switch x.Name.Local {
		case "chassisNr":
			t.ChassisNr = new(int(n))
		case "chassis":
			t.Chassis = new(int(n))
		case "port":
			t.Port = new(uint(n))
		case "busNr":
			t.BusNr = new(int(n))
		case "index":
			t.Index = new(int(n))
		case "memReserve":
			t.MemReserve = &n
		}
	}
	var inner struct {
		Node *int `xml:"node"`
	}
	if err := d.DecodeElement(&inner, &start); err != nil {
		return err
	}
	t.Node = inner.Node
	return nil
}
