//go:build linux

package node

import (
	"encoding/binary"
	"io/fs"
	"path"

	"github.com/govirtd/govirtd/domxml"
)

// pciConfig is the configuration space of a PCI device, as much of it as the
// kernel lets us see.
type pciConfig struct {
	bytes    string
	extended bool // there are 4096 bytes, seen or not
}

func (d *sysDevice) pciConfig() pciConfig {
	name := path.Join(d.path, "config")
	var c pciConfig
	if info, err := fs.Stat(d.h.root, name); err == nil {
		c.extended = info.Size() == 4096
	}
	c.bytes, _ = d.h.read(name)
	return c
}

func (c pciConfig) byte(at int) byte {
	if at < 0 || at >= len(c.bytes) {
		return 0
	}
	return c.bytes[at]
}

func (c pciConfig) word(at int) uint16 {
	return binary.LittleEndian.Uint16([]byte{c.byte(at), c.byte(at + 1)})
}

// Places in the space, and what is there.
const (
	pciStatus         = 0x06
	pciStatusCapList  = 0x10
	pciHeaderType     = 0x0e
	pciCapList        = 0x34
	pciCapExpress     = 0x10
	pciExpressFlags   = 2
	pciExpressLinkCap = 12
	pciExpressLinkSta = 18
	// pciMaxCaps ends a list that bites its tail.
	pciMaxCaps = 48
)

// header is the type of the header: 0 for a device, 1 and 2 for bridges.
func (c pciConfig) header() byte { return c.byte(pciHeaderType) & 0x7f }

// express is what a PCI Express device says of its link. Those inside of the
// root complex have none.
func (c pciConfig) express() *domxml.PCIExpress {
	at := c.expressCapability()
	if at == 0 {
		if c.extended {
			return &domxml.PCIExpress{}
		}
		return nil
	}
	switch kind := c.word(at+pciExpressFlags) >> 4 & 0xf; kind {
	case 9, 10:
		return &domxml.PCIExpress{}
	}
	port := uint(c.byte(at + pciExpressLinkCap + 3))
	cap, sta := c.word(at+pciExpressLinkCap), c.word(at+pciExpressLinkSta)
	return &domxml.PCIExpress{Links: []domxml.PCIELink{
		{Validity: "cap", Port: &port, Speed: linkSpeed(cap), Width: linkWidth(cap)},
		{Validity: "sta", Speed: linkSpeed(sta), Width: linkWidth(sta)},
	}}
}

// expressCapability is where it is, 0 for nowhere.
func (c pciConfig) expressCapability() int {
	if c.word(pciStatus)&pciStatusCapList == 0 {
		return 0
	}
	at := int(c.byte(pciCapList) &^ 3)
	for range pciMaxCaps {
		if at < 0x40 {
			return 0
		}
		if c.byte(at) == pciCapExpress {
			return at
		}
		at = int(c.byte(at+1) &^ 3)
	}
	return 0
}

// linkSpeed is in gigatransfers per second.
func linkSpeed(word uint16) string {
	speeds := []string{"", "2.5", "5", "8", "16", "32", "64"}
	if i := int(word & 0xf); i < len(speeds) {
		return speeds[i]
	}
	return ""
}

func linkWidth(word uint16) uint { return uint(word >> 4 & 0x3f) }

// conventionalConfig is how large the configuration space of a conventional
// PCI device is; those of Express have 4096 bytes.
const conventionalConfig = 256

// ConventionalPCI reports whether there is a PCI device at an address
// (0000:00:01.0) which is no Express one.
func (h *Host) ConventionalPCI(address string) bool {
	s, err := fs.Stat(h.root, path.Join("sys/bus/pci/devices", path.Base(address), "config"))
	return err == nil && s.Size() <= conventionalConfig
}
