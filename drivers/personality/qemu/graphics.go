package qemupersonality

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// completeGraphics forgets sockets that the host had chosen for an earlier run.
func (d *definition) completeGraphics() error {
	for i := range d.Devices.Graphics {
		g := &d.Devices.Graphics[i]
		if g.Type != "vnc" && g.Type != "spice" {
			continue
		}
		for j := range g.Listens {
			l := &g.Listens[j]
			if l.Type != "socket" || !d.isDomainSocket(l.Socket) {
				continue
			}
			if j == 0 {
				d.resetListen(g)
				break
			}
			l.Socket = ""
		}
	}
	return nil
}

// isDomainSocket says whether a path is among the host's own.
func (d *definition) isDomainSocket(path string) bool {
	return d.cfg.StateDir != "" && strings.HasPrefix(path, d.cfg.StateDir+"/")
}

// resetListen makes a screen listen where those do that say nothing.
func (d *definition) resetListen(g *domxml.Graphics) {
	g.Socket = ""
	g.Listens[0] = domxml.Listen{Type: "address"}
	if g.Type == "vnc" {
		g.Port, g.AutoPort = new(-1), domxml.Yes
	}
}

// maxVNCPassword is how much of a password the protocol carries.
const maxVNCPassword = 8

// validateGraphics refuses screens that QEMU cannot have, or not together.
func (d *definition) validateGraphics() error {
	remote, gl, headless, shown := 0, 0, 0, 0
	for i := range d.Devices.Graphics {
		g := &d.Devices.Graphics[i]
		if g.Type == "vnc" || g.Type == "spice" {
			remote++
		}
		if g.Type != "egl-headless" {
			shown++
		}
		switch {
		case g.Type == "egl-headless":
			headless = 1
		case g.GL != nil && g.GL.Enable == domxml.Yes:
			gl++
		}
	}
	for i := range d.Devices.Graphics {
		g := &d.Devices.Graphics[i]
		switch g.Type {
		case "rdp", "desktop":
			return errUnsupported("%s graphics are not supported with this QEMU", g.Type)
		case "vnc":
			if n := len(g.Passwd); n > maxVNCPassword {
				return errUnsupported("VNC password is %d characters long, only %d permitted", n, maxVNCPassword)
			}
		case "spice":
			if g.TLSPort != nil && *g.TLSPort > 0 && !d.cfg.SpiceTLS {
				return errUnsupported("spice TLS port set in XML configuration, but TLS is disabled in qemu.conf")
			}
		}
	}
	if gl+headless > 1 {
		return errUnsupported("multiple OpenGL displays are not supported by QEMU")
	}
	for i := range d.Devices.Graphics {
		if d.Devices.Graphics[i].Type == "egl-headless" && remote == 0 && shown > 0 {
			return errUnsupported("graphics type 'egl-headless' is only supported with one of: 'vnc', 'spice' graphics types")
		}
	}
	return nil
}
