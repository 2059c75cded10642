package qemupersonality

import (
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// completeInterfaces chooses the card.
func (d *definition) completeInterfaces() error {
	for i := range d.Devices.Interfaces {
		n := &d.Devices.Interfaces[i]
		if n.Model == nil && n.Type != "hostdev" {
			n.Model = &domxml.InterfaceModel{Type: d.defaultNIC(n.Type)}
		}
	}
	return nil
}

// defaultNIC is the card that guests of all ages know; what is at the other
// end may know only one.
func (d *definition) defaultNIC(kind string) string {
	switch {
	case kind == "vdpa", kind == "vhostuser":
		return "virtio"
	case d.isS390(), d.isVirt():
		return "virtio"
	case d.isARM():
		if d.machine("versatilepb") {
			return "smc91c111"
		}
		return "lan9118"
	case d.emu.HasType("rtl8139"):
		return "rtl8139"
	case d.emu.HasType("e1000"):
		return "e1000"
	case d.emu.HasType("virtio-net-pci"):
		return "virtio"
	}
	return ""
}

// isVirtio says whether a card is a virtio one.
func isVirtio(n *domxml.Interface) bool {
	return n.Model != nil && strings.HasPrefix(n.Model.Type, "virtio")
}

// validateInterfaces refuses what QEMU or its driver has no place for.
func (d *definition) validateInterfaces() error {
	for i := range d.Devices.Interfaces {
		n := &d.Devices.Interfaces[i]
		if err := inOrder(
			func() error { return validateGuestIPs(n) },
			func() error { return d.validateNICBackend(n) },
			func() error { return validateNICOptions(n) },
			func() error { return validateTeaming(n) },
		); err != nil {
			return err
		}
	}
	return nil
}

// validateGuestIPs allows addresses of the network that QEMU itself makes, one
// of each family.
func validateGuestIPs(n *domxml.Interface) error {
	passt := n.Backend != nil && n.Backend.Type == "passt"
	if n.Type != "user" && !(n.Type == "vhostuser" && passt) {
		if len(n.IPs) > 0 {
			return errUnsupported("Invalid attempt to set network interface guest-side IP address info, not supported by QEMU")
		}
	} else {
		v4, v6 := false, false
		for _, ip := range n.IPs {
			a, err := netip.ParseAddr(ip.Address)
			if err != nil {
				continue
			}
			prefix, hasPrefix := strconv.Atoi(ip.Prefix)
			if ip.Peer != "" {
				return errUnsupported("Invalid attempt to set peer IP for guest")
			}
			if a.Is4() {
				if v4 {
					return errUnsupported("Only one IPv4 address per interface is allowed")
				}
				v4 = true
				if hasPrefix == nil && prefix > 0 && (prefix < 4 || prefix > 27) {
					return errXML("invalid prefix, must be in range of 4-27")
				}
				continue
			}
			if v6 {
				return errUnsupported("Only one IPv6 address per interface is allowed")
			}
			v6 = true
			if hasPrefix == nil && prefix != 64 && prefix != 0 {
				return errUnsupported("unsupported IPv6 address prefix='%d' - must be 64", prefix)
			}
		}
	}
	if len(n.Routes) > 0 {
		return errUnsupported("Invalid attempt to set network interface guest-side IP route, not supported by QEMU")
	}
	return nil
}

// validateNICBackend checks what is at the other end.
func (d *definition) validateNICBackend(n *domxml.Interface) error {
	switch n.Type {
	case "vdpa", "vhostuser":
		if !isVirtio(n) {
			return errUnsupported("invalid model for interface of type '%s': '%s' - must be 'virtio'", n.Type, n.Model.Type)
		}
	}
	if n.Type != "vhostuser" {
		return nil
	}
	passt := n.Backend != nil && n.Backend.Type == "passt"
	if s := n.Source; s != nil && !passt {
		switch {
		case s.Path == "":
			return errXML("Missing required attribute 'path' in element 'source'")
		case s.Mode == "server" && s.Reconnect != nil:
			return errUnsupported("'reconnect' attribute is not supported when source mode='server' for <interface type='vhostuser'>")
		}
	}
	if !d.sharedMemory() {
		return errUnsupported("'interface' requires shared memory")
	}
	return nil
}

// validateNICOptions checks sizes, and what only some types have.
func validateNICOptions(n *domxml.Interface) error {
	if v := n.Driver; v != nil && isVirtio(n) {
		if bits.OnesCount(v.RXQueueSize) > 1 {
			return errUnsupported("rx_queue_size has to be a power of two")
		}
		if bits.OnesCount(v.TXQueueSize) > 1 {
			return errUnsupported("tx_queue_size has to be a power of two")
		}
	}
	if n.MTU != nil && n.MTU.Size > 0 {
		switch n.Type {
		case "network", "bridge", "ethernet", "vhostuser", "direct":
		default:
			return errUnsupported("setting MTU on interface type %s is not supported yet", n.Type)
		}
	}
	if n.Coalesce != nil {
		switch n.Type {
		case "network", "bridge", "ethernet", "direct":
		default:
			return errUnsupported("coalesce settings on interface type %s are not supported", n.Type)
		}
	}
	if b := n.Bandwidth; b != nil && b.Inbound != nil && b.Inbound.Floor != 0 && n.Type != "network" {
		return vir.Errorf(vir.FromNone, vir.ErrConfigUnsupported, "floor attribute is not supported for this config")
	}
	return nil
}

// validateTeaming wants a pair of which one can come and go.
func validateTeaming(n *domxml.Interface) error {
	if n.Teaming == nil {
		return nil
	}
	switch n.Teaming.Type {
	case "persistent":
		if !isVirtio(n) {
			return errUnsupported("virtio-net teaming persistent interface must be <model type='virtio'/>, not '%s'", n.Model.Type)
		}
	case "transient":
		if n.Type != "hostdev" && n.Type != "network" {
			return errUnsupported("virtio-net teaming transient interface must be type='hostdev', not '%s'", n.Type)
		}
	}
	return nil
}
