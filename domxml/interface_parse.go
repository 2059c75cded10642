package domxml

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/govirtd/govirtd/protocol/vir"
)

// parseNode reads a card; what belongs to another type is dropped.
func (i *Interface) parseNode(d *decoder, n node) error {
	i.Type, _ = n.Attr("type")
	if i.Type == "" {
		i.Type = "user"
	}
	kind := i.Type
	if !slices.Contains(interfaceTypes, kind) {
		return errValue("type", n.Name(), kind, "")
	}
	if err := checkMAC(n); err != nil {
		return err
	}
	if err := d.plain(n, i); err != nil {
		return err
	}
	i.Type = kind
	if i.Type != "hostdev" {
		i.Managed = ""
	}
	if q, err := parseBandwidth(d, n, mayFloor); err != nil {
		return err
	} else if q == nil {
		i.Bandwidth = nil
	}
	if err := i.parsedSource(d.live); err != nil {
		return err
	}
	if err := i.parsedTarget(d); err != nil {
		return err
	}
	return i.parsedParts()
}

// checkMAC judges the address as it is written.
func checkMAC(n node) error {
	s := attrOf(n.Child("mac"), "address")
	if s == "" {
		return nil
	}
	m, ok := ParseMAC(s)
	if !ok {
		return errXML("unable to parse mac address '%s'", s)
	}
	if m.IsMulticast() {
		return errXML("expected unicast mac address, found multicast '%s'", s)
	}
	return nil
}

func (i *Interface) needSource() error {
	return errXML("interface type='%s' requires a 'source' element", i.Type)
}

// parsedSource keeps what the type's source has. That of a network says also
// what a running card is connected to.
func (i *Interface) parsedSource(live bool) error {
	s := i.Source
	if s == nil {
		switch i.Type {
		case "network", "bridge", "direct", "internal", "server", "client", "mcast", "udp", "vdpa", "vds":
			return i.needSource()
		case "vhostuser":
			if !i.isPasst() {
				i.Source = &InterfaceSource{Type: "unix", Mode: "client"}
			}
		case "hostdev":
			return errUnsupported("unknown host device source address type '(null)'")
		}
		return nil
	}
	k := InterfaceSource{IPs: s.IPs, Routes: s.Routes}
	required := func(name, value string) error {
		if value == "" {
			return errMissing(name, "source")
		}
		return nil
	}
	var err error
	switch i.Type {
	case "network":
		k.Network, k.PortGroup = s.Network, s.PortGroup
		if live {
			k.PortID, k.Bridge, k.MACTable, k.Dev, k.Mode = s.PortID, s.Bridge, s.MACTable, s.Dev, s.Mode
		}
		err = required("network", s.Network)
	case "bridge":
		k.Bridge, k.MACTable = s.Bridge, s.MACTable
		err = required("bridge", s.Bridge)
	case "direct":
		if k.Dev, k.Mode = s.Dev, s.Mode; k.Mode == "" {
			k.Mode = "vepa"
		}
		if !slices.Contains([]string{"vepa", "private", "bridge", "passthrough"}, k.Mode) {
			return errValue("mode", "source", k.Mode, "")
		}
		err = required("dev", s.Dev)
	case "vhostuser":
		if s.Type != "" && s.Type != "unix" {
			return errUnsupported("Type='%s' unsupported for <interface type='vhostuser'>", s.Type)
		}
		if i.isPasst() {
			k.Dev = s.Dev
			break
		}
		k.Type, k.Path, k.Mode, k.Reconnect = "unix", s.Path, s.Mode, s.Reconnect.said()
		if k.Mode == "" {
			k.Mode = "client"
		}
	case "server", "client", "mcast", "udp":
		k.Address, k.Port, k.Local = s.Address, s.Port, s.Local
		if err = required("port", s.Port); err == nil && i.Type != "server" {
			err = required("address", s.Address)
		}
		if i.Type != "udp" {
			k.Local = nil
		} else if k.Local == nil && err == nil {
			return errXML("'<local>' element missing for 'udp' socket interface")
		}
	case "internal":
		k.Name = s.Name
		err = required("name", s.Name)
	case "vdpa":
		k.Dev = s.Dev
		err = required("dev", s.Dev)
	case "user":
		if i.isPasst() {
			k.Dev = s.Dev
		}
	case "hostdev":
		k.Host, k.StartupPolicy = s.Host, s.StartupPolicy
		k.Missing = s.Missing
		if s.Host == nil || s.Host.Type == "" {
			return errUnsupported("unknown host device source address type '(null)'")
		}
		if s.Host.Type != "pci" && s.Host.Type != "usb" {
			return errUnsupported("unknown host device source address type '%s'", s.Host.Type)
		}
		if h := k.Host; h.Type == "pci" {
			k.Host = &HostdevAddress{Type: "pci", Domain: orZero(h.Domain), Bus: orZero(h.Bus), Slot: orZero(h.Slot), Function: orZero(h.Function)}
		} else {
			k.Vendor, k.Product, k.GuestReset = s.Vendor, s.Product, s.GuestReset
			k.Host, err = parsedUSB(s.Vendor, s.Product, h)
		}
	case "vds":
		k.SwitchID, k.PortID, k.PortGroupID, k.ConnectionID = s.SwitchID, cmp.Or(s.PortID, "0"), s.PortGroupID, cmp.Or(s.ConnectionID, "0")
	}
	i.Source = &k
	return err
}

// isPasst says whether the card's packets go through that program, which makes
// the socket itself.
func (i *Interface) isPasst() bool { return i.Backend != nil && i.Backend.Type == "passt" }

// hostNames begin the names that the host chooses itself: a document that
// has one was copied from a running domain.
var hostNames = []string{"vnet", "macvtap", "macvlan"}

func (i *Interface) parsedTarget(d *decoder) error {
	t := i.Target
	if t == nil {
		return nil
	}
	if !d.live && slices.ContainsFunc(hostNames, func(p string) bool { return strings.HasPrefix(t.Dev, p) }) {
		t.Dev = ""
	}
	if i.Type != "ethernet" {
		t.Managed = ""
	}
	if *t == (InterfaceTarget{}) {
		i.Target = nil
	}
	return nil
}

func (i *Interface) parsedParts() error {
	if i.Script != nil && i.Script.Path == "" {
		i.Script = nil
	}
	if i.DownScript != nil && i.DownScript.Path == "" {
		i.DownScript = nil
	}
	if i.Link != nil && i.Link.State == "" {
		i.Link = nil
	}
	if i.Model != nil {
		if i.Model.Type == "" {
			i.Model = nil
		} else if strings.Trim(i.Model.Type, modelNameChars) != "" {
			return vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "Model name contains invalid characters")
		}
		for _, m := range knownModels {
			if i.Model != nil && strings.EqualFold(m, i.Model.Type) {
				i.Model.Type = m
			}
		}
	}
	if err := i.parsedDriver(); err != nil {
		return err
	}
	for _, r := range i.IPs {
		if r.Address == "" {
			return errXML("Missing address in <ip>")
		}
	}
	switch {
	case i.FilterRef == nil:
	case slices.Contains(filteredTypes, i.Type) && !i.FilterRef.nameless:
		// the same value twice counts once, here and nowhere else
		i.FilterRef.Parameters = slices.Compact(i.FilterRef.Parameters)
	default:
		i.FilterRef = nil
	}
	if i.Backend != nil && !i.isVirtio() {
		i.Backend.Vhost = ""
	}
	if t := i.Teaming; t != nil && t.Type == "" {
		if t.Persistent != "" {
			return errUnsupported("unknown teaming type '(null)'")
		}
		i.Teaming = nil
	}
	if t := i.Teaming; t != nil && t.Type == "transient" && t.Persistent == "" {
		return errUnsupported("teaming persistent attribute must be set if teaming type is 'transient'")
	}
	if i.Teaming != nil && i.Teaming.Type == "persistent" {
		i.Teaming.Persistent = ""
	}
	return nil
}

// filteredTypes are those whose packets a network filter sees.
var filteredTypes = []string{"ethernet", "network", "bridge"}

// knownModels are models whose names may be in any case.
var knownModels = []string{
	"rtl8139", "virtio", "virtio-transitional", "virtio-non-transitional", "e1000", "e1000e", "igb", "usb-net", "spapr-vlan", "lan9118",
	"smc91c111", "netfront", "vlance", "vmxnet", "vmxnet2", "vmxnet3", "Am79C970A", "Am79C973", "82540EM", "82545EM", "82543GC",
}

const modelNameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

// isVirtio says whether the card is a paravirtual one, which alone has
// options for its driver.
func (i *Interface) isVirtio() bool {
	return i.Model != nil && slices.Contains([]string{"virtio", "virtio-transitional", "virtio-non-transitional"}, i.Model.Type)
}

func (i *Interface) parsedDriver() error {
	v := i.Driver
	if v == nil {
		return nil
	}
	if i.Type == "hostdev" {
		i.Driver = &InterfaceDriver{Name: v.Name, Model: v.Model}
		if v.Name != "" && !slices.Contains([]string{"kvm", "vfio", "xen"}, v.Name) {
			return errValue("name", "driver", v.Name, "")
		}
		return nil
	}
	if v.Name != "" && v.Name != "qemu" && v.Name != "vhost" {
		return errValue("name", "driver", v.Name, "")
	}
	v.Model = ""
	if v.Queues == 1 {
		v.Queues = 0
	}
	if !i.isVirtio() {
		i.Driver = nil
		return v.validateAbsent()
	}
	if v.Host != nil && *v.Host == (HostOffload{}) {
		v.Host = nil
	}
	if v.Guest != nil && *v.Guest == (GuestOffload{}) {
		v.Guest = nil
	}
	return nil
}

// sort puts parameters into the order of their names.
func (f *FilterRef) sort() {
	slices.SortStableFunc(f.Parameters, func(a, b FilterParameter) int { return strings.Compare(a.Name, b.Name) })
}

// parsed settles the family, which an address has even if it does not say so.
func (a *IPAddress) parsed(*decoder, node) error {
	if a.Family == "" {
		a.Family = "ipv4"
		if strings.Contains(a.Address, ":") {
			a.Family = "ipv6"
		}
	}
	return nil
}

// hostdevOrder is the order of elements for cards of the host, whose driver
// comes before the source.
var hostdevOrder = sync.OnceValue(func() *plan {
	p := *planOf(reflect.TypeFor[Interface]())
	p.elems = slices.Clone(p.elems)
	driver := slices.IndexFunc(p.elems, func(f field) bool { return f.name == "driver" })
	source := slices.IndexFunc(p.elems, func(f field) bool { return f.name == "source" })
	f := p.elems[driver]
	p.elems = slices.Insert(slices.Delete(p.elems, driver, driver+1), source, f)
	return &p
})

func (i *Interface) formatElement(e *encoder, name string) {
	v := reflect.ValueOf(i).Elem()
	p := planOf(v.Type())
	if i.Type == "hostdev" {
		p = hostdevOrder()
	}
	e.fields(name, v, p, nil)
}
