package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// completeAudio gives the domain a place where its sound goes: to the client
// where the last screen that has an opinion carries sound, otherwise nowhere.
// Those that make their own arrangements get none.
func (d *definition) completeAudio() error {
	if len(d.Devices.Audios) > 0 || d.isISAPC() && !d.usesAudio() {
		return nil
	}
	kind := ""
	if len(d.Devices.Graphics) == 0 {
		kind = "none"
	}
	for _, g := range d.Devices.Graphics {
		switch g.Type {
		case "vnc":
			kind = "none"
		case "spice":
			kind = "spice"
		case "sdl":
			kind = ""
		}
	}
	if kind != "" {
		d.Devices.Audios = []domxml.Audio{{ID: 1, Type: kind}}
	}
	return nil
}

func (d *definition) usesAudio() bool { return true }

// soundOnPCI says which models sit on a PCI bus.
func soundOnPCI(model string) bool {
	return !slices.Contains([]string{"sb16", "pcspk", "usb"}, model)
}

// validateAudios wants a SPICE client for sound that goes there.
func (d *definition) validateAudios() error {
	spice := slices.ContainsFunc(d.Devices.Graphics, func(g domxml.Graphics) bool { return g.Type == "spice" })
	for _, a := range d.Devices.Audios {
		if a.Type == "spice" && !spice {
			return errUnsupported("Spice audio is not supported without spice graphics")
		}
	}
	return nil
}

// validateSounds knows the cards that QEMU has.
func (d *definition) validateSounds() error {
	for _, s := range d.Devices.Sounds {
		if s.Model == "ich7" {
			return errInternal("sound card model '%s' is not supported by qemu", s.Model)
		}
	}
	return d.validateAudios()
}
