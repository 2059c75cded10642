//go:build linux

package node

import (
	"encoding/binary"

	"github.com/govirtd/govirtd/domxml"
)

// Tags of resources in vital product data.
const (
	vpdName      = 0x82
	vpdReadOnly  = 0x90
	vpdReadWrite = 0x91
	vpdEnd       = 0x78
)

// parseVPD reads the vital product data of a PCI card; ok is false where they
// are none, or broken.
func parseVPD(data []byte) (out domxml.NodeDeviceSubCapability, ok bool) {
	out.Type = string(domxml.CapVPD)
	sum := byte(0)
	for at := 0; at < len(data); {
		tag := data[at]
		if tag == vpdEnd {
			return out, out.Fields != nil
		}
		if tag&0x80 == 0 || at+3 > len(data) {
			return out, false
		}
		size := int(binary.LittleEndian.Uint16(data[at+1:]))
		begin := at + 3
		if begin+size > len(data) {
			return out, false
		}
		body := data[begin : begin+size]
		switch tag {
		case vpdName:
			out.Name = string(body)
		case vpdReadOnly, vpdReadWrite:
			// The sum of everything up to the checksum itself is 0.
			fields, checked := vpdFields(body, tag == vpdReadOnly)
			if tag == vpdReadOnly {
				if checked < 0 {
					return out, false
				}
				for _, b := range data[:begin+checked+1] {
					sum += b
				}
				if sum != 0 {
					return out, false
				}
			}
			out.Fields = append(out.Fields, fields)
		default:
			return out, false
		}
		at = begin + size
	}
	return out, false
}

// vpdFields reads the keywords of a resource; checksum is where that is, -1
// for nowhere.
func vpdFields(body []byte, readOnly bool) (f domxml.VPDFields, checksum int) {
	f.Access, checksum = "readwrite", -1
	if readOnly {
		f.Access = "readonly"
	}
	for at := 0; at+3 <= len(body); {
		key, size := string(body[at:at+2]), int(body[at+2])
		begin := at + 3
		if begin+size > len(body) {
			return f, -1
		}
		value := string(body[begin : begin+size])
		switch at = begin + size; {
		case key == "RV":
			return f, begin
		case key == "RW":
			return f, checksum
		case key == "EC":
			f.ChangeLevel = value
		case key == "MN":
			f.ManufactureID = value
		case key == "PN":
			f.PartNumber = value
		case key == "SN":
			f.SerialNumber = value
		case key == "YA":
			f.AssetTag = value
		case key[0] == 'V':
			f.VendorSpecific = append(f.VendorSpecific, domxml.VPDField{Index: key[1:], Value: value})
		case key[0] == 'Y':
			f.SystemSpecific = append(f.SystemSpecific, domxml.VPDField{Index: key[1:], Value: value})
		}
	}
	return f, checksum
}
