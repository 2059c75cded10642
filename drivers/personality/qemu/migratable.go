package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// TrimForMigration leaves out what every release adds by itself, so that an
// older side, which may not know how to say it, takes the document.
func (p *Personality) TrimForMigration(dom *domxml.Domain) {
	d, err := p.definitionOf(dom)
	if err != nil {
		return
	}
	v := &d.Devices
	// An older side believes that the model has it, which emulators no longer do.
	if c := d.CPU; c != nil && c.Mode == "custom" && c.Model != nil && c.Model.Name == "Icelake-Server" &&
		!slices.ContainsFunc(c.Features, func(f domxml.CPUFeature) bool { return f.Name == "pconfig" }) {
		c.Features = append(slices.Clip(c.Features), domxml.CPUFeature{Policy: "disable", Name: "pconfig"})
	}
	if d.isX86() {
		v.Inputs = slices.DeleteFunc(v.Inputs, func(i domxml.Input) bool {
			return i.Bus == "ps2" && i.Type == "keyboard" && i.Alias == nil // mice have always been written
		})
	}
	v.Watchdogs = slices.DeleteFunc(v.Watchdogs, func(w domxml.Watchdog) bool { return w.Model == "itco" })
	d.trimControllers()
	d.trimAudio()
	for i := range v.Graphics {
		trimListen(&v.Graphics[i])
	}
	if d.OS.Loader != nil && d.OS.Loader.Path != "" {
		d.OS.Firmware, d.OS.Features = "", nil
	}
}

// trimControllers leaves out the root of the older PC, and the USB controller
// that it has if that is the only one.
func (d *definition) trimControllers() {
	if !d.isI440FX() {
		return
	}
	v := &d.Devices
	n := map[domxml.ControllerType]int{}
	for i := range v.Controllers {
		n[v.Controllers[i].Type]++
	}
	v.Controllers = slices.DeleteFunc(v.Controllers, func(c domxml.Controller) bool {
		switch {
		case c.Alias != nil:
			return false
		case c.Type == domxml.ControllerUSB:
			return n[c.Type] == 1 && *c.Index == 0 && c.Model == "piix3-uhci"
		case c.Type == domxml.ControllerPCI:
			return n[c.Type] == 1 && c.PCIHole64 == nil
		}
		return false
	})
}

// trimAudio leaves out the backend that follows from the screens.
func (d *definition) trimAudio() {
	list := d.Devices.Audios
	if len(list) != 1 || list[0].ID != 1 {
		return
	}
	d.Devices.Audios = nil
	d.completeAudio()
	if len(d.Devices.Audios) == 1 && d.Devices.Audios[0] == list[0] {
		d.Devices.Audios = nil
		return
	}
	d.Devices.Audios = list
}

// trimListen leaves out the first listener where attributes say it as well: a
// socket that a document named, or for SPICE nothing.
func trimListen(g *domxml.Graphics) {
	if len(g.Listens) == 0 {
		return
	}
	switch l := g.Listens[0]; {
	case g.Type == "vnc" && l.Type == "socket" && l.Socket != "":
	case g.Type == "spice" && l.Type == "none":
		g.AutoPort = domxml.No
	default:
		return
	}
	g.Listens = g.Listens[1:]
}
