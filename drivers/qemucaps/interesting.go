package qemucaps

// interestingDevices are the devices whose properties are asked for: those
// that documents of guests become.
var interestingDevices = []string{
	"AC97", "ES1370", "ICH9-LPC", "PIIX4_PM", "VGA", "acpi-erst", "ati-vga", "bochs-display", "ccid-card-emulated",
	"ccid-card-passthru", "cirrus-vga", "cxl-type3", "e1000", "e1000e", "floppy", "hda-duplex", "hda-micro", "hda-output",
	"i6300esb", "ich9-intel-hda", "ich9-usb-ehci1", "ich9-usb-uhci1", "ide-cd", "ide-hd", "igb", "intel-hda", "intel-iommu",
	"ioh3420", "isa-debugcon", "isa-parallel", "isa-serial", "isa-fdc", "ivshmem-doorbell", "ivshmem-plain", "kvm-pit",
	"kvmclock", "lsi53c895a", "mch", "megasas", "megasas-gen2", "mptsas1068", "nec-usb-xhci", "ne2k_pci", "nvdimm", "nvme",
	"nvme-ns", "nvram", "pc-dimm", "pci-bridge", "pci-serial", "pcie-pci-bridge", "pcie-root-port", "pcnet", "piix3-usb-uhci",
	"piix4-usb-uhci", "pvpanic", "pvpanic-pci", "pvscsi", "pxb", "pxb-pcie", "pxb-cxl", "q35-pcihost", "qemu-xhci", "qxl",
	"qxl-vga", "ramfb", "rtl8139", "sb16", "sclpconsole", "scsi-block", "scsi-cd", "scsi-generic", "scsi-hd", "secondary-vga",
	"sga", "spapr-vio-serial", "spapr-pci-host-bridge", "spapr-vlan", "tpm-crb", "tpm-spapr", "tpm-tis", "tpm-tis-device",
	"tulip", "usb-audio", "usb-bot", "usb-braille", "usb-ccid", "usb-ehci", "usb-host", "usb-hub", "usb-kbd", "usb-mouse",
	"usb-mtp", "usb-net", "usb-redir", "usb-serial", "usb-storage", "usb-tablet", "usb-wacom-tablet", "vfio-ap", "vfio-ccw",
	"vfio-pci", "vfio-pci-nohotplug", "vhost-scsi-pci", "vhost-user-blk-pci", "vhost-user-fs-device", "vhost-user-fs-pci",
	"vhost-user-gpu", "vhost-user-vga", "vhost-vsock-pci", "vhost-vsock-ccw", "virtconsole", "virtio-9p-device", "virtio-9p-pci",
	"virtio-balloon-ccw", "virtio-balloon-device", "virtio-balloon-pci", "virtio-blk-ccw", "virtio-blk-device", "virtio-blk-pci",
	"virtio-crypto-pci", "virtio-gpu-ccw", "virtio-gpu-device", "virtio-gpu-gl-pci", "virtio-gpu-pci", "virtio-input-host-pci",
	"virtio-iommu-pci", "virtio-keyboard-pci", "virtio-mem-pci", "virtio-mouse-pci", "virtio-multitouch-pci", "virtio-net-ccw",
	"virtio-net-device", "virtio-net-pci", "virtio-pmem-pci", "virtio-rng-ccw", "virtio-rng-device", "virtio-rng-pci",
	"virtio-scsi-ccw", "virtio-scsi-device", "virtio-scsi-pci", "virtio-serial-ccw", "virtio-serial-device", "virtio-serial-pci",
	"virtio-sound-pci", "virtio-tablet-pci", "virtio-vga", "virtio-vga-gl", "virtserialport", "vmcoreinfo", "vmgenid",
	"vmware-svga", "vmxnet3", "x3130-upstream", "xio3130-downstream",
}

// interestingObjects are the objects whose properties are asked for.
var interestingObjects = []string{
	"acpi-generic-initiator", "authz-list", "cryptodev-backend-builtin", "cryptodev-backend-lkcf", "cryptodev-vhost-user",
	"dbus-vmstate", "filter-dump", "filter-mirror", "filter-redirector", "iommufd", "iothread", "main-loop",
	"memory-backend-epc", "memory-backend-file", "memory-backend-memfd", "memory-backend-ram", "memory-backend-shm",
	"none-machine", "pr-manager-helper", "qtest", "rng-builtin", "rng-egd", "rng-random", "secret", "secret_keyring",
	"sev-guest", "sev-snp-guest", "tdx-guest", "thread-context", "throttle-group", "tls-cipher-suites", "tls-creds-anon",
	"tls-creds-psk", "tls-creds-x509", "max-x86_64-cpu", "max-i386-cpu", "max-arm-cpu",
}
