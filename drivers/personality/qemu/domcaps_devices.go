package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

func (d *domcaps) devices() *domxml.DomainCapsDevices {
	has := d.e.HasType
	// virtio devices are there in up to three forms.
	virtio := func(device string) *choices {
		return enum("model").when(has(device+"-device") || has(device+"-pci") || has(device+"-ccw"), "virtio").
			when(has(device+"-pci-transitional"), "virtio-transitional", "virtio-non-transitional")
	}
	pseries := d.named("pseries")
	spice := d.e.HasCommand("query-spice")
	return &domxml.DomainCapsDevices{
		Disk: feature(
			enum("diskDevice").always("disk", "cdrom").when(!pseries, "floppy").always("lun"),
			enum("bus").when(d.hasIDE(), "ide").when(!pseries, "fdc").always("scsi").when(has("virtio-blk-device"), "virtio").
				when(has("usb-storage"), "usb").when(has("ich9-ahci"), "sata"),
			virtio("virtio-blk")),
		Graphics: d.graphics(),
		Video: feature(enum("modelType").when(has("VGA"), "vga").when(has("cirrus-vga"), "cirrus").when(has("vmware-svga"), "vmvga").
			when(has("qxl"), "qxl").when(has("virtio-gpu-device"), "virtio").always("none").when(has("bochs-display"), "bochs").
			when(has("ramfb"), "ramfb")),
		Hostdev: feature(
			enum("mode").always("subsystem"),
			enum("startupPolicy").always("default", "mandatory", "requisite", "optional"),
			enum("subsysType").when(has("usb-host"), "usb").always("pci").when(has("scsi-generic"), "scsi"),
			enum("capsType"),
			enum("pciBackend").when(d.facts.VFIO && has("vfio-pci"), "default", "vfio")),
		RNG: feature(virtio("virtio-rng"),
			enum("backendModel").when(has("rng-random"), "random").when(has("rng-egd"), "egd").when(has("rng-builtin"), "builtin")),
		Filesystem: feature(enum("driverType").always("path", "handle").when(has("vhost-user-fs-device"), "virtiofs")),
		TPM:        d.tpm(),
		Redirdev:   d.redirdev(),
		Channel:    feature(enum("type").always("pty", "unix").when(spice, "spicevmc")),
		Crypto: feature(virtio("virtio-crypto").first(1), enum("type").always("qemu"),
			enum("backendModel").always("builtin").when(has("cryptodev-backend-lkcf"), "lkcf")),
		Interface: feature(enum("backendType").always("default").when(d.e.Command("netdev_add").Case("stream").Exists(), "passt")),
		Panic:     d.panic(),
	}
}

// first leaves out all but some values.
func (c *choices) first(n int) *choices {
	c.values = c.values[:min(n, len(c.values))]
	return c
}

// hasIDE says whether the board has IDE.
func (d *domcaps) hasIDE() bool {
	return d.x86() && d.named("pc", "pc-i440fx") && !d.named("pc-q35") || d.named("malta", "clipper", "g3beige", "mac99")
}

func (d *domcaps) graphics() *domxml.DomainCapsFeature {
	display := d.e.Returns("query-display-options").Member("type")
	return feature(enum("type").
		when(display.Has("sdl"), "sdl").
		when(d.e.HasCommand("query-vnc"), "vnc").
		when(display.Has("dbus") && d.facts.RDP, "rdp").
		when(d.e.HasCommand("query-spice"), "spice").
		when(display.Has("egl-headless"), "egl-headless").
		when(display.Has("dbus"), "dbus"))
}

func (d *domcaps) redirdev() *domxml.DomainCapsFeature {
	if !d.e.HasType("usb-redir") {
		return unsupported()
	}
	return feature(enum("bus").always("usb"))
}

// tpm needs a program of the host for its emulator.
func (d *domcaps) tpm() *domxml.DomainCapsFeature {
	models := enum("model")
	for _, model := range []string{"tpm-tis", "tpm-crb", "tpm-spapr", "spapr-tpm-proxy"} {
		models.when(slices.Contains(d.e.TPMModels, model) || model == "spapr-tpm-proxy" && d.e.HasType(model), model)
	}
	emulator := slices.Contains(d.e.TPMTypes, "emulator") && len(d.facts.TPMVersions) > 0
	backends := enum("backendModel").when(slices.Contains(d.e.TPMTypes, "passthrough"), "passthrough").
		when(emulator, "emulator", "external")
	if len(models.values) == 0 || len(backends.values) == 0 {
		return unsupported()
	}
	if !emulator {
		return feature(models, backends)
	}
	return feature(models, backends, enum("backendVersion").always(d.facts.TPMVersions...))
}

// panic devices tell the host that the guest has crashed.
func (d *domcaps) panic() *domxml.DomainCapsFeature {
	models := enum("model").
		when(d.arch == "s390x", "s390").
		when(d.named("pseries"), "pseries").
		when(d.e.HasType("pvpanic"), "isa").
		when(d.x86(), "hyperv").
		when(d.e.HasType("pvpanic-pci"), "pvpanic")
	if len(models.values) == 0 {
		return unsupported()
	}
	return feature(models)
}
