package domxml

// Controller is what other devices are attached to.
type Controller struct {
	Type             ControllerType `xml:"type,attr,omitempty"`
	Index            *int           `xml:"index,attr" vir:"nonneg"`
	Model            string         `xml:"model,attr,omitempty"`
	Ports            *int           `xml:"ports,attr,omitempty" vir:"nonneg"`
	Vectors          *int           `xml:"vectors,attr,omitempty" vir:"nonneg"`
	MaxGrantFrames   *int           `xml:"maxGrantFrames,attr,omitempty" vir:"nonneg"`
	MaxEventChannels *int           `xml:"maxEventChannels,attr,omitempty" vir:"nonneg"`

	PCIModel *ControllerModel  `xml:"model"`
	Target   *ControllerTarget `xml:"target"`
	Master   *ControllerMaster `xml:"master"`
	Driver   *ControllerDriver `xml:"driver"`
	DeviceInfo
	PCIHole64 *Memory `xml:"pcihole64"`
}

// ControllerType is a kind of bus.
type ControllerType string

// The kinds of controllers.
const (
	ControllerIDE          ControllerType = "ide"
	ControllerFDC          ControllerType = "fdc"
	ControllerSCSI         ControllerType = "scsi"
	ControllerSATA         ControllerType = "sata"
	ControllerVirtioSerial ControllerType = "virtio-serial"
	ControllerCCID         ControllerType = "ccid"
	ControllerUSB          ControllerType = "usb"
	ControllerPCI          ControllerType = "pci"
	ControllerXenbus       ControllerType = "xenbus"
	ControllerISA          ControllerType = "isa"
	ControllerNVMe         ControllerType = "nvme"
)

func (ControllerType) values() []string {
	return []string{"ide", "fdc", "scsi", "sata", "virtio-serial", "ccid", "usb", "pci", "xenbus", "isa"}
}

// controllerModels are the models of each kind.
var controllerModels = map[ControllerType][]string{
	ControllerSCSI: {"auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "ibmvscsi", "virtio-scsi", "lsisas1078", "virtio-transitional", "virtio-non-transitional", "ncr53c90", "dc390", "am53c974"},
	ControllerUSB:  {"piix3-uhci", "piix4-uhci", "ehci", "ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3", "vt82c686b-uhci", "pci-ohci", "nec-xhci", "qusb1", "qusb2", "qemu-xhci", "none"},
	ControllerPCI:  {"pci-root", "pcie-root", "pci-bridge", "dmi-to-pci-bridge", "pcie-to-pci-bridge", "pcie-root-port", "pcie-switch-upstream-port", "pcie-switch-downstream-port", "pci-expander-bus", "pcie-expander-bus"},
	ControllerIDE:  {"piix3", "piix4", "ich6"},

	ControllerVirtioSerial: {"virtio", "virtio-transitional", "virtio-non-transitional"},
}

// ControllerModel is the product that a PCI controller is.
type ControllerModel struct {
	Name string `xml:"name,attr" vir:"enum=pci-bridge|i82801b11-bridge|pcie-pci-bridge|ioh3420|pcie-root-port|x3130-upstream|xio3130-downstream|pxb|pxb-pcie|spapr-pci-host-bridge"`
}

// ControllerTarget is what the guest sees of a PCI controller.
type ControllerTarget struct {
	ChassisNr  *int    `xml:"chassisNr,attr,omitempty" vir:"base0 nonneg"`
	Chassis    *int    `xml:"chassis,attr,omitempty" vir:"base0 nonneg"`
	Port       *uint   `xml:"port,attr,omitempty" vir:"hex=3"`
	BusNr      *int    `xml:"busNr,attr,omitempty" vir:"base0 nonneg"`
	Index      *int    `xml:"index,attr,omitempty" vir:"base0 nonneg"`
	MemReserve *uint64 `xml:"memReserve,attr,omitempty"`
	Hotplug    OnOff   `xml:"hotplug,attr,omitempty"`
	Node       *int    `xml:"node,omitempty"`
}

// ControllerMaster ties a companion controller to its master.
type ControllerMaster struct {
	StartPort *int `xml:"startport,attr" vir:"nonneg"`
}

// ControllerDriver says how the emulator handles a controller.
type ControllerDriver struct {
	Queues     uint  `xml:"queues,attr,omitempty"`
	CmdPerLun  uint  `xml:"cmd_per_lun,attr,omitempty"`
	MaxSectors uint  `xml:"max_sectors,attr,omitempty"`
	IOEventFD  OnOff `xml:"ioeventfd,attr,omitempty"`
	IOThread   uint  `xml:"iothread,attr,omitempty"`
	VirtioOptions
	IOThreads []DiskIOThread `xml:"iothreads>iothread"`
}
