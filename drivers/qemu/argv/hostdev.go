package argv

import (
	"fmt"
	"path/filepath"

	"github.com/govirtd/govirtd/domxml"
)

// hostdevs are devices of the host that the guest has for itself.
func (b *builder) hostdevs() error {
	for i := range b.d.Devices.Hostdevs {
		if err := b.hostdev(&b.d.Devices.Hostdevs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) hostdev(h *domxml.Hostdev) error {
	if h.Mode != "" && h.Mode != "subsystem" {
		return errUnsupported("hostdev mode '%s' not supported", h.Mode)
	}
	if h.Source == nil {
		return errInternal("missing source of a host device")
	}
	if h.Address != nil && h.Address.Type == domxml.AddressUnassigned {
		return nil // reserved, not given to the guest
	}
	switch h.Type {
	case "pci":
		return b.hostPCI(h)
	case "usb":
		return b.hostUSB(h)
	case "mdev":
		return b.hostMdev(h)
	case "scsi":
		return b.hostSCSI(h)
	case "scsi_host":
		return b.hostVhostSCSI(h)
	}
	return errUnsupported("hostdev subsys type '%s' not supported", h.Type)
}

// vfioDriver is the device for one that shows pictures from the start, or not.
func vfioDriver(h *domxml.Hostdev) string {
	if h.RAMFB == domxml.On {
		return "vfio-pci-nohotplug"
	}
	return "vfio-pci"
}

func (b *builder) hostPCI(h *domxml.Hostdev) error {
	a := h.Source.Address
	if a == nil {
		return errInternal("missing address of a host device")
	}
	host := pciName(&domxml.Address{Domain: value(a.Domain), Bus: value(a.Bus), Slot: value(a.Slot), Function: value(a.Function)})
	p := props("driver", vfioDriver(h), "host", host, "id", aliasName(h.Alias))
	bootPlace(p, h.Boot)
	if t := h.Teaming; t != nil && t.Type == "transient" {
		p.put("failover_pair_id", t.Persistent)
	}
	display(p, h)
	b.deviceAddress(p, &h.DeviceInfo)
	if err := b.rom(p, h.ROM); err != nil {
		return err
	}
	b.device(p, h.Alias)
	return nil
}

// display says whether the guest's screen comes from the device.
func display(p *Props, h *domxml.Hostdev) {
	if h.Display != "" {
		p.set("display", string(h.Display))
	}
	if h.RAMFB == domxml.On {
		p.set("ramfb", true)
	}
}

func (b *builder) hostMdev(h *domxml.Hostdev) error {
	a := h.Source.Address
	if a == nil || a.UUID == nil {
		return errInternal("missing address of a mediated device")
	}
	driver := map[string]string{"vfio-pci": vfioDriver(h), "vfio-ccw": "vfio-ccw", "vfio-ap": "vfio-ap"}[h.Model]
	if driver == "" {
		return errUnsupported("unsupported mediated device model '%s'", h.Model)
	}
	p := props("driver", driver, "id", aliasName(h.Alias), "sysfsdev", filepath.Join("/sys/bus/mdev/devices", a.UUID.String()))
	display(p, h)
	bootPlace(p, h.Boot)
	b.deviceAddress(p, &h.DeviceInfo)
	b.device(p, h.Alias)
	return nil
}

func (b *builder) hostUSB(h *domxml.Hostdev) error {
	p := props("driver", "usb-host")
	if h.Source.Missing != domxml.Yes {
		a := h.Source.Address
		if a == nil {
			return errUnsupported("USB device has not been found on the host")
		}
		bus, device := value(a.Bus), value(a.Device)
		if bus == 0 && device == 0 {
			return errInternal("USB host device is missing bus/device information")
		}
		p.set("hostdevice", fmt.Sprintf("/dev/bus/usb/%03d/%03d", bus, device))
	}
	p.set("id", aliasName(h.Alias))
	bootPlace(p, h.Boot)
	switch h.Source.GuestReset {
	case "off":
		p.set("guest-reset", false).set("guest-resets-all", false)
	case "uninitialized":
		p.set("guest-reset", true).set("guest-resets-all", false)
	case "on":
		p.set("guest-reset", true).set("guest-resets-all", true)
	}
	b.deviceAddress(p, &h.DeviceInfo)
	b.device(p, h.Alias)
	return nil
}

// hostSCSI is a unit of an adapter of the host, or of an iSCSI target.
func (b *builder) hostSCSI(h *domxml.Hostdev) error {
	node := b.hostdevNode(h) + "-backend"
	s := h.Source
	var p *Props
	if s.Protocol == "iscsi" {
		secret := ""
		if s.Auth != nil {
			secret = node + "-secret0"
			if err := b.secret(secret, authRef(s.Auth)); err != nil {
				return err
			}
		}
		target, err := iscsiTarget(s.Name, s.Hosts, s.Auth, s.Initiator, secret)
		if err != nil {
			return err
		}
		p = target
	} else {
		path, ok := b.o.SCSIGeneric[aliasName(h.Alias)]
		if !ok {
			return errInternal("no generic SCSI device was found for '%s'", aliasName(h.Alias))
		}
		p = props("driver", "host_device", "filename", path)
	}
	b.blockdev(p.set("node-name", node).set("read-only", bool(h.Readonly)))
	dev := props("driver", "scsi-generic", "drive", node, "id", aliasName(h.Alias))
	bootPlace(dev, h.Boot)
	b.scsiPlace(dev, h.Address)
	b.device(dev, h.Alias)
	return nil
}

// scsiPlace is the place of a device on a SCSI bus.
func (b *builder) scsiPlace(p *Props, address *domxml.Address) {
	a := value(address)
	c := findController(b.d, domxml.ControllerSCSI, int(a.Controller))
	bus := "scsi" + itoa(a.Controller)
	if c != nil && aliasName(c.Alias) != "" {
		bus = aliasName(c.Alias)
	}
	p.set("bus", bus+".0")
	if narrowSCSI(c) {
		p.set("scsi-id", a.Unit)
	} else {
		p.set("channel", a.Bus).set("scsi-id", a.Target).set("lun", a.Unit)
	}
}

// hostdevNode numbers the nodes of SCSI devices after those of the disks.
func (b *builder) hostdevNode(h *domxml.Hostdev) string {
	last := uint(0)
	for i := range b.d.Devices.Disks {
		last = max(last, lastNode(&b.d.Devices.Disks[i]))
	}
	for i := range b.d.Devices.Hostdevs {
		x := &b.d.Devices.Hostdevs[i]
		if x.Type == "scsi" {
			last++
		}
		if x == h {
			break
		}
	}
	return NodeName(last)
}

// hostVhostSCSI is a target of the kernel.
func (b *builder) hostVhostSCSI(h *domxml.Hostdev) error {
	p := props("driver", b.virtioDriver("vhost-scsi", h.Model, h.Address), "wwpn", h.Source.WWPN,
		"vhostfd", itoa(b.vhostFD(aliasName(h.Alias))), "id", aliasName(h.Alias))
	b.deviceAddress(p, &h.DeviceInfo)
	b.device(p, h.Alias)
	return nil
}

// vhostFD is a descriptor of a vhost device that was opened before; -1 where a
// command is only shown.
func (b *builder) vhostFD(alias string) int {
	if fd, ok := b.o.VhostFDs[alias]; ok {
		return fd
	}
	return -1
}

// bootPlace is the place of a device of the host in the order of booting.
func bootPlace(p *Props, boot *domxml.Boot) {
	if boot != nil {
		p.put("bootindex", boot.Order).put("loadparm", boot.LoadParm)
	}
}
