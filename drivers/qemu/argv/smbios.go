package argv

import "github.com/govirtd/govirtd/domxml"

// smbios are what the firmware tells the guest of its machine.
func (b *builder) smbios() error {
	mode := ""
	if s := b.d.OS.SMBIOS; s != nil {
		mode = s.Mode
	}
	var info *domxml.SysInfo
	switch mode {
	case "", "emulate":
		return nil
	case "host":
		if b.o.HostSysInfo == nil {
			return errUnsupported("Host SMBIOS information is not available")
		}
		info = b.o.HostSysInfo
	default:
		for i := range b.d.SysInfo {
			if b.d.SysInfo[i].Type == "smbios" {
				info = &b.d.SysInfo[i]
			}
		}
		if info == nil {
			return errXML("Domain '%s' sysinfo are not available", b.d.Name)
		}
	}
	b.smbiosTable("0", info.BIOS, "vendor", "version", "date", "release")
	system := info.System
	if mode == "host" {
		// The guest's own UUID, not that of the host.
		system = without(system, "uuid")
	}
	b.smbiosTable("1", system, "manufacturer", "product", "version", "serial", "uuid", "sku", "family")
	for _, board := range info.BaseBoards {
		b.smbiosTable("2", board.Entries, "manufacturer", "product", "version", "serial", "asset", "location")
	}
	b.smbiosTable("3", info.Chassis, "manufacturer", "version", "serial", "asset", "sku")
	if len(info.OEMStrings) > 0 {
		w := word("type=11")
		for _, e := range info.OEMStrings {
			w.set("value", e.Value)
		}
		b.arg("-smbios", w.String())
	}
	return nil
}

// smbiosTable adds a table with those entries that there are.
func (b *builder) smbiosTable(number string, entries []domxml.SysInfoEntry, names ...string) {
	if len(entries) == 0 {
		return
	}
	w := word("type=" + number)
	for _, name := range names {
		for _, e := range entries {
			if e.Name == name {
				w.set(name, e.Value)
			}
		}
	}
	b.arg("-smbios", w.String())
}

func without(entries []domxml.SysInfoEntry, name string) (rest []domxml.SysInfoEntry) {
	for _, e := range entries {
		if e.Name != name {
			rest = append(rest, e)
		}
	}
	return rest
}
