package argv

import (
	"net"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// interfaces are network cards and what they are connected to.
func (b *builder) interfaces() error {
	for i := range b.d.Devices.Interfaces {
		n := &b.d.Devices.Interfaces[i]
		boot := b.boot.ofNet(n.Boot)
		if n.Type == "hostdev" {
			if err := b.interfaceHostdev(n, boot); err != nil {
				return err
			}
			continue
		}
		p, err := b.netdev(n)
		if err != nil {
			return err
		}
		b.arg("-netdev", p.String())
		dev, err := b.nic(n, boot)
		if err != nil {
			return err
		}
		b.device(dev, n.Alias)
	}
	return nil
}

func netID(n *domxml.Interface) string { return "host" + aliasName(n.Alias) }

// netdev is the host's end of an interface.
func (b *builder) netdev(n *domxml.Interface) (*Props, error) {
	s := value(n.Source)
	id := netID(n)
	switch n.Type {
	case "network", "bridge", "direct", "ethernet":
		return b.tap(n)
	case "user":
		if n.Backend != nil && n.Backend.Type == "passt" {
			return b.passt(n), nil
		}
		return userNet(n), nil
	case "mcast":
		return props("type", "socket", "mcast", net.JoinHostPort(s.Address, s.Port), "id", id), nil
	case "server":
		return props("type", "socket", "listen", s.Address+":"+s.Port, "id", id), nil
	case "client":
		return props("type", "socket", "connect", s.Address+":"+s.Port, "id", id), nil
	case "udp":
		local := value(s.Local)
		return props("type", "socket", "udp", s.Address+":"+s.Port, "localaddr", local.Address+":"+itoa(local.Port), "id", id), nil
	case "vhostuser":
		return b.vhostUser(n), nil
	case "vdpa":
		set := b.sets
		b.sets++
		fd := b.o.NetFDs[aliasName(n.Alias)].VDPA
		b.arg("-add-fd", word("set="+itoa(set)).set("fd", itoa(fd)).set("opaque", aliasName(n.Alias)+"-vdpa").String())
		p := props("type", "vhost-vdpa", "vhostdev", "/dev/fdset/"+itoa(set))
		if q := queues(n); q > 1 {
			p.set("queues", q)
		}
		return p.set("id", id), nil
	case "null":
		return nil, errUnsupported("null network type is not supported")
	}
	return nil, errUnsupported("network device type '%s' is not supported by this hypervisor", n.Type)
}

// tap is a device of the host that was opened before.
func (b *builder) tap(n *domxml.Interface) (*Props, error) {
	fds := b.o.NetFDs[aliasName(n.Alias)]
	if len(fds.Tap) == 0 {
		return nil, errInternal("no tap device was opened for interface '%s'", aliasName(n.Alias))
	}
	p := props("type", "tap")
	if len(fds.Tap) == 1 {
		p.set("fd", itoa(fds.Tap[0]))
	} else {
		p.set("fds", joinInts(fds.Tap))
	}
	switch {
	case len(fds.Vhost) == 1:
		p.set("vhost", true).set("vhostfd", itoa(fds.Vhost[0]))
	case len(fds.Vhost) > 1:
		p.set("vhost", true).set("vhostfds", joinInts(fds.Vhost))
	}
	if n.Tune != nil && n.Tune.SndBuf != nil {
		p.set("sndbuf", *n.Tune.SndBuf)
	}
	return p.set("id", netID(n)), nil
}

func joinInts(list []int) string {
	var s []string
	for _, n := range list {
		s = append(s, strconv.Itoa(n))
	}
	return strings.Join(s, ":")
}

// userNet is a network inside the emulator.
func userNet(n *domxml.Interface) *Props {
	p := props("type", "user")
	for _, ip := range n.IPs {
		switch {
		case ip.Family == "ipv6" || strings.Contains(ip.Address, ":"):
			p.set("ipv6-prefix", ip.Address)
			if ip.Prefix != "" {
				p.set("ipv6-prefixlen", number(ip.Prefix))
			}
		default:
			address := ip.Address
			if ip.Prefix != "" {
				address += "/" + ip.Prefix
			}
			p.set("net", address)
		}
	}
	return p.set("id", netID(n))
}

// passt is a network in a process beside the emulator.
func (b *builder) passt(n *domxml.Interface) *Props {
	addr := props("type", "unix", "path", b.o.Passt+"-"+aliasName(n.Alias)+".socket")
	p := props("type", "stream", "addr", addr, "server", false)
	if b.e.HasOption("chardev", "reconnect-ms") {
		p.set("reconnect-ms", 5000)
	} else {
		p.set("reconnect", 5)
	}
	return p.set("id", netID(n))
}

// vhostUser is a switch in another process.
func (b *builder) vhostUser(n *domxml.Interface) *Props {
	s := value(n.Source)
	id := "char" + aliasName(n.Alias)
	w := word("socket").set("id", id)
	if n.Backend != nil && n.Backend.Type == "passt" {
		w.set("path", b.o.Passt+"-"+aliasName(n.Alias)+".socket")
		timeout := uint(5)
		b.reconnect(w, &domxml.Reconnect{Enabled: domxml.Yes, Timeout: &timeout})
	} else {
		w.set("path", s.Path)
		if s.Mode == "server" {
			w.set("server", "on")
		} else {
			b.reconnect(w, s.Reconnect)
		}
	}
	b.arg("-chardev", w.String())
	p := props("type", "vhost-user", "chardev", id)
	if q := queues(n); q > 1 {
		p.set("queues", q)
	}
	return p.set("id", netID(n))
}

// queues is how many queues an interface has.
func queues(n *domxml.Interface) uint {
	if n.Driver == nil {
		return 0
	}
	return n.Driver.Queues
}
