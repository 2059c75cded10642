package qemupersonality

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// validateControllers refuses models and options that QEMU does not have.
func (d *definition) validateControllers() error {
	for i := range d.Devices.Controllers {
		c := &d.Devices.Controllers[i]
		var err error
		switch c.Type {
		case domxml.ControllerIDE:
			err = d.validateIDE(c)
		case domxml.ControllerSCSI:
			err = d.validateSCSI(c)
		case domxml.ControllerPCI:
			err = d.validatePCI(c)
		case domxml.ControllerUSB:
			if c.Model == "qusb1" || c.Model == "qusb2" {
				err = errUnsupported("USB controller model type 'qusb1' or 'qusb2' is not supported in qemu")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *definition) validateIDE(c *domxml.Controller) error {
	if !d.hasBuiltinIDE() {
		return errUnsupported("IDE controllers are unsupported for this QEMU binary or machine type")
	}
	if *c.Index > 0 {
		return errUnsupported("Only a single IDE controller is supported for this machine type")
	}
	return nil
}

// scsiTypes are the devices of QEMU behind the models of SCSI controllers.
var scsiTypes = map[string]string{
	"lsilogic": "lsi53c895a", "lsisas1068": "mptsas1068", "lsisas1078": "megasas", "vmpvscsi": "pvscsi", "ibmvscsi": "spapr-vscsi",
	"virtio-scsi": "virtio-scsi-pci", "virtio-transitional": "virtio-scsi-pci", "virtio-non-transitional": "virtio-scsi-pci",
	"dc390": "dc390", "am53c974": "am53c974",
}

func (d *definition) validateSCSI(c *domxml.Controller) error {
	v := c.Driver
	if v == nil {
		v = &domxml.ControllerDriver{}
	}
	if !strings.HasPrefix(c.Model, "virtio") {
		for _, x := range []struct {
			name string
			set  bool
		}{{"queues", v.Queues != 0}, {"cmd_per_lun", v.CmdPerLun != 0}, {"max_sectors", v.MaxSectors != 0}, {"ioeventfd", v.IOEventFD != ""}} {
			if x.set {
				return errUnsupported("'%s' is only supported by virtio-scsi controller", x.name)
			}
		}
	}
	switch c.Model {
	case "ncr53c90":
		return errUnsupported("ncr53c90 SCSI controller is not a built-in for this machine")
	case "buslogic":
		return errUnsupported("Unsupported controller model: %s", c.Model)
	}
	// a controller for pSeries machines is let through everywhere
	if typ := scsiTypes[c.Model]; c.Model != "ibmvscsi" && typ != "" && !d.emu.HasType(typ) {
		return errUnsupported("Unsupported controller model: %s", c.Model)
	}
	if v.IOThread != 0 && !d.hasIOThread(v.IOThread) {
		return errUnsupported("controller iothread '%d' not defined in iothreadid", v.IOThread)
	}
	return d.validateThreadQueues(v.IOThreads, v.Queues)
}

// pciOptions says which numbers the models of PCI controllers have.
var pciOptions = map[string]struct{ chassisNr, chassis, busNr, node, index, hotplug, reserve bool }{
	"pci-root":                    {hotplug: true},
	"pci-bridge":                  {chassisNr: true, reserve: true},
	"pcie-root-port":              {chassis: true, hotplug: true, reserve: true},
	"pcie-switch-downstream-port": {chassis: true, hotplug: true},
	"pci-expander-bus":            {busNr: true, node: true},
	"pcie-expander-bus":           {busNr: true, node: true},
	"spapr-pci-host-bridge":       {index: true, node: true},
}

func (d *definition) validatePCI(c *domxml.Controller) error {
	name := "none"
	if c.PCIModel != nil && c.PCIModel.Name != "" {
		name = c.PCIModel.Name
	}
	bad := func(option string) error {
		return errUnsupported("Option '%s' is not valid for PCI controller with index '%d', model '%s' and modelName '%s'", option, *c.Index, c.Model, name)
	}
	want := d.pciModelName(c.Model)
	if c.PCIModel != nil && name != want && !(c.Model == "pcie-root-port" && name == "ioh3420") {
		if want == "" {
			return bad("modelName")
		}
		return errUnsupported("Option 'modelName' has invalid value for PCI controller with index '%d', model '%s' and modelName '%s'", *c.Index, c.Model, name)
	}
	t := c.Target
	if t == nil {
		return nil
	}
	has := pciOptions[c.Model]
	if c.Model == "pci-root" && d.isPSeries() {
		has = pciOptions["spapr-pci-host-bridge"]
	}
	switch {
	case t.Index != nil && !has.index:
		return bad("targetIndex")
	case t.ChassisNr != nil && !has.chassisNr:
		return bad("chassisNr")
	case t.Chassis != nil && !has.chassis:
		return bad("chassis")
	case t.Port != nil && !has.chassis:
		return bad("port")
	case t.BusNr != nil && !has.busNr:
		return bad("busNr")
	case t.Hotplug != "" && !has.hotplug:
		return bad("hotplug")
	case t.Node != nil && !has.node:
		return bad("numaNode")
	case t.MemReserve != nil && !has.reserve:
		return bad("memReserve")
	}
	return nil
}
