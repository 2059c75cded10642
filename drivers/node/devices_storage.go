//go:build linux

package node

import (
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

func (d *sysDevice) storage() (string, *domxml.NodeDeviceCapability) {
	kind := d.driveType()
	if d.devNode() == "" || kind == "" {
		return "", nil
	}
	c := &domxml.NodeDeviceCapability{
		Type: domxml.CapStorage, Block: d.devNode(), Bus: d.properties["ID_BUS"], DriveType: kind,
		Serial: d.properties["ID_SERIAL"], Model: strings.TrimRight(d.attr("device/model"), " "),
	}
	if v := strings.TrimRight(d.attr("device/vendor"), " "); v != "" {
		c.Vendor = &domxml.NodeDeviceID{Name: v}
	}
	name := d.name()
	if c.Serial != "" {
		name += "_" + c.Serial
	}
	zero := uint64(0)
	if kind == "disk" || kind == "sd" {
		var ok bool
		if c.NumBlocks, c.LogicalBlockSize, ok = d.blocks(); !ok {
			return "", nil
		}
		c.Size = bytesOf(c.NumBlocks, c.LogicalBlockSize)
		return "block_" + name, c
	}
	// A drive for media, of which one may be in it.
	media := kind == "cdrom" && d.properties["ID_CDROM_MEDIA"] == "1"
	if d.attr("removable") != "1" {
		var ok bool
		if c.Size = &zero; media {
			if c.NumBlocks, c.LogicalBlockSize, ok = d.blocks(); !ok {
				return "", nil
			}
		}
		return "block_" + name, c
	}
	s := domxml.NodeDeviceSubCapability{Type: "removable", MediaAvailable: new(uint), MediaSize: &zero}
	if media {
		*s.MediaAvailable = 1
		s.MediaLabel = d.properties["ID_FS_LABEL"]
		var ok bool
		if s.NumBlocks, s.LogicalBlockSize, ok = d.blocks(); !ok {
			return "", nil
		}
		s.MediaSize = bytesOf(s.NumBlocks, s.LogicalBlockSize)
	}
	c.Capabilities = []domxml.NodeDeviceSubCapability{s}
	return "block_" + name, c
}

// driveType is what the reference calls a drive, "" for those that it does not
// tell of.
func (d *sysDevice) driveType() string {
	is := func(property string) bool { return d.properties[property] == "1" }
	switch kind := d.properties["ID_TYPE"]; {
	case kind == "cd":
		return "cdrom"
	case kind == "disk" || kind == "floppy" || kind == "sd":
		return kind
	case kind != "":
		return ""
	case is("ID_DRIVE_FLOPPY"):
		return "floppy"
	case is("ID_CDROM"):
		return "cdrom"
	case is("ID_DRIVE_FLASH_SD"):
		return "sd"
	case strings.HasPrefix(d.name(), "vd") || strings.HasPrefix(d.name(), "nvme"):
		return "disk" // nobody but the name says so
	}
	return ""
}

// blocks are how many there are, and how large one is. The kernel counts those
// of 512 bytes whatever the drive has; the reference does not know.
func (d *sysDevice) blocks() (n *uint64, size uint64, ok bool) {
	count, err := strconv.ParseUint(d.attr("size"), 10, 64)
	if err != nil {
		return nil, 0, false
	}
	size, err = strconv.ParseUint(d.attr("queue/logical_block_size"), 10, 64)
	return &count, size, err == nil
}

func bytesOf(n *uint64, size uint64) *uint64 {
	b := *n * size
	return &b
}
