package argv

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// graphics are the servers and windows that show the screen.
func (b *builder) graphics() error {
	for i := range b.d.Devices.Graphics {
		g := &b.d.Devices.Graphics[i]
		var err error
		switch g.Type {
		case "vnc":
			err = b.vnc(g)
		case "spice":
			err = b.spice(g)
		case "sdl":
			b.sdl(g)
		case "egl-headless":
			b.eglHeadless(g)
		case "dbus":
			b.dbusDisplay(g)
		default:
			err = errUnsupported("unsupported graphics type '%s'", g.Type)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// listen is where a server listens.
func listen(g *domxml.Graphics) *domxml.Listen {
	if len(g.Listens) > 0 {
		return &g.Listens[0]
	}
	return &domxml.Listen{Type: "address", Address: g.Listen}
}

// vncBase is the port of the display that VNC calls 0.
const vncBase = 5900

func (b *builder) vnc(g *domxml.Graphics) error {
	o := &b.o.VNC
	l := listen(g)
	w := &words{}
	switch l.Type {
	case "none":
		w.set("", "none")
	case "socket":
		w.set("vnc", "unix:"+l.Socket)
	default:
		port := value(g.Port)
		if g.Port == nil || port < vncBase || port > 65535 {
			return errUnsupported("vnc port must be in range [%d,65535]", vncBase)
		}
		address := l.Address
		if strings.Contains(address, ":") {
			address = "[" + address + "]"
		}
		w.set("", address+":"+itoa(port-vncBase))
		if g.WebSocket != nil {
			w.set("websocket", websocket(*g.WebSocket))
		}
	}
	w.put("share", g.SharePolicy)
	if g.PowerControl != "" {
		w.set("power-control", onOff(g.PowerControl))
	}
	if g.Passwd != "" || o.Password != "" {
		w.set("password", "on")
	}
	if o.TLS.Dir != "" {
		id := "vnc-tls-creds0"
		if err := b.tlsObject(id, o.TLS, "server"); err != nil {
			return err
		}
		w.set("tls-creds", id)
	}
	if o.SASL {
		w.set("sasl", "on")
	}
	w.put("audiodev", b.audioID(g.Audio))
	if g.Keymap != "" {
		b.arg("-k", g.Keymap)
	}
	b.arg("-vnc", w.String())
	return nil
}

// websocket is a port, or on for the one that belongs to the display.
func websocket(port int) string {
	if port < 0 {
		return "on"
	}
	return itoa(port)
}

func (b *builder) spice(g *domxml.Graphics) error {
	o := &b.o.SPICE
	l := listen(g)
	w := &words{}
	insecure := false
	switch l.Type {
	case "socket":
		w.set("unix", "on").set("addr", l.Socket)
	case "none":
		w.set("port", "0")
	default:
		if p := value(g.Port); p > 0 {
			w.set("port", itoa(p))
			insecure = true
		}
		if p := value(g.TLSPort); p > 0 {
			if o.TLSDir == "" {
				return errUnsupported("spice TLS port set in XML configuration, but TLS is disabled in qemu.conf")
			}
			w.set("tls-port", itoa(p))
		}
		w.put("addr", l.Address)
		if !insecure && value(g.TLSPort) <= 0 {
			w.set("port", "0")
		}
	}
	if o.SASL {
		w.set("sasl", "on")
	}
	if g.Passwd == "" && o.Password == "" {
		w.set("disable-ticketing", "on")
	}
	if g.Mouse != nil {
		w.set("agent-mouse", map[string]string{"server": "off", "client": "on"}[g.Mouse.Mode])
	}
	tls := value(g.TLSPort) > 0
	if tls {
		w.set("x509-dir", o.TLSDir)
	}
	if err := spiceChannels(w, g, tls); err != nil {
		return err
	}
	spiceCompression(w, g)
	if c := g.Clipboard; c != nil && c.CopyPaste == domxml.No {
		w.set("disable-copy-paste", "on")
	}
	if f := g.FileTransfer; f != nil && f.Enable == domxml.No {
		w.set("disable-agent-file-xfer", "on")
	}
	if gl := g.GL; gl != nil && gl.Enable == domxml.Yes {
		w.set("gl", "on").put("rendernode", gl.RenderNode)
	}
	w.set("seamless-migration", "on")
	if g.Keymap != "" {
		b.arg("-k", g.Keymap)
	}
	b.arg("-spice", w.String())
	return nil
}

// spiceChannels says which channels must be encrypted and which must not.
func spiceChannels(w *words, g *domxml.Graphics, tls bool) error {
	switch g.DefaultMode {
	case "secure":
		if !tls {
			return errUnsupported("spice defaultMode secure requested in XML configuration but TLS port not provided")
		}
		w.set("tls-channel", "default")
	case "insecure":
		if value(g.Port) <= 0 {
			return errUnsupported("spice defaultMode insecure requested in XML configuration but plain port not provided")
		}
		w.set("plaintext-channel", "default")
	}
	for _, c := range g.Channels {
		switch c.Mode {
		case "secure":
			if !tls {
				return errUnsupported("spice secure channels set in XML configuration, but TLS port is not provided")
			}
			w.set("tls-channel", c.Name)
		case "insecure":
			if value(g.Port) <= 0 {
				return errUnsupported("spice insecure channels set in XML configuration, but plain port is not provided")
			}
			w.set("plaintext-channel", c.Name)
		}
	}
	return nil
}

func spiceCompression(w *words, g *domxml.Graphics) {
	if g.Image != nil {
		w.set("image-compression", g.Image.Compression)
	}
	if g.JPEG != nil {
		w.set("jpeg-wan-compression", g.JPEG.Compression)
	}
	if g.ZLib != nil {
		w.set("zlib-glz-wan-compression", g.ZLib.Compression)
	}
	if g.Playback != nil {
		w.set("playback-compression", string(g.Playback.Compression))
	}
	if g.Streaming != nil {
		w.set("streaming-video", g.Streaming.Mode)
	}
}

func (b *builder) sdl(g *domxml.Graphics) {
	w := word("sdl")
	if gl := g.GL; gl != nil && gl.Enable != "" {
		w.set("gl", onOff(gl.Enable))
	}
	if g.Fullscreen == domxml.Yes {
		b.arg("-full-screen")
	}
	b.arg("-display", w.String())
}

func (b *builder) eglHeadless(g *domxml.Graphics) {
	w := word("egl-headless")
	if g.GL != nil {
		w.put("rendernode", g.GL.RenderNode)
	}
	b.arg("-display", w.String())
}

func (b *builder) dbusDisplay(g *domxml.Graphics) {
	w := word("dbus")
	if g.P2P == domxml.Yes {
		w.set("p2p", "on")
	} else {
		w.set("addr", g.Address)
	}
	if gl := g.GL; gl != nil {
		if gl.Enable != "" {
			w.set("gl", onOff(gl.Enable))
		}
		w.put("rendernode", gl.RenderNode)
	}
	if g.Audio != nil {
		w.set("audiodev", b.audioID(g.Audio))
	}
	b.arg("-display", w.String())
}

// assignGraphics fills in where servers listen.
func assignGraphics(d *domxml.Domain, o *Options) error {
	for i := range d.Devices.Graphics {
		g := &d.Devices.Graphics[i]
		address := ""
		needsGL := g.Type == "egl-headless" || g.GL != nil && g.GL.Enable == domxml.Yes
		if needsGL && o.RenderNode != "" {
			if g.GL == nil {
				g.GL = &domxml.GL{}
			}
			if g.GL.RenderNode == "" {
				g.GL.RenderNode = o.RenderNode
			}
		}
		switch g.Type {
		case "vnc":
			address = o.VNC.Listen
		case "spice":
			address = o.SPICE.Listen
		case "dbus":
			if g.P2P != domxml.Yes && g.Address == "" {
				g.Address = "unix:path=" + o.DBus
			}
			continue
		default:
			continue
		}
		if len(g.Listens) == 0 {
			g.Listens = []domxml.Listen{{Type: "address", Address: g.Listen}}
		}
		for n := range g.Listens {
			l := &g.Listens[n]
			switch l.Type {
			case "address":
				if l.Address == "" {
					l.Address = address
				}
				if n == 0 && g.Listen == "" {
					g.Listen = l.Address
				}
			case "socket":
				if l.Socket == "" {
					l.Socket = o.Lib + "/" + g.Type + ".sock"
				}
				if n == 0 && g.Type == "vnc" {
					g.Socket = l.Socket
				}
			}
		}
	}
	return nil
}
