package domxml

import (
	"slices"
	"strings"
)

// SysInfo are the SMBIOS texts, or firmware configuration files, that a guest
// sees.
type SysInfo struct {
	Type       string         `xml:"type,attr" vir:"required enum=smbios|fwcfg"`
	BIOS       []SysInfoEntry `xml:"bios>entry"`
	System     []SysInfoEntry `xml:"system>entry"`
	BaseBoards []SysInfoBoard `xml:"baseBoard"`
	Chassis    []SysInfoEntry `xml:"chassis>entry"`
	OEMStrings []SysInfoEntry `xml:"oemStrings>entry"`
	FWCfg      []FWCfgEntry   `xml:"entry"`
}

// SysInfoBoard describes a board of the machine.
type SysInfoBoard struct {
	Entries []SysInfoEntry `xml:"entry"`
}

// SysInfoEntry is a named text.
type SysInfoEntry struct {
	Name  string `xml:"name,attr,omitempty"`
	Value string `xml:",chardata"`
}

// FWCfgEntry is a file of the firmware's configuration: a text, or the content
// of a file of the host.
type FWCfgEntry struct {
	Name  string `xml:"name,attr,omitempty"`
	File  string `xml:"file,attr,omitempty"`
	Value string `xml:",chardata"`
}

// The names of entries, in canonical order.
var (
	biosEntries    = []string{"vendor", "version", "date", "release"}
	systemEntries  = []string{"manufacturer", "product", "version", "serial", "uuid", "sku", "family"}
	boardEntries   = []string{"manufacturer", "product", "version", "serial", "asset", "location"}
	chassisEntries = []string{"manufacturer", "version", "serial", "asset", "sku"}
)

// sortEntries keeps the first entry of each known name.
func sortEntries(in []SysInfoEntry, names []string) (out []SysInfoEntry) {
	for _, name := range names {
		i := slices.IndexFunc(in, func(e SysInfoEntry) bool { return e.Name == name })
		if i >= 0 && in[i].Value != "" {
			out = append(out, in[i])
		}
	}
	return out
}

func (s *SysInfo) parsed(*decoder, node) error {
	if s.Type == "fwcfg" {
		*s = SysInfo{Type: s.Type, FWCfg: s.FWCfg}
		for i, e := range s.FWCfg {
			if e.Name == "" {
				return errXML("Firmware entry is missing 'name' attribute")
			}
			if e.Value == "" && e.File == "" {
				return errXML("Firmware entry must have either value or 'file' attribute")
			}
			if e.File != "" {
				s.FWCfg[i].Value = ""
			}
		}
		return nil
	}
	s.FWCfg = nil
	s.BIOS = sortEntries(s.BIOS, biosEntries)
	s.System = sortEntries(s.System, systemEntries)
	s.Chassis = sortEntries(s.Chassis, chassisEntries)
	for i := range s.BaseBoards {
		s.BaseBoards[i].Entries = sortEntries(s.BaseBoards[i].Entries, boardEntries)
	}
	for i := range s.OEMStrings {
		s.OEMStrings[i].Name = ""
	}
	for i, e := range s.BIOS {
		if e.Name == "date" && !validBIOSDate(e.Value) {
			return errDetail("Invalid BIOS 'date' format")
		}
		s.BIOS[i] = e
	}
	return nil
}

// validBIOSDate wants mm/dd/yy or mm/dd/yyyy.
func validBIOSDate(s string) bool {
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return false
	}
	month, err1 := parseNumber(parts[0])
	day, err2 := parseNumber(parts[1])
	year, err3 := parseNumber(parts[2])
	return err1 == nil && err2 == nil && err3 == nil && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
		(year < 100 || year >= 1900)
}
