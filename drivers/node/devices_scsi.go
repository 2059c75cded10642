//go:build linux

package node

import (
	"path"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

func (d *sysDevice) scsiHost() (string, *domxml.NodeDeviceCapability) {
	text, ok := strings.CutPrefix(d.name(), "host")
	number, isNumber := decimal(text)
	if !ok || !isNumber {
		return "", nil
	}
	c := &domxml.NodeDeviceCapability{Type: domxml.CapSCSIHost, Host: &number}
	if id, ok := decimal(d.h.word(path.Join("sys/class/scsi_host", d.name(), "unique_id"))); ok {
		c.UniqueID = &id
	}
	fc := path.Join("sys/class/fc_host", d.name())
	if !d.h.exists(fc) {
		return "scsi_" + d.name(), c
	}
	wwn := func(name string) string { return strings.TrimPrefix(d.h.word(path.Join(fc, name)), "0x") }
	c.Capabilities = append(c.Capabilities, domxml.NodeDeviceSubCapability{
		Type: string(domxml.CapFCHost), WWNN: wwn("node_name"), WWPN: wwn("port_name"), FabricWWN: wwn("fabric_name"),
	})
	if d.h.exists(path.Join(fc, "vport_create")) {
		most, ok := decimal(d.h.word(path.Join(fc, "max_npiv_vports")))
		used, ok2 := decimal(d.h.word(path.Join(fc, "npiv_vports_inuse")))
		if ok && ok2 {
			c.Capabilities = append(c.Capabilities, domxml.NodeDeviceSubCapability{Type: "vport_ops", MaxVPorts: &most, VPorts: &used})
		}
	}
	return "scsi_" + d.name(), c
}

func (d *sysDevice) scsiTarget() (string, *domxml.NodeDeviceCapability) {
	c := &domxml.NodeDeviceCapability{Type: domxml.CapSCSITarget, Target: d.name()}
	// A target in a fabric is behind a remote port.
	if port := path.Base(path.Dir(d.path)); strings.HasPrefix(port, "rport-") {
		c.Capabilities = append(c.Capabilities, domxml.NodeDeviceSubCapability{
			Type: "fc_remote_port", RPort: port, WWPN: d.h.word(path.Join("sys/class/fc_remote_ports", port, "port_name")),
		})
	}
	return "scsi_" + d.name(), c
}

// scsiTypes are those that the reference has a word for.
var scsiTypes = map[uint64]string{
	0: "disk", 1: "tape", 3: "processor", 4: "worm", 5: "cdrom", 6: "scanner", 7: "mod", 8: "changer", 12: "raid", 13: "enclosure",
}

func (d *sysDevice) scsi() (string, *domxml.NodeDeviceCapability) {
	c := &domxml.NodeDeviceCapability{Type: domxml.CapSCSI}
	var n [4]uint
	parts := strings.Split(d.name(), ":")
	if len(parts) != len(n) {
		return "", nil
	}
	for i, p := range parts {
		var ok bool
		if n[i], ok = decimal(p); !ok {
			return "", nil
		}
	}
	c.Host, c.Bus, c.Target, c.LUN = &n[0], parts[1], parts[2], &n[3]
	if kind, err := strconv.ParseUint(d.attr("type"), 0, 32); err == nil && scsiTypes[kind] != "" {
		c.Kind = &domxml.NodeDeviceKind{Name: scsiTypes[kind]}
	}
	return "scsi_" + d.name(), c
}

func (d *sysDevice) scsiGeneric() (string, *domxml.NodeDeviceCapability) {
	if d.devNode() == "" {
		return "", nil
	}
	return "scsi_generic_" + d.name(), &domxml.NodeDeviceCapability{Type: domxml.CapSCSIGeneric, Char: d.devNode()}
}
