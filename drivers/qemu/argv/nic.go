package argv

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

func isVirtioNet(model string) bool {
	return model == "virtio" || model == "virtio-transitional" || model == "virtio-non-transitional"
}

// nic is the guest's card.
func (b *builder) nic(n *domxml.Interface, boot uint) (*Props, error) {
	model := "rtl8139"
	if n.Model != nil && n.Model.Type != "" {
		model = n.Model.Type
	}
	p := &Props{}
	if isVirtioNet(model) {
		p.set("driver", b.virtioDriver("virtio-net", model, n.Address))
		b.virtioNet(p, n)
	} else {
		p.set("driver", model)
	}
	if t := n.Teaming; t != nil && t.Type == "persistent" {
		p.set("failover", true)
	}
	if t := n.MTU; t != nil && isVirtioNet(model) {
		p.put("host_mtu", t.Size)
	}
	p.set("netdev", netID(n)).set("id", aliasName(n.Alias)).set("mac", value(n.MAC).Address.String())
	p.put("bootindex", boot)
	if n.Boot != nil && n.Boot.LoadParm != "" {
		p.set("loadparm", n.Boot.LoadParm)
	}
	b.deviceAddress(p, &n.DeviceInfo)
	if err := b.rom(p, n.ROM); err != nil {
		return nil, err
	}
	return p, nil
}

// virtioNet are the settings of a virtio card.
func (b *builder) virtioNet(p *Props, n *domxml.Interface) {
	d := n.Driver
	if d == nil {
		return
	}
	if d.TXMode != "" {
		p.set("tx", map[string]string{"iothread": "bh", "timer": "timer"}[d.TXMode])
	}
	p.put("ioeventfd", d.IOEventFD).put("event_idx", d.EventIdx)
	if h := d.Host; h != nil {
		p.put("csum", h.CSum).put("gso", h.GSO).put("host_tso4", h.TSO4).put("host_tso6", h.TSO6).put("host_ecn", h.ECN)
		p.put("host_ufo", h.UFO).put("mrg_rxbuf", h.MrgRXBuf)
	}
	if g := d.Guest; g != nil {
		p.put("guest_csum", g.CSum).put("guest_tso4", g.TSO4).put("guest_tso6", g.TSO6).put("guest_ecn", g.ECN)
		p.put("guest_ufo", g.UFO)
	}
	virtioOptions(p, &d.VirtioOptions)
	if q := b.usedQueues(n); q > 1 {
		p.set("mq", true)
		if n.Address == nil || n.Address.Type == domxml.AddressPCI {
			// One for each direction of each queue, and two more.
			p.set("vectors", 2*q+2)
		}
	}
	p.put("rx_queue_size", d.RXQueueSize).put("tx_queue_size", d.TXQueueSize)
	p.put("rss", d.RSS).put("hash", d.RSSHashReport)
}

// usedQueues is how many queues an interface has in fact: a tap device has
// those that were opened.
func (b *builder) usedQueues(n *domxml.Interface) uint {
	switch n.Type {
	case "vhostuser", "vdpa":
		return queues(n)
	}
	return uint(len(b.o.NetFDs[aliasName(n.Alias)].Tap))
}

// interfaceHostdev is a card of the host that the guest has for itself.
func (b *builder) interfaceHostdev(n *domxml.Interface, boot uint) error {
	s := value(n.Source)
	h := &domxml.Hostdev{
		Mode: "subsystem", Type: "pci", Managed: n.Managed, Teaming: n.Teaming,
		Source:   &domxml.HostdevSource{Address: s.Host, Vendor: s.Vendor, Product: s.Product},
		BootInfo: domxml.BootInfo{DeviceInfo: n.DeviceInfo},
	}
	if boot > 0 {
		h.Boot = &domxml.Boot{Order: boot}
	}
	if n.Driver != nil {
		h.Driver = &domxml.HostdevDriver{Name: n.Driver.Name, Model: n.Driver.Model}
	}
	if strings.EqualFold(s.Type, "usb") {
		h.Type = "usb"
	}
	return b.hostdev(h)
}
