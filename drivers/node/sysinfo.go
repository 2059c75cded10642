//go:build linux

package node

import (
	"context"
	"fmt"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

const dmiDir = "sys/firmware/dmi/tables/"

// Sysinfo is what the firmware says about the host, in the words of dmidecode.
func (h *Host) Sysinfo(context.Context) (string, error) {
	entry, err := h.read(dmiDir + "smbios_entry_point")
	if err != nil {
		return "", errNoSysinfo()
	}
	major, minor, err := smbiosVersion([]byte(entry))
	if err != nil {
		return "", errNoSysinfo()
	}
	table, err := h.read(dmiDir + "DMI")
	if err != nil {
		return "", errNoSysinfo()
	}
	out := &domxml.HostSysInfo{Type: "smbios"}
	for _, s := range parseSMBIOS([]byte(table)) {
		s.describe(out, major > 2 || major == 2 && minor >= 6)
	}
	return string(domxml.FormatHostSysInfo(out)), nil
}

func errNoSysinfo() error {
	return vir.Errorf(vir.FromQEMU, vir.ErrConfigUnsupported, "Host SMBIOS information is not available")
}

// entries collects texts with names; empty ones are left out.
type entries []domxml.SysInfoEntry

func (e *entries) add(name, value string) {
	if value != "" {
		*e = append(*e, domxml.SysInfoEntry{Name: name, Value: value})
	}
}

// describe adds a structure to the document. The bytes of UUIDs are in the
// processor's order since SMBIOS 2.6.
func (s *structure) describe(out *domxml.HostSysInfo, swapped bool) {
	var e entries
	switch s.kind {
	case smbiosBIOS:
		e.add("vendor", s.string(4))
		e.add("version", s.string(5))
		e.add("date", s.string(8))
		major, _ := s.byteAt(0x14)
		if minor, ok := s.byteAt(0x15); ok && major != 0xff && minor != 0xff {
			e.add("release", fmt.Sprintf("%d.%d", major, minor))
		}
		out.BIOS = append(out.BIOS, e...)
	case smbiosSystem:
		e.add("manufacturer", s.string(4))
		e.add("product", s.string(5))
		e.add("version", s.string(6))
		e.add("serial", s.string(7))
		e.add("uuid", s.uuid(8, swapped))
		e.add("sku", s.string(0x19))
		e.add("family", s.string(0x1a))
		out.System = append(out.System, e...)
	case smbiosBaseBoard:
		e.add("manufacturer", s.string(4))
		e.add("product", s.string(5))
		e.add("version", s.string(6))
		e.add("serial", s.string(7))
		e.add("asset", s.string(8))
		e.add("location", s.string(10))
		out.BaseBoards = append(out.BaseBoards, domxml.SysInfoGroup{Entries: e})
	case smbiosChassis:
		e.add("manufacturer", s.string(4))
		e.add("version", s.string(6))
		e.add("serial", s.string(7))
		e.add("asset", s.string(8))
		e.add("sku", s.string(s.chassisSKU()))
		out.Chassis = append(out.Chassis, e...)
	case smbiosProcessor:
		if e := s.processor(); len(e) > 0 {
			out.Processors = append(out.Processors, domxml.SysInfoGroup{Entries: e})
		}
	case smbiosMemoryDevice:
		if e := s.memoryDevice(); len(e) > 0 {
			out.MemoryDevices = append(out.MemoryDevices, domxml.SysInfoGroup{Entries: e})
		}
	case smbiosOEMStrings:
		for _, text := range s.text {
			e.add("", text)
		}
		out.OEMStrings = append(out.OEMStrings, e...)
	}
}

// uuid is that of the system.
func (s *structure) uuid(at int, swapped bool) string {
	if at+16 > len(s.data) {
		return ""
	}
	var b [16]byte
	copy(b[:], s.data[at:])
	same := func(x byte) bool {
		for _, c := range b {
			if c != x {
				return false
			}
		}
		return true
	}
	switch {
	case same(0xff), same(0):
		return ""
	case swapped:
		b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] = b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// chassisSKU is the place behind the list of what is in the chassis.
func (s *structure) chassisSKU() int {
	count, _ := s.byteAt(0x13)
	size, _ := s.byteAt(0x14)
	return 0x15 + int(count)*int(size)
}
