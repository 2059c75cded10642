package argv

import "github.com/govirtd/govirtd/domxml"

// charBackend is the host's end of a character device.
type charBackend struct {
	typ      string
	id       string // of the backend: charserial0
	alias    string // of the device
	sources  []domxml.ChardevSource
	protocol *domxml.ChardevProtocol
	log      *domxml.ChardevLog
	// channel is what a SPICE channel is for.
	channel string
	// parallel says that a device of the host is a parallel port.
	parallel bool
	// wait lets the emulator wait for a client of its socket.
	wait bool
}

func chardevBackend(c *domxml.Chardev, channel string) *charBackend {
	return &charBackend{typ: c.Type, id: "char" + aliasName(c.Alias), alias: aliasName(c.Alias), sources: c.Sources,
		protocol: c.Protocol, log: c.Log, channel: channel}
}

func (c *charBackend) source() *domxml.ChardevSource {
	if len(c.sources) > 0 {
		return &c.sources[0]
	}
	return &domxml.ChardevSource{}
}

// chardev adds a backend, and the certificates that it needs.
func (b *builder) chardev(c *charBackend) error {
	s := c.source()
	w := &words{}
	path, appendTo, logfile, logappend := s.Path, string(s.Append), "", ""
	if c.log != nil {
		logfile, logappend = c.log.File, string(c.log.Append)
	}
	files := b.o.ChardevFiles[c.alias]
	if files.Source != nil && c.typ == "file" {
		path, appendTo = b.namedFD(*files.Source, c.alias+"-source"), "on"
	}
	if files.Log != nil && logfile != "" {
		logfile, logappend = b.namedFD(*files.Log, c.alias+"-log"), "on"
	}
	switch c.typ {
	case "null", "vc", "pty", "stdio":
		w = word(c.typ).set("id", c.id)
	case "dev":
		kind := "serial"
		if c.parallel {
			kind = "parallel"
		}
		w = word(kind).set("id", c.id).set("path", s.Path)
	case "file":
		w = word("file").set("id", c.id).set("path", path).put("append", appendTo)
	case "pipe":
		w = word("pipe").set("id", c.id).set("path", s.Path)
	case "udp":
		w = udpBackend(c)
	case "tcp":
		var err error
		if w, err = b.tcpBackend(c); err != nil {
			return err
		}
	case "unix":
		w = b.unixBackend(c)
	case "spicevmc":
		w = word("spicevmc").set("id", c.id).set("name", c.channel)
	case "spiceport":
		w = word("spiceport").set("id", c.id).set("name", s.Channel)
	case "qemu-vdagent":
		w = word("qemu-vdagent").set("id", c.id).set("name", "vdagent")
		clipboard, mouse := "off", "off"
		if s.Clipboard != nil && s.Clipboard.CopyPaste == domxml.Yes {
			clipboard = "on"
		}
		if s.Mouse != nil && s.Mouse.Mode == "client" {
			mouse = "on"
		}
		w.set("clipboard", clipboard).set("mouse", mouse)
	case "dbus":
		w = word("dbus").set("id", c.id).set("name", s.Channel)
	default:
		return errUnsupported("unsupported chardev '%s'", c.typ)
	}
	if logfile != "" {
		w.set("logfile", logfile).put("logappend", logappend)
	}
	b.arg("-chardev", w.String())
	return nil
}

// udpBackend sends to one address and receives at another.
func udpBackend(c *charBackend) *words {
	var to, from domxml.ChardevSource
	for _, s := range c.sources {
		if s.Mode == "bind" || s.Mode == "server" {
			from = s
		} else {
			to = s
		}
	}
	if from.Service == "" {
		from.Service = "0"
	}
	return word("udp").set("id", c.id).set("host", to.Host).set("port", to.Service).
		set("localaddr", from.Host).set("localport", from.Service)
}

func isServer(s *domxml.ChardevSource) bool { return s.Mode == "bind" || s.Mode == "server" }

func (b *builder) tcpBackend(c *charBackend) (*words, error) {
	s := c.source()
	creds := ""
	if useTLS(s.TLS, b.o.ChardevTLS) {
		endpoint := "client"
		if isServer(s) {
			endpoint = "server"
		}
		creds = "obj" + c.id + "_tls0"
		if err := b.tlsObject(creds, b.o.ChardevTLS, endpoint); err != nil {
			return nil, err
		}
	}
	w := word("socket").set("id", c.id).set("host", s.Host).set("port", s.Service)
	if c.protocol != nil && c.protocol.Type == "telnet" {
		w.set("telnet", "on")
	}
	b.socketMode(w, c)
	return w.put("tls-creds", creds), nil
}

func (b *builder) unixBackend(c *charBackend) *words {
	s := c.source()
	w := word("socket").set("id", c.id)
	if fd, ok := b.o.ChardevFDs[c.alias]; ok && isServer(s) {
		w.set("fd", itoa(fd))
	} else {
		w.set("path", s.Path)
	}
	b.socketMode(w, c)
	return w
}

// socketMode says who waits for whom.
func (b *builder) socketMode(w *words, c *charBackend) {
	s := c.source()
	if isServer(s) {
		w.set("server", "on")
		if !c.wait {
			w.set("wait", "off")
		}
		return
	}
	b.reconnect(w, s.Reconnect)
}

// reconnect is how long a client waits before it tries again.
func (b *builder) reconnect(w *words, r *domxml.Reconnect) {
	seconds := uint(0)
	switch {
	case r == nil:
		return
	case r.Enabled == domxml.Yes:
		seconds = value(r.Timeout)
	}
	if b.e.HasOption("chardev", "reconnect-ms") {
		w.set("reconnect-ms", itoa(seconds*1000))
	} else {
		w.set("reconnect", itoa(seconds))
	}
}
