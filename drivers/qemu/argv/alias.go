package argv

import (
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// AssignAliases names all devices of a document that is about to run, as the
// reference names them. Names that the document chose (ua-...) stay.
func AssignAliases(d *domxml.Domain) {
	v := &d.Devices
	for i := range v.Disks {
		set(&v.Disks[i].Alias, diskAlias(d, &v.Disks[i]))
	}
	for i := range v.Controllers {
		set(&v.Controllers[i].Alias, ControllerAlias(d, &v.Controllers[i]))
	}
	// Interfaces that are devices of the host are counted with those.
	hostdev := counter("hostdev")
	net := counter("net")
	number := func(n *numbers, a *domxml.Alias) { n.used(a) }
	for i := range v.Interfaces {
		number(net, v.Interfaces[i].Alias)
		number(hostdev, v.Interfaces[i].Alias)
	}
	for i := range v.Hostdevs {
		number(hostdev, v.Hostdevs[i].Alias)
	}
	for i := range v.Interfaces {
		if v.Interfaces[i].Type == "hostdev" {
			hostdev.name(&v.Interfaces[i].Alias)
		} else {
			net.name(&v.Interfaces[i].Alias)
		}
	}
	each(v.Filesystems, "fs", func(x *domxml.Filesystem) **domxml.Alias { return &x.Alias })
	each(v.Sounds, "sound", func(x *domxml.Sound) **domxml.Alias { return &x.Alias })
	for i := range v.Hostdevs {
		hostdev.name(&v.Hostdevs[i].Alias)
	}
	each(v.RedirDevs, "redir", func(x *domxml.RedirDev) **domxml.Alias { return &x.Alias })
	each(v.Videos, "video", func(x *domxml.Video) **domxml.Alias { return &x.Alias })
	each(v.Inputs, "input", func(x *domxml.Input) **domxml.Alias { return &x.Alias })
	each(v.Parallels, "parallel", func(x *domxml.Chardev) **domxml.Alias { return &x.Alias })
	each(v.Serials, "serial", func(x *domxml.Chardev) **domxml.Alias { return &x.Alias })
	each(v.Channels, "channel", func(x *domxml.Chardev) **domxml.Alias { return &x.Alias })
	consoleAliases(d)
	each(v.Hubs, "hub", func(x *domxml.Hub) **domxml.Alias { return &x.Alias })
	each(v.Shmems, "shmem", func(x *domxml.Shmem) **domxml.Alias { return &x.Alias })
	each(v.Smartcards, "smartcard", func(x *domxml.Smartcard) **domxml.Alias { return &x.Alias })
	each(v.Watchdogs, "watchdog", func(x *domxml.Watchdog) **domxml.Alias { return &x.Alias })
	each(v.RNGs, "rng", func(x *domxml.RNG) **domxml.Alias { return &x.Alias })
	each(v.TPMs, "tpm", func(x *domxml.TPM) **domxml.Alias { return &x.Alias })
	each(v.Cryptos, "crypto", func(x *domxml.Crypto) **domxml.Alias { return &x.Alias })
	memoryAliases(v.Memories)
	single(v.Memballoon != nil && v.Memballoon.Model != "none", "balloon0", func() **domxml.Alias { return &v.Memballoon.Alias })
	single(v.NVRAM != nil, "nvram", func() **domxml.Alias { return &v.NVRAM.Alias })
	single(v.VSock != nil, "vsock0", func() **domxml.Alias { return &v.VSock.Alias })
	single(v.IOMMU != nil, "iommu0", func() **domxml.Alias { return &v.IOMMU.Alias })
	single(v.PStore != nil, "pstore0", func() **domxml.Alias { return &v.PStore.Alias })
}

func set(a **domxml.Alias, name string) {
	if (*a == nil || (*a).Name == "") && name != "" {
		*a = &domxml.Alias{Name: name}
	}
}

func single(there bool, name string, alias func() **domxml.Alias) {
	if there {
		set(alias(), name)
	}
}

// numbers counts devices of a kind.
type numbers struct {
	prefix string
	next   int
}

func counter(prefix string) *numbers { return &numbers{prefix: prefix} }

// used makes the count go on behind a name that is taken.
func (n *numbers) used(a *domxml.Alias) {
	if a == nil {
		return
	}
	if s, ok := strings.CutPrefix(a.Name, n.prefix); ok {
		if k, err := strconv.Atoi(s); err == nil && k >= n.next && strconv.Itoa(k) == s {
			n.next = k + 1
		}
	}
}

func (n *numbers) name(a **domxml.Alias) {
	if *a == nil || (*a).Name == "" {
		set(a, n.prefix+strconv.Itoa(n.next))
		n.next++
	}
}

// each numbers the devices of a list.
func each[T any](list []T, prefix string, alias func(*T) **domxml.Alias) {
	n := counter(prefix)
	for i := range list {
		n.used(*alias(&list[i]))
	}
	for i := range list {
		n.name(alias(&list[i]))
	}
}

// consoleAliases gives the console that is the first serial port its name.
func consoleAliases(d *domxml.Domain) {
	v := &d.Devices
	n := counter("console")
	for i := range v.Consoles {
		n.used(v.Consoles[i].Alias)
	}
	for i := range v.Consoles {
		c := &v.Consoles[i]
		if i == 0 && isSerialConsole(c) && len(v.Serials) > 0 {
			set(&c.Alias, aliasName(v.Serials[0].Alias))
			continue
		}
		if c.Alias == nil || c.Alias.Name == "" {
			// The number is the place in the list.
			set(&c.Alias, "console"+strconv.Itoa(max(i, n.next)))
			n.used(c.Alias)
		}
	}
}

// isSerialConsole says whether a console is another name of a serial port.
func isSerialConsole(c *domxml.Chardev) bool {
	return c.Target == nil || c.Target.Type == "" || c.Target.Type == "serial"
}

// memoryAliases numbers memory devices: those in slots by their slot.
func memoryAliases(list []domxml.MemoryDev) {
	prefixes := map[string]string{
		"dimm": "dimm", "nvdimm": "nvdimm", "virtio-pmem": "virtiopmem", "virtio-mem": "virtiomem", "sgx-epc": "epc",
	}
	counters := map[string]*numbers{}
	for _, prefix := range prefixes {
		counters[prefix] = counter(prefix)
		for i := range list {
			counters[prefix].used(list[i].Alias)
		}
	}
	for i := range list {
		m := &list[i]
		prefix := prefixes[m.Model]
		if (m.Model == "dimm" || m.Model == "nvdimm") && m.Address != nil && m.Address.Type == domxml.AddressDIMM {
			set(&m.Alias, prefix+itoa(m.Address.Slot))
			continue
		}
		counters[prefix].name(&m.Alias)
	}
}

// diskAlias is the bus and the place on it, where the bus has places.
func diskAlias(d *domxml.Domain, k *domxml.Disk) string {
	a := k.Address
	if a == nil || a.Type != domxml.AddressDrive {
		n := domxml.DiskIndex(k.Target.Dev)
		if n < 0 {
			return ""
		}
		return string(k.Target.Bus) + "-disk" + strconv.Itoa(n)
	}
	name := string(k.Target.Bus) + itoa(a.Controller) + "-" + itoa(a.Bus)
	if k.Target.Bus == domxml.DiskBusSCSI && !narrowSCSI(findController(d, domxml.ControllerSCSI, int(a.Controller))) {
		name += "-" + itoa(a.Target)
	}
	return name + "-" + itoa(a.Unit)
}

// narrowSCSI says whether a controller has units only, no targets with units.
func narrowSCSI(c *domxml.Controller) bool {
	if c == nil {
		return false
	}
	switch c.Model {
	case "lsilogic", "ncr53c90", "dc390", "am53c974":
		return true
	}
	return false
}

// ControllerAlias is the name of a controller. Those that are part of the
// board have the board's names.
func ControllerAlias(d *domxml.Domain, c *domxml.Controller) string {
	index := value(c.Index)
	switch c.Type {
	case domxml.ControllerPCI:
		switch {
		case c.Model == "pcie-root":
			return "pcie." + strconv.Itoa(index)
		case index == 0 && c.Model == "pci-root" && strings.HasPrefix(d.OS.Type.Machine, "pseries"):
			return "pci.0"
		}
		return "pci." + strconv.Itoa(index)
	case domxml.ControllerUSB:
		if index == 0 {
			return "usb"
		}
	case domxml.ControllerIDE:
		if index == 0 && (isI440FX(d) || hasBuiltinIDE(d)) {
			return "ide"
		}
	case domxml.ControllerSATA:
		if index == 0 && isQ35(d) {
			return "ide"
		}
	case domxml.ControllerSCSI:
		if index == 0 && hasBuiltinESP(d) {
			return "scsi"
		}
	}
	return string(c.Type) + strconv.Itoa(index)
}

func hasBuiltinIDE(d *domxml.Domain) bool {
	switch d.OS.Type.Machine {
	case "malta", "sun4u", "g3beige":
		return true
	}
	return false
}

func hasBuiltinESP(d *domxml.Domain) bool {
	switch d.OS.Type.Machine {
	case "versatilepb", "realview-eb", "realview-eb-mpcore":
		return true
	}
	return false
}
