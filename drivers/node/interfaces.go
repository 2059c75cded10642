//go:build linux

package node

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

// Interfaces are the network interfaces of the host.
func (h *Host) Interfaces(context.Context) ([]drivers.HostInterface, error) {
	const dir = "sys/class/net"
	entries, err := fs.ReadDir(h.root, dir)
	if err != nil {
		return nil, nil // a host without a network
	}
	var out []drivers.HostInterface
	for _, e := range entries {
		p, ok := h.follow(path.Join(dir, e.Name()))
		if !ok {
			continue // a file, as bonding_masters
		}
		d := h.sysDevice(p, "net")
		link, ok := h.link(p)
		if !ok {
			continue
		}
		out = append(out, drivers.HostInterface{
			Document: d.hostInterface(link), MAC: d.attr("address"), Active: link.State == domxml.LinkUp,
			// The ends of guests' cards, and what belongs to a bridge.
			Hidden: d.attr("tun_flags") != "" || h.exists(path.Join(p, "brport/bridge")),
		})
	}
	return out, nil
}

// hostInterface is the document of an interface that stands alone.
func (d *sysDevice) hostInterface(link *domxml.HostLink) *domxml.HostInterface {
	i := &domxml.HostInterface{Type: domxml.HostInterfaceEthernet, Name: d.name(), Link: link}
	if n, ok := decimal(d.attr("mtu")); ok {
		i.MTU = &domxml.MTU{Size: n}
	}
	switch d.properties["DEVTYPE"] {
	case "bridge":
		i.Type, i.Link, i.Bridge = domxml.HostInterfaceBridge, nil, d.hostBridge()
	case "bond":
		i.Type, i.Bond = domxml.HostInterfaceBond, d.hostBond()
	case "vlan":
		i.Type, i.VLAN = domxml.HostInterfaceVLAN, d.h.hostVLAN(d.name())
	default:
		i.MAC = &domxml.HostInterfaceMAC{Address: d.attr("address")}
	}
	return i
}

// part is the document of an interface that belongs to another one.
func (h *Host) part(name string) (domxml.HostInterface, bool) {
	p, ok := h.follow(path.Join("sys/class/net", name))
	if !ok {
		return domxml.HostInterface{}, false
	}
	d := h.sysDevice(p, "net")
	link, ok := h.link(p)
	if !ok {
		return domxml.HostInterface{}, false
	}
	i := d.hostInterface(link)
	i.MTU = nil
	return *i, true
}

// parts are those of some names that there are.
func (h *Host) parts(names []string) (out []domxml.HostInterface) {
	slices.Sort(names)
	for _, name := range names {
		if i, ok := h.part(name); ok {
			out = append(out, i)
		}
	}
	return out
}

func (d *sysDevice) hostBridge() *domxml.HostBridge {
	b := &domxml.HostBridge{STP: domxml.Off}
	if d.attr("bridge/stp_state") == "1" {
		b.STP = domxml.On
	}
	if delay := d.attr("bridge/forward_delay"); delay != "" {
		b.Delay = &delay
	}
	entries, _ := fs.ReadDir(d.h.root, path.Join(d.path, "brif"))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	b.Interfaces = d.h.parts(names)
	return b
}

func (d *sysDevice) hostBond() *domxml.HostBond {
	word := func(name string) string { return d.attr("bonding/" + name) }
	number := func(name string) int {
		n, _ := strconv.Atoi(word(name))
		return n
	}
	// Modes are told with their numbers: "802.3ad 4".
	first := func(text string) string {
		w, _, _ := strings.Cut(text, " ")
		return w
	}
	b := &domxml.HostBond{Mode: domxml.BondMode(first(word("mode")))}
	if interval := number("arp_interval"); interval > 0 {
		b.ARPMon = &domxml.BondARPMon{Interval: interval, Target: word("arp_ip_target"), Validate: first(word("arp_validate"))}
	} else if freq := number("miimon"); freq > 0 {
		b.MIIMon = &domxml.BondMIIMon{Freq: freq, DownDelay: number("downdelay"), UpDelay: number("updelay"), Carrier: "ioctl"}
		if number("use_carrier") != 0 {
			b.MIIMon.Carrier = "netif"
		}
	}
	b.Interfaces = d.h.parts(strings.Fields(word("slaves")))
	return b
}

// hostVLAN is what the kernel says of a virtual network, in a text of its own.
func (h *Host) hostVLAN(name string) *domxml.HostVLAN {
	v := &domxml.HostVLAN{}
	text, err := h.read(path.Join("proc/net/vlan", name))
	if err != nil {
		return v
	}
	for line := range strings.Lines(text) {
		var id uint
		if _, rest, ok := strings.Cut(line, "VID:"); ok {
			if _, err := fmt.Sscan(rest, &id); err == nil {
				v.Tag = strconv.FormatUint(uint64(id), 10)
			}
		}
		if rest, ok := strings.CutPrefix(line, "Device:"); ok {
			v.Interface.Name = strings.TrimSpace(rest)
		}
	}
	return v
}
