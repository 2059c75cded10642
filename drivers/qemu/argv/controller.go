package argv

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// controllerOrder is the order in which kinds of controllers are made: buses
// before what is attached to them.
var controllerOrder = []domxml.ControllerType{
	domxml.ControllerPCI, domxml.ControllerUSB, domxml.ControllerSCSI, domxml.ControllerIDE, domxml.ControllerSATA,
	domxml.ControllerVirtioSerial,
}

// controllers are all buses that are not part of the board.
func (b *builder) controllers() error { return b.controllersOf(controllerOrder...) }

// plugged are the controllers that are plugged into others.
func (b *builder) plugged() error {
	if err := b.controllersOf(domxml.ControllerCCID); err != nil {
		return err
	}
	return b.floppyController()
}

func (b *builder) controllersOf(types ...domxml.ControllerType) error {
	for _, typ := range types {
		for i := range b.d.Devices.Controllers {
			c := &b.d.Devices.Controllers[i]
			if c.Type != typ {
				continue
			}
			p, err := b.controller(c)
			if err != nil {
				return err
			}
			if p != nil {
				b.device(p, c.Alias)
			}
		}
	}
	return nil
}

// controller is the device of a controller, nil for one of the board.
func (b *builder) controller(c *domxml.Controller) (*Props, error) {
	switch c.Type {
	case domxml.ControllerPCI:
		return b.pciController(c)
	case domxml.ControllerUSB:
		return b.usbController(c)
	case domxml.ControllerSCSI:
		return b.scsiController(c)
	case domxml.ControllerSATA:
		if value(c.Index) == 0 && b.isQ35() {
			return nil, nil
		}
		p := props("driver", "ahci", "id", aliasName(c.Alias))
		b.deviceAddress(p, &c.DeviceInfo)
		return p, nil
	case domxml.ControllerIDE:
		if value(c.Index) == 0 && (isI440FX(b.d) || hasBuiltinIDE(b.d)) {
			return nil, nil
		}
		return nil, errUnsupported("Only a single IDE controller is supported for this machine type")
	case domxml.ControllerVirtioSerial:
		return b.virtioSerial(c)
	case domxml.ControllerCCID:
		p := props("driver", "usb-ccid", "id", aliasName(c.Alias))
		b.deviceAddress(p, &c.DeviceInfo)
		return p, nil
	}
	return nil, nil
}

// controllerDriver are the options of a virtio controller.
func controllerDriver(p *Props, c *domxml.Controller) {
	if c.Driver != nil {
		virtioOptions(p, &c.Driver.VirtioOptions)
	}
}

func (b *builder) virtioSerial(c *domxml.Controller) (*Props, error) {
	p := props("driver", b.virtioDriver("virtio-serial", c.Model, c.Address))
	controllerDriver(p, c)
	p.set("id", aliasName(c.Alias)).put("max_ports", c.Ports).put("vectors", c.Vectors)
	b.deviceAddress(p, &c.DeviceInfo)
	return p, nil
}

var scsiModels = map[string]string{
	"lsilogic": "lsi", "auto": "lsi", "": "lsi", "lsisas1068": "mptsas1068", "lsisas1078": "megasas", "vmpvscsi": "pvscsi",
	"ibmvscsi": "spapr-vscsi", "ncr53c90": "esp", "dc390": "dc390", "am53c974": "am53c974",
}

func (b *builder) scsiController(c *domxml.Controller) (*Props, error) {
	if c.Model == "ncr53c90" {
		return nil, nil // of the board
	}
	if strings.HasPrefix(c.Model, "virtio-") {
		model := c.Model
		if model == "virtio-scsi" {
			model = ""
		}
		p := props("driver", b.virtioDriver("virtio-scsi", model, c.Address))
		controllerDriver(p, c)
		if d := c.Driver; d != nil {
			if len(d.IOThreads) > 0 {
				p.set("iothread-vq-mapping", ioThreadMapping(d.IOThreads))
			} else if d.IOThread > 0 {
				p.set("iothread", "iothread"+itoa(d.IOThread))
			}
		}
		p.set("id", aliasName(c.Alias))
		b.scsiTuning(p, c)
		b.deviceAddress(p, &c.DeviceInfo)
		return p, nil
	}
	driver, ok := scsiModels[c.Model]
	if !ok {
		return nil, errUnsupported("Unsupported controller model: %s", c.Model)
	}
	p := props("driver", driver, "id", aliasName(c.Alias))
	b.deviceAddress(p, &c.DeviceInfo)
	return p, nil
}

func (b *builder) scsiTuning(p *Props, c *domxml.Controller) {
	if d := c.Driver; d != nil {
		p.put("num_queues", d.Queues).put("cmd_per_lun", d.CmdPerLun).put("max_sectors", d.MaxSectors).put("ioeventfd", d.IOEventFD)
	}
}

// ioThreadMapping says which threads serve which queues.
func ioThreadMapping(threads []domxml.DiskIOThread) []any {
	var list []any
	for _, t := range threads {
		p := props("iothread", "iothread"+itoa(t.ID))
		var queues []any
		for _, q := range t.Queues {
			queues = append(queues, q.ID)
		}
		list = append(list, p.put("vqs", queues))
	}
	return list
}

var usbModels = map[string]string{
	"piix3-uhci": "piix3-usb-uhci", "piix4-uhci": "piix4-usb-uhci", "ehci": "usb-ehci", "ich9-ehci1": "ich9-usb-ehci1",
	"ich9-uhci1": "ich9-usb-uhci1", "ich9-uhci2": "ich9-usb-uhci2", "ich9-uhci3": "ich9-usb-uhci3",
	"vt82c686b-uhci": "vt82c686b-usb-uhci", "pci-ohci": "pci-ohci", "nec-xhci": "nec-usb-xhci", "qemu-xhci": "qemu-xhci",
}

func (b *builder) usbController(c *domxml.Controller) (*Props, error) {
	if c.Model == "none" {
		return nil, nil
	}
	driver, ok := usbModels[c.Model]
	if !ok {
		return nil, errUnsupported("Unsupported controller model: %s", c.Model)
	}
	p := props("driver", driver)
	if n := c.Ports; n != nil {
		if c.Model != "nec-xhci" && c.Model != "qemu-xhci" {
			return nil, errUnsupported("usb controller type '%s' doesn't support 'ports' with this QEMU binary", c.Model)
		}
		p.set("p2", *n).set("p3", *n)
	}
	if m := c.Master; m != nil {
		// A companion serves the slow devices of its master's ports.
		p.set("masterbus", aliasName(c.Alias)+".0").set("firstport", value(m.StartPort))
	} else {
		p.set("id", aliasName(c.Alias))
	}
	b.deviceAddress(p, &c.DeviceInfo)
	return p, nil
}

// pciController is a bridge, a port or another root.
func (b *builder) pciController(c *domxml.Controller) (*Props, error) {
	t := c.Target
	if t == nil {
		t = &domxml.ControllerTarget{}
	}
	name := ""
	if c.PCIModel != nil {
		name = c.PCIModel.Name
	}
	p := props("driver", name)
	switch c.Model {
	case "pci-root", "pcie-root":
		if name != "spapr-pci-host-bridge" || value(c.Index) == 0 {
			return nil, nil
		}
		p.put("index", t.Index)
		p.set("id", aliasName(c.Alias)).put("numa_node", t.Node)
		return p, nil
	case "pci-bridge":
		p.put("chassis_nr", t.ChassisNr)
		if t.MemReserve != nil {
			p.set("mem-reserve", *t.MemReserve*1024)
		}
		p.set("id", aliasName(c.Alias))
	case "pci-expander-bus", "pcie-expander-bus":
		p.put("bus_nr", t.BusNr)
		p.set("id", aliasName(c.Alias)).put("numa_node", t.Node)
	case "pcie-root-port", "pcie-switch-downstream-port":
		p.put("port", t.Port).put("chassis", t.Chassis)
		p.set("id", aliasName(c.Alias)).put("hotplug", t.Hotplug)
		if t.MemReserve != nil {
			p.set("mem-reserve", *t.MemReserve*1024)
		}
	case "pcie-switch-upstream-port", "dmi-to-pci-bridge", "pcie-to-pci-bridge":
		p.set("id", aliasName(c.Alias))
	default:
		return nil, errUnsupported("Unsupported PCI controller model: %s", c.Model)
	}
	b.deviceAddress(p, &c.DeviceInfo)
	return p, nil
}

// hubs are what more USB devices are plugged into.
func (b *builder) hubs() error {
	for i := range b.d.Devices.Hubs {
		h := &b.d.Devices.Hubs[i]
		p := props("driver", "usb-hub", "id", aliasName(h.Alias))
		b.deviceAddress(p, &h.DeviceInfo)
		b.device(p, h.Alias)
	}
	return nil
}

// iommu translates the addresses of devices.
func (b *builder) iommu() error {
	m := b.d.Devices.IOMMU
	if m == nil {
		return nil
	}
	switch m.Model {
	case "intel":
		p := props("driver", "intel-iommu", "id", aliasName(m.Alias))
		if d := m.Driver; d != nil {
			onOffAuto := func(key string, v domxml.OnOff) {
				if v != "" {
					p.set(key, string(v))
				}
			}
			onOffAuto("intremap", d.IntRemap)
			p.put("caching-mode", d.CachingMode)
			onOffAuto("eim", d.EIM)
			p.put("device-iotlb", d.IOTLB).put("aw-bits", d.AWBits).put("dma-translation", d.DMATranslation)
		}
		b.device(p, m.Alias)
	case "virtio":
		p := props("driver", "virtio-iommu", "id", aliasName(m.Alias))
		b.deviceAddress(p, &m.DeviceInfo)
		b.device(p, m.Alias)
	}
	return nil
}
