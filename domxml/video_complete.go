package domxml

import "math/bits"

// parseNode counts one screen where nothing is said.
func (v *Video) parseNode(d *decoder, n node) error {
	if err := d.plain(n, v); err != nil {
		return err
	}
	if v.Model == nil {
		v.Model = &VideoModel{Heads: 1}
	}
	if m := n.Child("model"); m.Valid() {
		if _, ok := m.Attr("heads"); !ok {
			v.Model.Heads = 1
		}
	}
	if v.Model.Type == "none" {
		*v.Model = VideoModel{Type: "none"}
	}
	if v.Model.Primary != Yes {
		v.Model.Primary = ""
	}
	if v.Model.Type == "default" {
		v.Model.Type = ""
	}
	if a := v.Model.Acceleration; a != nil && *a == (VideoAcceleration{}) {
		return errUnsupported("missing values for acceleration")
	}
	if v.Driver != nil && v.Driver.Name == "default" {
		v.Driver.Name = ""
	}
	if v.Driver != nil && v.Driver.VGAConf == "io" {
		v.Driver.VGAConf = "" // the usual way
	}
	return nil
}

// Complete gives a card of a known model the memory that it has unless the
// document says otherwise.
func (m *VideoModel) Complete() {
	if m.Type == "none" {
		*m = VideoModel{Type: m.Type}
		return
	}
	if m.VRAM = powerOfTwo(m.VRAM); m.VRAM == 0 {
		m.VRAM = defaultVRAM[m.Type]
	}
	if m.RAM = powerOfTwo(m.RAM); m.RAM == 0 && m.Type == "qxl" {
		m.RAM = 64 * 1024
	}
}

// powerOfTwo rounds up; what does not fit into 32 bits is 0.
func powerOfTwo(n uint) uint {
	if n > 1<<31 {
		return 0
	}
	if bits.OnesCount(n) <= 1 {
		return n
	}
	return 1 << bits.Len(n)
}

// defaultVRAM is in KiB.
var defaultVRAM = map[string]uint{
	"vga": 16 * 1024, "cirrus": 16 * 1024, "vmvga": 16 * 1024, "bochs": 16 * 1024, "xen": 4 * 1024, "qxl": 64 * 1024,
}
