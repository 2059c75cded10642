package qemupersonality

// completeVideos chooses models, and sizes of memory.
func (d *definition) completeVideos() error {
	list := d.Devices.Videos
	for i := range list {
		m := list[i].Model
		if m.Type == "" {
			m.Type = d.defaultVideo()
		}
		m.Complete()
		if m.Type != "qxl" {
			continue
		}
		if m.VGAMem == 0 {
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
