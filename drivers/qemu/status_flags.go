//go:build linux

package qemu

import (
	"strings"

	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// A status file of libvirt says what the emulator of the guest can do, and
// libvirtd ends a guest of which that is not said. Some of its words are the
// names of devices and commands; the others are not needed to take a guest
// over.

// typeFlags are words that are the name of a type, or of one with -pci behind.
var typeFlags = strings.Fields(`hda-duplex piix3-usb-uhci piix4-usb-uhci usb-ehci ich9-usb-ehci1 pci-ohci usb-redir usb-hub ich9-ahci
scsi-block hda-micro nec-usb-xhci virtio-scsi-pci qxl VGA cirrus-vga vmware-svga usb-serial virtio-rng rng-random rng-egd megasas
tpm-passthrough tpm-tis pci-bridge vfio-pci usb-storage virtio-mmio ich9-intel-hda pvpanic usb-kbd usb-audio pc-dimm pci-serial
ioh3420 x3130-upstream xio3130-downstream rtl8139 e1000 virtio-net virtio-gpu virtio-keyboard virtio-mouse virtio-tablet
virtio-input-host mptsas1068 pxb pxb-pcie intel-iommu virtio-vga ivshmem-plain ivshmem-doorbell vhost-scsi nvdimm pcie-root-port
qemu-xhci vmcoreinfo isa-serial pcie-pci-bridge tpm-crb pr-manager-helper hda-output vmgenid vhost-vsock tpm-emulator mch
memory-backend-memfd bochs-display dbus-vmstate vhost-user-gpu vhost-user-vga ramfb i8042 rng-builtin vhost-user-fs pvscsi dc390
am53c974 virtio-pmem-pci vhost-user-blk input-linux virtio-gpu-gl-pci virtio-vga-gl virtio-mem-pci virtio-iommu-pci thread-context
virtio-crypto pvpanic-pci usb-mtp virtio-sound acpi-erst`)

// commandFlags are words that are the name of a command.
var commandFlags = strings.Fields(`rtc-reset-reinjection query-cpu-model-expansion query-cpu-definitions set-action query-dirty-rate
sev-inject-launch-secret calc-dirty-rate query-stats query-stats-schemas display-reload blockdev-set-active`)

// versionFlags are words for what emulators can do since a version.
var versionFlags = []struct {
	since uint64
	words []string
}{
	{6000000, strings.Fields("tcg vnc seccomp-sandbox screendump_device rotation-rate acpi-index chardev-reconnect canonical-cpu-features cpu-unavailable-features")},
	{6002000, strings.Fields("netdev.json device.json+hotplug")},
	{7001000, []string{"screenshot-format-png"}},
}

// emulatorFlags are the words for an emulator.
func emulatorFlags(e *qemucaps.Emulator) (flags []string) {
	for _, v := range versionFlags {
		if e.Version >= v.since {
			flags = append(flags, v.words...)
		}
	}
	if e.KVM {
		flags = append(flags, "kvm")
	}
	for _, f := range typeFlags {
		if e.HasType(f) || e.HasType(f+"-pci") {
			flags = append(flags, f)
		}
	}
	for _, f := range commandFlags {
		if e.HasCommand(f) {
			flags = append(flags, f)
		}
	}
	if len(flags) == 0 {
		flags = []string{"tcg"} // one is enough to be believed
	}
	return flags
}
