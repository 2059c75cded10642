package qemupersonality

import (
	"math/bits"
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// completeVideos chooses models, and sizes of memory.
func (d *definition) completeVideos() error {
	list := d.Devices.Videos
	for i := range list {
		m := list[i].Model
		if m.Type == "none" {
			list[i].Address = nil
		}
		if m.Type == "" {
			m.Type = d.defaultVideo()
		}
		m.Complete()
		if m.Type == "qxl" && m.VGAMem == 0 {
			m.VGAMem = 16 * 1024
		}
	}
	return nil
}

// defaultVideo is the card that the machine has, or the emulator can have.
func (d *definition) defaultVideo() string {
	switch {
	case d.isPPC64():
		return "vga"
	case d.isS390(), d.isVirt():
		return "virtio"
	case d.isARM():
		return "vga"
	case d.emu.HasType("cirrus-vga"):
		return "cirrus"
	case d.emu.HasType("VGA"):
		return "vga"
	}
	return "cirrus"
}

// primaryOnly are cards that have to be the first.
var primaryOnly = []string{"vga", "cirrus", "vmvga", "bochs", "ramfb"}

// maxVRAM is in KiB: what fits into 32 bits of bytes.
const maxVRAM = 4194303

// validateVideos refuses cards that QEMU does not have.
func (d *definition) validateVideos() error {
	for i := range d.Devices.Videos {
		v := &d.Devices.Videos[i]
		m := v.Model
		switch m.Type {
		case "xen", "vbox", "parallels", "gop":
			return errUnsupported("domain configuration does not support video model '%s'", m.Type)
		}
		if m.Primary != domxml.Yes && slices.Contains(primaryOnly, m.Type) {
			return errUnsupported("video type '%s' is only valid as primary video device", m.Type)
		}
		if a := m.Acceleration; a != nil {
			if a.Accel2D == domxml.Yes {
				return errUnsupported("qemu does not support the accel2d setting")
			}
			if a.Accel3D == domxml.Yes && m.Type != "virtio" {
				return errUnsupported("3d acceleration is supported only with 'virtio' video device")
			}
		}
		if m.Heads > 1 && m.Type != "qxl" && m.Type != "virtio" {
			return errUnsupported("video type '%s' doesn't support multiple 'heads'", m.Type)
		}
		if m.Resolution != nil && !slices.Contains([]string{"qxl", "vga", "bochs", "virtio"}, m.Type) {
			return errXML("model resolution is not supported")
		}
		if m.Blob == domxml.On && (d.MemoryBacking == nil || d.MemoryBacking.Source == nil || d.MemoryBacking.Source.Type != "memfd") {
			return errUnsupported("'blob' support for virtio-gpu devices requires a memfd memory backend")
		}
		if err := validateVideoMemory(m); err != nil {
			return err
		}
	}
	return nil
}

func validateVideoMemory(m *domxml.VideoModel) error {
	switch m.Type {
	case "qxl":
		switch {
		case m.VRAM > maxVRAM:
			return vir.Errorf(vir.FromQEMU, vir.ErrOverflow, "value for 'vram' must be less than '%d'", maxVRAM)
		}
		fallthrough
	case "vga":
		n := m.VGAMem
		if n != 0 {
			if n < 1024 {
				return errUnsupported("value for 'vgamem' must be at least 1 MiB (1024 KiB)")
			}
			if bits.OnesCount(n) != 1 {
				return errUnsupported("value for 'vgamem' must be power of two")
			}
		}
	}
	return nil
}
