package argv

import (
	"net"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// ports are what servers listen on where a document names no port.
var ports = map[string]uint{
	"nbd": 10809, "rbd": 6789, "gluster": 24007, "iscsi": 3260, "ssh": 22, "http": 80, "https": 443, "ftp": 21,
	"ftps": 990, "tftp": 69, "sheepdog": 7000, "vxhs": 9999, "nfs": 0,
}

func port(protocol string, h *domxml.DiskHost) uint {
	if h.Port != 0 {
		return h.Port
	}
	return ports[protocol]
}

// networkProtocol is an image on a server.
func (b *builder) networkProtocol(i *image) (*Props, error) {
	s := i.source
	switch s.Protocol {
	case "nbd":
		return b.nbd(i)
	case "rbd":
		return b.rbd(i)
	case "iscsi":
		return b.iscsi(i)
	case "gluster":
		return b.gluster(i)
	case "http", "https", "ftp", "ftps", "tftp":
		return b.curl(i)
	case "ssh":
		return b.ssh(i)
	case "nfs":
		return b.nfs(i)
	case "vxhs":
		if len(s.Hosts) != 1 {
			return nil, errInternal("VxHS protocol accepts only one host")
		}
		return props("driver", "vxhs", "vdisk-id", s.Name, "server", inet(&s.Hosts[0], "vxhs", false)), nil
	case "sheepdog":
		return nil, errUnsupported("sheepdog protocol is not supported")
	}
	return nil, errUnsupported("unsupported disk protocol '%s'", s.Protocol)
}

// inet is the address of a server; typed ones say of what kind it is.
func inet(h *domxml.DiskHost, protocol string, typed bool) *Props {
	p := &Props{}
	if h.Transport == "unix" {
		return p.set("type", "unix").set("path", h.Socket)
	}
	if typed {
		p.set("type", "inet")
	}
	return p.set("host", h.Name).set("port", itoa(port(protocol, h)))
}

func (b *builder) nbd(i *image) (*Props, error) {
	s := i.source
	if len(s.Hosts) != 1 {
		return nil, errInternal("nbd protocol accepts only one host")
	}
	p := props("driver", "nbd", "server", inet(&s.Hosts[0], "nbd", true)).put("export", s.Name)
	if s.TLS == domxml.Yes {
		id := "obj" + i.storageNode() + "_tls0"
		if err := b.tlsObject(id, b.o.NBDTLS, "client"); err != nil {
			return nil, err
		}
		p.set("tls-creds", id).put("tls-hostname", s.TLSHostname)
	}
	if r := s.Reconnect; r != nil {
		p.put("reconnect-delay", r.Delay)
	}
	return p, nil
}

func (b *builder) rbd(i *image) (*Props, error) {
	s := i.source
	pool, name, _ := strings.Cut(s.Name, "/")
	namespace := ""
	if before, after, ok := strings.Cut(name, "/"); ok {
		namespace, name = before, after
	}
	p := props("driver", "rbd", "pool", pool).put("namespace", namespace).set("image", name)
	if s.Snapshot != nil {
		p.put("snapshot", s.Snapshot.Name)
	}
	if s.Config != nil {
		p.put("conf", s.Config.File)
	}
	var servers []any
	for n := range s.Hosts {
		servers = append(servers, inet(&s.Hosts[n], "rbd", false))
	}
	p.put("server", servers)
	if e := i.encryption; e != nil && e.Engine == "librbd" {
		ids, err := b.passphrases(i.storageNode()+"-encryption-secret", e)
		if err != nil {
			return nil, err
		}
		var encrypt *Props
		for n := len(ids) - 1; n >= 0; n-- {
			encrypt = props("format", e.Format, "key-secret", ids[n]).put("parent", encrypt)
		}
		p.put("encrypt", encrypt)
	}
	if i.auth != nil {
		id, err := b.auth(i)
		if err != nil {
			return nil, err
		}
		p.set("user", i.auth.Username).set("auth-client-required", []any{"cephx", "none"}).set("key-secret", id)
	}
	return p, nil
}

// auth adds the password of who opens an image.
func (b *builder) auth(i *image) (string, error) {
	id := i.storageNode() + "-auth-secret0"
	return id, b.secret(id, authRef(i.auth))
}

func (b *builder) iscsi(i *image) (*Props, error) {
	id := ""
	if i.auth != nil {
		var err error
		if id, err = b.auth(i); err != nil {
			return nil, err
		}
	}
	s := i.source
	return iscsiTarget(s.Name, s.Hosts, i.auth, s.Initiator, id)
}

// iscsiTarget is a unit of a target: the name may end with /N.
func iscsiTarget(name string, hosts []domxml.DiskHost, a *domxml.Auth, initiator *domxml.Initiator, secret string) (*Props, error) {
	if len(hosts) != 1 {
		return nil, errInternal("iSCSI protocol accepts only one host")
	}
	target, unit, cut := strings.Cut(name, "/")
	lun := uint64(0)
	if cut {
		n, err := strconv.ParseUint(unit, 10, 32)
		if err != nil {
			return nil, errInternal("cannot parse target for lunID '%s'", name)
		}
		lun = n
	}
	portal := net.JoinHostPort(hosts[0].Name, itoa(port("iscsi", &hosts[0])))
	p := props("driver", "iscsi", "portal", portal, "target", target, "lun", lun, "transport", "tcp")
	if a != nil {
		p.set("user", a.Username).set("password-secret", secret)
	}
	if initiator != nil && initiator.IQN != nil {
		p.put("initiator-name", initiator.IQN.Name)
	}
	return p, nil
}

func (b *builder) gluster(i *image) (*Props, error) {
	s := i.source
	volume, path, ok := strings.Cut(s.Name, "/")
	if !ok || volume == "" {
		return nil, errInternal("missing path component in gluster volume name '%s'", s.Name)
	}
	var servers []any
	for n := range s.Hosts {
		servers = append(servers, inet(&s.Hosts[n], "gluster", true))
	}
	return props("driver", "gluster", "volume", volume, "path", path, "server", servers, "debug", b.glusterDebug()), nil
}

func (b *builder) glusterDebug() int { return 4 }

// curl is an image on a web server.
func (b *builder) curl(i *image) (*Props, error) {
	s := i.source
	if len(s.Hosts) != 1 {
		return nil, errInternal("%s protocol accepts only one host", s.Protocol)
	}
	h := &s.Hosts[0]
	url := s.Protocol + "://" + net.JoinHostPort(h.Name, itoa(port(s.Protocol, h))) + "/" + strings.TrimPrefix(s.Name, "/")
	if s.Query != "" {
		url += "?" + s.Query
	}
	p := props("driver", s.Protocol, "url", url)
	if i.auth != nil {
		id, err := b.auth(i)
		if err != nil {
			return nil, err
		}
		p.set("username", i.auth.Username).set("password-secret", id)
	}
	if s.SSL != nil {
		p.put("sslverify", s.SSL.Verify)
	}
	if len(s.Cookies) > 0 {
		id := i.storageNode() + "-httpcookie-secret0"
		var list []string
		for _, c := range s.Cookies {
			list = append(list, c.Name+"="+c.Value)
		}
		if err := b.secretText(id, []byte(strings.Join(list, "; "))); err != nil {
			return nil, err
		}
		p.set("cookie-secret", id)
	}
	if s.Readahead != nil {
		p.put("readahead", s.Readahead.Size)
	}
	if s.Timeout != nil {
		p.put("timeout", s.Timeout.Seconds)
	}
	return p, nil
}

func (b *builder) ssh(i *image) (*Props, error) {
	s := i.source
	if len(s.Hosts) != 1 {
		return nil, errInternal("sftp protocol accepts only one host")
	}
	p := props("driver", "ssh", "path", s.Name, "server", inet(&s.Hosts[0], "ssh", false))
	switch {
	case i.auth != nil:
		p.put("user", i.auth.Username)
	case s.Identity != nil:
		p.put("user", s.Identity.Username)
	}
	return p, nil
}

func (b *builder) nfs(i *image) (*Props, error) {
	s := i.source
	if len(s.Hosts) != 1 {
		return nil, errInternal("nfs protocol accepts only one host")
	}
	p := props("driver", "nfs", "server", props("type", "inet", "host", s.Hosts[0].Name), "path", s.Name)
	if id := s.Identity; id != nil {
		for _, x := range []struct{ key, text string }{{"user", id.User}, {"group", id.Group}} {
			if n, err := strconv.ParseUint(strings.TrimPrefix(x.text, "+"), 10, 32); err == nil {
				p.set(x.key, n)
			}
		}
	}
	return p, nil
}
