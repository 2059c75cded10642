package domxml

import (
	"slices"
	"strconv"
)

// parseNode reads a screen: the port of a VNC or RDP server has its own words
// for what is no number.
func (g *Graphics) parseNode(d *decoder, n node) error {
	kind, _ := n.Attr("type")
	if s, ok := n.Attr("port"); ok && (kind == "vnc" || kind == "spice" || kind == "rdp") {
		number, base := digits(s, &scalarOptions{})
		if _, err := strconv.ParseInt(number, base, 32); err != nil {
			return errInternal("cannot parse %s port %s", kind, s)
		}
	}
	if s, ok := n.Attr("tlsPort"); ok && kind == "spice" {
		number, base := digits(s, &scalarOptions{})
		if _, err := strconv.ParseInt(number, base, 32); err != nil {
			return errInternal("cannot parse spice tlsPort %s", s)
		}
	}
	if err := d.plain(n, g); err != nil {
		return err
	}
	if err := g.parsedListens(); err != nil {
		return err
	}
	if g.GL != nil && g.GL.Enable == "" && (g.Type == "spice" || g.Type == "sdl" || g.Type == "dbus") {
		return errMissing("enable", "gl")
	}
	g.tie()
	if d.live && g.byPort() && g.AutoPort == Yes && (value(g.Port) > 0 || value(g.TLSPort) > 0) {
		// The ports were chosen when the guest was started.
		g.mirrorListen()
		return nil
	}
	switch g.Type {
	case "vnc":
		g.parsedVNC()
	case "spice":
		g.parsedSpice()
	case "rdp":
		g.parsedRDP()
	}
	g.mirrorListen()
	return nil
}

// tie drops the attributes that the kind does not have.
func (g *Graphics) tie() {
	k := Graphics{Type: g.Type}
	switch g.Type {
	case "vnc":
		k.Port, k.AutoPort, k.WebSocket, k.Keymap, k.SharePolicy, k.PowerControl = g.Port, g.AutoPort, g.WebSocket, g.Keymap, g.SharePolicy, g.PowerControl
		k.Passwd, k.PasswdValidTo, k.Connected, k.Listens, k.Listen, k.Socket = g.Passwd, g.PasswdValidTo, g.Connected, g.Listens, g.Listen, g.Socket
		k.Audio = g.Audio
	case "spice":
		gl := g.GL
		k = *g
		k.GL, k.WebSocket, k.SharePolicy, k.PowerControl, k.Display, k.XAuth, k.Fullscreen = gl, nil, "", "", "", "", ""
		k.ReplaceUser, k.MultiUser, k.Username, k.Address, k.P2P, k.Audio, k.Socket = "", "", "", "", "", nil, ""
		if k.DefaultMode == "any" {
			k.DefaultMode = ""
		}
	case "rdp":
		k.Port, k.AutoPort, k.Listens, k.Listen, k.Username, k.Passwd = g.Port, g.AutoPort, g.Listens, g.Listen, g.Username, g.Passwd
		k.ReplaceUser, k.MultiUser = onlyYes(g.ReplaceUser), onlyYes(g.MultiUser)
	case "sdl":
		k.Display, k.XAuth, k.Fullscreen, k.GL = g.Display, g.XAuth, onlyYes(g.Fullscreen), g.GL
	case "desktop":
		k.Display, k.Fullscreen = g.Display, onlyYes(g.Fullscreen)
	case "egl-headless":
		k.GL = g.GL
		if k.GL != nil {
			k.GL.Enable = ""
		}
	case "dbus":
		k.Address, k.P2P, k.GL, k.Audio = g.Address, onlyYes(g.P2P), g.GL, g.Audio
	}
	*g = k
}

func onlyYes(v YesNo) YesNo {
	if v == Yes {
		return v
	}
	return ""
}

// parsedListens checks where a server listens, and knows the old way to say
// it: an attribute instead of the first element.
func (g *Graphics) parsedListens() error {
	switch g.Type {
	case "vnc", "spice", "rdp":
	default:
		g.Listens = nil
		return nil
	}
	for i := range g.Listens {
		if err := g.Listens[i].check(g.Type); err != nil {
			return err
		}
	}
	switch {
	case g.Type == "vnc" && g.Socket != "":
		if len(g.Listens) > 0 && g.Listens[0].Type == "socket" && g.Listens[0].Socket != "" && g.Listens[0].Socket != g.Socket {
			return errUnsupported("graphics 'socket' attribute '%s' must match 'socket' attribute of first listen element (found '%s')", g.Socket, g.Listens[0].Socket)
		}
		g.Listens = []Listen{{Type: "socket", Socket: g.Socket}}
	case len(g.Listens) == 0:
		g.Listens = []Listen{{Type: "address", Address: g.Listen}}
	case g.Listen != "" && g.Listens[0].Type == "address":
		l := &g.Listens[0]
		if l.Address != "" && l.Address != g.Listen {
			return errUnsupported("graphics 'listen' attribute '%s' must match 'address' attribute of first listen element (found '%s')", g.Listen, l.Address)
		}
		l.Address = g.Listen
	}
	return nil
}

func (l *Listen) check(kind string) error {
	switch l.Type {
	case "address":
		*l = Listen{Type: l.Type, Address: l.Address}
	case "network":
		if l.Network == "" {
			return errXML("'network' attribute is required for listen type 'network'")
		}
		*l = Listen{Type: l.Type, Network: l.Network}
	case "socket":
		if kind != "vnc" && kind != "spice" {
			return errUnsupported("listen type 'socket' is not available for graphics type '%s'", kind)
		}
		*l = Listen{Type: l.Type, Socket: l.Socket}
	default:
		if kind != "vnc" && kind != "spice" {
			return errUnsupported("listen type 'none' is not available for graphics type '%s'", kind)
		}
		*l = Listen{Type: l.Type}
	}
	return nil
}

// byPort says whether the first listener has a port at all.
func (g *Graphics) byPort() bool {
	return len(g.Listens) > 0 && (g.Listens[0].Type == "address" || g.Listens[0].Type == "network")
}

func (g *Graphics) parsedVNC() {
	if !g.byPort() {
		g.Port, g.AutoPort, g.WebSocket = nil, "", nil
		return
	}
	switch {
	case g.AutoPort == Yes, g.AutoPort == "" && (g.Port == nil || *g.Port == -1):
		g.Port, g.AutoPort = new(-1), Yes
	case g.Port == nil, *g.Port == 0, *g.Port == -1:
		g.Port, g.AutoPort = nil, No
	default:
		g.AutoPort = No
	}
	if g.WebSocket != nil && *g.WebSocket == 0 {
		g.WebSocket = nil
	}
}

func (g *Graphics) parsedSpice() {
	port, tls := value(g.Port), value(g.TLSPort)
	auto := g.AutoPort == Yes || port == -1 && tls == -1
	if auto {
		port, tls = 0, 0
	}
	if g.byPort() && !auto && port == 0 && tls == 0 && g.Listens[0].Type == "address" {
		g.Listens[0] = Listen{Type: "none"}
	}
	g.Port, g.TLSPort, g.AutoPort = nil, nil, ""
	if !g.byPort() {
		return
	}
	if port != 0 {
		g.Port = &port
	}
	if tls != 0 {
		g.TLSPort = &tls
	}
	if g.AutoPort = No; auto {
		g.AutoPort = Yes
	}
}

func (g *Graphics) parsedRDP() {
	if g.Port == nil || g.AutoPort == Yes {
		g.Port, g.AutoPort = new(0), Yes
	}
	if g.AutoPort != Yes {
		g.AutoPort = ""
	}
}

func value(p *int) int {
	if p == nil {
		return 0
	}
	return *p
}

// mirrorListen repeats the first listener as an attribute, for old readers.
func (g *Graphics) mirrorListen() {
	g.Listen, g.Socket = "", ""
	if len(g.Listens) == 0 {
		return
	}
	switch l := g.Listens[0]; l.Type {
	case "address":
		g.Listen = l.Address
	case "socket":
		if g.Type == "vnc" {
			g.Socket = l.Socket
		}
	}
}

// sortPrimary puts the first card in front, and makes one the first.
func sortPrimary(videos []Video) {
	i := slices.IndexFunc(videos, func(v Video) bool { return v.Model != nil && v.Model.Primary == Yes })
	if i > 0 {
		first := videos[i]
		copy(videos[1:i+1], videos[:i])
		videos[0] = first
	}
	if len(videos) > 0 && i < 0 {
		if videos[0].Model == nil {
			videos[0].Model = &VideoModel{}
		}
		videos[0].Model.Primary = Yes
	}
}
