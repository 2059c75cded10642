package domxml

import (
	"encoding/xml"

	"github.com/govirtd/govirtd/protocol/vir"
)

// HostSysInfo are the SMBIOS texts of a host (virConnectGetSysinfo). Entries
// keep their order; their names are those of dmidecode in lower case.
type HostSysInfo struct {
	XMLName       xml.Name       `xml:"sysinfo"`
	Type          string         `xml:"type,attr" vir:"required enum=smbios"`
	BIOS          []SysInfoEntry `xml:"bios>entry"`
	System        []SysInfoEntry `xml:"system>entry"`
	BaseBoards    []SysInfoGroup `xml:"baseBoard"`
	Chassis       []SysInfoEntry `xml:"chassis>entry"`
	Processors    []SysInfoGroup `xml:"processor"`
	MemoryDevices []SysInfoGroup `xml:"memory_device"`
	OEMStrings    []SysInfoEntry `xml:"oemStrings>entry"`
}

// SysInfoGroup describes one of several parts of the same kind.
type SysInfoGroup struct {
	Entries []SysInfoEntry `xml:"entry"`
}

// Entry is the text of that name in a group, empty where there is none.
func (g *SysInfoGroup) Entry(name string) string {
	for _, e := range g.Entries {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}

// ParseHostSysInfo reads the document of virConnectGetSysinfo.
func ParseHostSysInfo(doc []byte) (*HostSysInfo, error) {
	return parse[HostSysInfo](doc, "sysinfo", vir.FromSysinfo, nil)
}

// FormatHostSysInfo writes the document of virConnectGetSysinfo.
func FormatHostSysInfo(s *HostSysInfo) []byte { return appendDocument(nil, "sysinfo", s, 0) }
