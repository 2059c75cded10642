//go:build linux

package node

import (
	"context"
	"path"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// NodeDevices are the devices of the host as the reference names and describes
// them, the computer first, parents before their children.
func (h *Host) NodeDevices(ctx context.Context) ([]*domxml.NodeDevice, error) {
	out := []*domxml.NodeDevice{h.computer()}
	known := map[string]string{} // names by path
	ids := pciIDs{h: h}
	for _, s := range h.sysDevices() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d := s.describe(&ids)
		if d == nil {
			continue
		}
		known[s.path] = d.Name
		d.Parent = &domxml.NodeDeviceParent{Name: computerName}
		for above := path.Dir(s.path); above != "."; above = path.Dir(above) {
			if name, ok := known[above]; ok {
				d.Parent.Name = name
				break
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// computerName is the device that all others belong to.
const computerName = "computer"

// describe makes the document of a device, or nil where the reference has
// none.
func (d *sysDevice) describe(ids *pciIDs) *domxml.NodeDevice {
	kind := d.properties["DEVTYPE"]
	if kind == "" {
		kind = d.subsystem
	}
	var name string
	var c *domxml.NodeDeviceCapability
	switch kind {
	case "pci":
		name, c = d.pci(ids)
	case "usb_device":
		name, c = d.usbDevice()
	case "usb_interface":
		name, c = d.usbInterface()
	case "net", "wlan":
		name, c = d.net()
	case "disk":
		name, c = d.storage()
	case "scsi_host":
		name, c = d.scsiHost()
	case "scsi_target":
		name, c = d.scsiTarget()
	case "scsi_device":
		name, c = d.scsi()
	case "scsi_generic":
		name, c = d.scsiGeneric()
	case "drm_minor":
		name, c = d.drm()
	case "mdev":
		name, c = d.mdev()
	case "vdpa":
		name, c = d.vdpa()
	}
	if c == nil {
		return nil
	}
	out := &domxml.NodeDevice{Name: plainName(name), Path: "/" + d.path, Capabilities: []domxml.NodeDeviceCapability{*c}}
	if n := d.devNode(); n != "" {
		out.DevNodes = append(out.DevNodes, domxml.DevNode{Type: "dev", Path: n})
	}
	for _, l := range d.links {
		out.DevNodes = append(out.DevNodes, domxml.DevNode{Type: "link", Path: "/dev/" + l})
	}
	if driver := d.properties["DRIVER"]; driver != "" {
		out.Driver = &domxml.NodeDeviceDriver{Name: driver}
	}
	if c.Type == domxml.CapUSBDevice {
		return reread(out)
	}
	return out
}

// plainName has nothing but letters, digits and lines.
func plainName(name string) string {
	b := []byte(name)
	for i, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			b[i] = '_'
		}
	}
	return string(b)
}

// reread gives a document the form that it has where it was read: numbers of
// USB devices without a name have one of their own.
func reread(d *domxml.NodeDevice) *domxml.NodeDevice {
	text, err := domxml.FormatNodeDevice(d, 0)
	if err != nil {
		return d
	}
	if out, err := domxml.ParseNodeDevice(text, domxml.Live()); err == nil {
		return out
	}
	return d
}

// computer is the machine, as its firmware describes it.
func (h *Host) computer() *domxml.NodeDevice {
	c := domxml.NodeDeviceCapability{Type: domxml.CapSystem, Hardware: &domxml.SystemHardware{}, Firmware: &domxml.SystemFirmware{}}
	word := func(name string) string { return h.word("sys/devices/virtual/dmi/id/" + name) }
	if product := word("product_name"); product != "" {
		c.Product = &domxml.NodeDeviceID{Name: product}
	}
	c.Hardware.Vendor, c.Hardware.Version, c.Hardware.Serial = word("sys_vendor"), word("product_version"), word("product_serial")
	if id, ok := domxml.ParseUUID(strings.ToLower(word("product_uuid"))); ok {
		c.Hardware.UUID = id
	}
	c.Firmware.Vendor, c.Firmware.Version, c.Firmware.ReleaseDate = word("bios_vendor"), word("bios_version"), word("bios_date")
	return &domxml.NodeDevice{Name: computerName, Capabilities: []domxml.NodeDeviceCapability{c}}
}
