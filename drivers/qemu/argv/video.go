package argv

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// videos are graphics cards.
func (b *builder) videos() error {
	for i := range b.d.Devices.Videos {
		v := &b.d.Devices.Videos[i]
		if v.Model == nil || v.Model.Type == "none" {
			continue
		}
		if err := b.video(v, i == 0 || v.Model.Primary == domxml.Yes); err != nil {
			return err
		}
	}
	return nil
}

var (
	primaryVideos = map[string]string{
		"vga": "VGA", "cirrus": "cirrus-vga", "vmvga": "vmware-svga", "qxl": "qxl-vga", "virtio": "virtio-vga",
		"bochs": "bochs-display", "ramfb": "ramfb",
	}
	secondaryVideos = map[string]string{"qxl": "qxl", "virtio": "virtio-gpu", "bochs": "bochs-display", "vga": "secondary-vga"}
)

// videoDriver is the device of a card.
func (b *builder) videoDriver(v *domxml.Video, primary bool) (string, error) {
	m := v.Model
	vhost := v.Driver != nil && v.Driver.Name == "vhostuser"
	gl := m.Acceleration != nil && m.Acceleration.Accel3D == domxml.Yes
	if m.Type == "virtio" {
		vga := primary && hasVGA(b.d)
		switch {
		case vhost && vga:
			return "vhost-user-vga", nil
		case vhost:
			return "vhost-user-gpu" + b.virtioSuffix(v.Address), nil
		case vga && gl:
			return "virtio-vga-gl", nil
		case vga:
			return "virtio-vga", nil
		case gl:
			return "virtio-gpu-gl" + b.virtioSuffix(v.Address), nil
		}
		return "virtio-gpu" + b.virtioSuffix(v.Address), nil
	}
	models := secondaryVideos
	if primary {
		models = primaryVideos
	}
	if d, ok := models[m.Type]; ok {
		return d, nil
	}
	return "", errUnsupported("invalid model for video type '%s'", m.Type)
}

// hasVGA says whether machines of an architecture have cards that do VGA.
func hasVGA(d *domxml.Domain) bool {
	switch d.OS.Type.Arch {
	case "aarch64", "armv7l", "armv6l", "s390x":
		return false
	}
	return true
}

func (b *builder) video(v *domxml.Video, primary bool) error {
	m := v.Model
	driver, err := b.videoDriver(v, primary)
	if err != nil {
		return err
	}
	p := props("driver", driver)
	if m.Type == "virtio" && v.Driver != nil && !strings.Contains(driver, "vga") {
		virtioOptions(p, &v.Driver.VirtioOptions)
	}
	p.set("id", aliasName(v.Alias))
	switch m.Type {
	case "qxl":
		if m.Heads > 0 {
			p.set("max_outputs", m.Heads)
		}
		p.set("ram_size", m.RAM<<10).set("vram_size", m.VRAM<<10).set("vram64_size_mb", m.VRAM64>>10).set("vgamem_mb", m.VGAMem>>10)
	case "virtio":
		if m.Heads > 0 {
			p.set("max_outputs", m.Heads)
		}
		if v.Driver != nil && v.Driver.Name == "vhostuser" {
			id := "chr-vu-" + aliasName(v.Alias)
			fd, ok := b.o.ChardevFDs[aliasName(v.Alias)]
			if !ok {
				return errInternal("no process serves video '%s'", aliasName(v.Alias))
			}
			b.arg("-chardev", word("socket").set("id", id).set("fd", itoa(fd)).String())
			p.set("chardev", id)
		}
		p.put("blob", m.Blob)
	case "vga", "vmvga":
		p.put("vgamem_mb", m.VRAM>>10)
	case "bochs":
		p.put("vgamem", m.VRAM<<10)
	}
	if r := m.Resolution; r != nil {
		p.set("xres", r.X).set("yres", r.Y)
	}
	b.deviceAddress(p, &v.DeviceInfo)
	b.device(p, v.Alias)
	return nil
}
