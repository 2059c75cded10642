package engine

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// settleNetwork does what the reference's network driver does to a document
// that it is given: it refuses what the kind of network does not have, and
// gives the bridge that libvirt makes a name and an address.
func (h *Host) settleNetwork(ctx context.Context, tree *domxml.Network) error {
	own := tree.MakesBridge()
	if !own {
		if err := checkForeignBridge(tree); err != nil {
			return err
		}
	}
	if err := checkDHCPSections(tree); err != nil {
		return err
	}
	if err := checkPortGroups(tree); err != nil {
		return err
	}
	if !own {
		return nil
	}
	if err := h.nameBridge(ctx, tree); err != nil {
		return err
	}
	if tree.MAC == nil {
		tree.MAC = &domxml.NetworkMAC{Address: domxml.MAC{0x52, 0x54, 0x00}}
		h.random(tree.MAC.Address[3:])
	}
	return nil
}

func errNetworkUnsupported(format string, args ...any) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrConfigUnsupported, format, args...)
}

// checkForeignBridge refuses what libvirt serves on its own bridges only, in
// the reference's order.
func checkForeignBridge(w *domxml.Network) error {
	dns := w.DNS != nil && len(w.DNS.Forwarders)+len(w.DNS.TXTs)+len(w.DNS.SRVs)+len(w.DNS.Hosts) > 0
	for _, element := range []struct {
		name  string
		there bool
	}{
		{"<mac>", w.MAC != nil}, {"<ip>", len(w.IPs) > 0}, {"<dns>", dns}, {"<domain>", w.Domain != nil},
		{"network-wide <bandwidth>", w.Bandwidth != nil && w.Forward.Mode != domxml.ForwardBridge},
	} {
		if element.there {
			return errNetworkUnsupported("Unsupported %s element in network %s with forward mode='%s'", element.name, w.Name, w.Forward.Mode)
		}
	}
	return nil
}

// checkDHCPSections allows one for each family.
func checkDHCPSections(w *domxml.Network) error {
	found := map[string]bool{}
	for i := range w.IPs {
		if d := w.IPs[i].DHCP; d == nil || len(d.Ranges)+len(d.Hosts) == 0 {
			continue
		}
		family := "IPv4"
		if w.IPs[i].Family == "ipv6" {
			family = "IPv6"
		}
		if found[family] {
			return errNetworkUnsupported("Multiple %[1]s dhcp sections found -- dhcp is supported only for a single %[1]s address on each network", family)
		}
		found[family] = true
	}
	return nil
}

// checkPortGroups wants names and the default to be unique, and tags and limits
// where the kind of network has them.
func checkPortGroups(w *domxml.Network) error {
	mode := domxml.ForwardMode("")
	if w.Forward != nil {
		mode = w.Forward.Mode
	}
	var byDefault *domxml.PortGroup
	for i := range w.PortGroups {
		g := &w.PortGroups[i]
		if g.Bandwidth != nil && !w.MakesBridge() && mode != domxml.ForwardBridge {
			return errNetworkUnsupported("Unsupported <bandwidth> element in network '%s' in portgroup '%s' with forward mode='%s'", w.Name, g.Name, mode)
		}
		if slices.ContainsFunc(w.PortGroups[:i], func(o domxml.PortGroup) bool { return o.Name == g.Name }) {
			return errNetworkUnsupported("multiple <portgroup> elements with the same name (%s) in network '%s'", g.Name, w.Name)
		}
		if g.Default != domxml.Yes {
			continue
		}
		if byDefault != nil {
			return errNetworkUnsupported("network '%s' has multiple default <portgroup> elements (%s and %s), but only one default is allowed",
				w.Name, byDefault.Name, g.Name)
		}
		byDefault = g
	}
	// Guests of a bridge are tagged by the kernel or by Open vSwitch; those that
	// have a device for themselves by the device.
	tags := mode == domxml.ForwardHostdev || mode == domxml.ForwardPassthrough ||
		mode == domxml.ForwardBridge && (w.VirtualPort == nil || w.VirtualPort.Type == "openvswitch")
	refused := w.VLAN != nil && !tags
	for i := range w.PortGroups {
		g := &w.PortGroups[i]
		may := tags
		if g.VirtualPort != nil {
			may = mode == domxml.ForwardBridge && g.VirtualPort.Type == "openvswitch"
		}
		refused = refused || g.VLAN != nil && !may
	}
	if refused {
		return errNetworkUnsupported("<vlan> element specified for network %s, whose type doesn't support vlan configuration", w.Name)
	}
	return nil
}

// defaultBridge is the pattern of a bridge that has no name.
const defaultBridge = "virbr%d"

// nameBridge finds a name for a bridge that has none, or a pattern of one. Two
// clients that define networks at the same moment may be given the same name:
// the second hears that it is in use.
func (h *Host) nameBridge(ctx context.Context, tree *domxml.Network) error {
	if tree.Bridge == nil {
		tree.Bridge = &domxml.NetworkBridge{}
	}
	pattern := tree.Bridge.Name
	switch {
	case pattern == "", strings.Contains(pattern, "%d") && strings.Count(pattern, "%") > 1:
		pattern = defaultBridge
	case !strings.Contains(pattern, "%d"):
		return nil
	}
	taken := map[string]bool{}
	h.networks.mu.RLock()
	for _, n := range h.networks.order {
		if r := n.load(); r.name != tree.Name {
			taken[r.def.bridge], taken[r.config().bridge] = true, true
		}
	}
	h.networks.mu.RUnlock()
	if l, ok := h.backend.(drivers.InterfaceLister); ok {
		devices, err := l.Interfaces(ctx)
		if err != nil {
			return err
		}
		for _, d := range devices {
			taken[d.Document.Name] = true
		}
	}
	for n := 0; ; n++ {
		if name := strings.Replace(pattern, "%d", strconv.Itoa(n), 1); !taken[name] {
			tree.Bridge.Name = name
			return nil
		}
	}
}
