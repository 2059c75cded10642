package domxml

import (
	"slices"
	"strconv"

	"github.com/govirtd/govirtd/protocol/vir"
)

func (w *Network) parseForward(d *decoder, n node) error {
	c := n.Child("forward")
	if !c.Valid() {
		return nil
	}
	f := &NetworkForward{}
	mode := attrOf(c, "mode")
	switch {
	case mode == "":
		f.Mode = ForwardNAT
	case mode == "none", slices.Contains(f.Mode.values(), mode):
		f.Mode = ForwardMode(mode)
	default:
		return errNetUnsupported("unknown forwarding type '%s'", mode)
	}
	if f.Mode == ForwardHostdev {
		if f.Managed = No; attrOf(c, "managed") == "yes" {
			f.Managed = Yes
		}
	}
	if v := c.Child("driver"); v.Valid() {
		var r HostdevDriver
		if err := d.decode(v, &r); err != nil {
			return err
		}
		if r != (HostdevDriver{}) {
			f.Driver = &r
		}
	}
	if err := f.parseNAT(d, c); err != nil {
		return err
	}
	if err := f.parseDevices(d, c); err != nil {
		return err
	}
	if mode != "none" {
		w.Forward = f
	}
	return nil
}

// count is how many elements of a name there are.
func count(n node, name string) (total int) {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.IsElement(name) {
			total++
		}
	}
	return total
}

func (f *NetworkForward) parseNAT(d *decoder, n node) error {
	switch total := count(n, "nat"); {
	case total > 1:
		return errNet("Only one <nat> element is allowed in <forward> of network %s", d.network)
	case total == 0:
		return nil
	case f.Mode != ForwardNAT:
		return errNet("The <nat> element can only be used when <forward> 'mode' is 'nat' in network %s", d.network)
	}
	c := n.Child("nat")
	var t NetworkNAT
	if err := parseYesNo(c, "ipv6", &t.IPv6); err != nil {
		return err
	}
	if err := t.parseAddress(d, c); err != nil {
		return err
	}
	if err := t.parsePort(d, c); err != nil {
		return err
	}
	if t != (NetworkNAT{}) {
		f.NAT = &t
	}
	return nil
}

func (t *NetworkNAT) parseAddress(d *decoder, n node) error {
	switch total := count(n, "address"); {
	case total > 1:
		return errNet("Only one <address> element is allowed in <nat> in <forward> in network %s", d.network)
	case total == 0:
		return nil
	}
	c := n.Child("address")
	start, ok := c.Attr("start")
	if !ok {
		return errNet("missing 'start' attribute in <address> element in <nat> in <forward> in network %s", d.network)
	}
	end, ok := c.Attr("end")
	if !ok {
		return errNet("missing 'end' attribute in <address> element in <nat> in <forward> in network %s", d.network)
	}
	s, ok := parseIP(start)
	if !ok || !s.Is4() {
		return errNet("Bad ipv4 start address '%s' in <nat> in <forward> in network '%s'", start, d.network)
	}
	e, ok := parseIP(end)
	if !ok || !e.Is4() {
		return errNet("Bad ipv4 end address '%s' in <nat> in <forward> in network '%s'", end, d.network)
	}
	if err := checkAddressRange(s, e, nil); err != nil {
		return err
	}
	t.Address = &NATAddresses{Start: s.String(), End: e.String()}
	return nil
}

func (t *NetworkNAT) parsePort(d *decoder, n node) error {
	switch total := count(n, "port"); {
	case total > 1:
		return errNet("Only one <port> element is allowed in <nat> in <forward> in network %s", d.network)
	case total == 0:
		return nil
	}
	c := n.Child("port")
	start, err := strconv.ParseUint(attrOf(c, "start"), 10, 16)
	if err != nil {
		return errNetDetail("Missing or invalid 'start' attribute in <port> in <nat> in <forward> in network %s", d.network)
	}
	end, err := strconv.ParseUint(attrOf(c, "end"), 10, 16)
	if err != nil || end < start {
		return errNetDetail("Missing or invalid 'end' attribute in <port> in <nat> in <forward> in network %s", d.network)
	}
	if end > 0 {
		t.Port = &NATPorts{Start: uint(start), End: uint(end)}
	}
	return nil
}

// parseDevices reads the devices of the host. Interfaces win over addresses,
// and both over a physical function.
func (f *NetworkForward) parseDevices(d *decoder, n node) error {
	dev := attrOf(n, "dev")
	switch {
	case dev != "" && (count(n, "address") > 0 || count(n, "pf") > 0):
		return errNet("the <forward> 'dev' attribute cannot be used when <address> or <pf> sub-elements are present in network %s", d.network)
	case count(n, "interface") > 0:
		if err := f.parseInterfaces(d, n, dev); err != nil {
			return err
		}
	case count(n, "address") > 0:
		return f.parseAddresses(d, n)
	case dev != "":
		f.Interfaces = []ForwardInterface{{Dev: dev}}
	case count(n, "pf") > 1:
		return errNet("Only one <pf> element is allowed in <forward> of network %s", d.network)
	case count(n, "pf") == 1:
		s, ok := n.Child("pf").Attr("dev")
		if !ok {
			return errNet("Missing required dev attribute in <pf> element of network '%s'", d.network)
		}
		f.PF = &ForwardPF{Dev: s}
	}
	if len(f.Interfaces) > 0 {
		f.Dev = f.Interfaces[0].Dev
	}
	return nil
}

func (f *NetworkForward) parseInterfaces(d *decoder, n node, dev string) error {
	seen := map[string]bool{}
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement("interface") {
			continue
		}
		s, ok := c.Attr("dev")
		if !ok {
			return errNet("Missing required dev attribute in <forward> <interface> element of network %s", d.network)
		}
		if len(f.Interfaces) == 0 && dev != "" && dev != s {
			return errNet("<forward dev='%s'> must match first <interface dev='%s'/> in network %s", dev, s, d.network)
		}
		if seen[s] {
			return errNet("interface '%s' can only be listed once in network %s", s, d.network)
		}
		seen[s] = true
		f.Interfaces = append(f.Interfaces, ForwardInterface{Dev: s, Connections: d.connections(c)})
	}
	return nil
}

func (f *NetworkForward) parseAddresses(d *decoder, n node) error {
	for c := n.First(); c.Valid(); c = c.Next() {
		if !c.IsElement("address") {
			continue
		}
		s, ok := c.Attr("type")
		if !ok {
			return errNet("missing address type in network %s", d.network)
		}
		if s != "pci" {
			return errNetUnsupported("unknown address type '%s' in network %s", s, d.network)
		}
		var v pciAddress
		if err := d.plain(c, &v); err != nil {
			return err
		}
		if v.Bus > 0xff {
			return errPCI("Invalid PCI address bus='0x%x', must be <= 0xFF", v.Bus)
		}
		if v.Slot > 0x1f {
			return errPCI("Invalid PCI address slot='0x%x', must be <= 0x1F", v.Slot)
		}
		a := ForwardAddress{Type: "pci", Domain: v.Domain, Bus: v.Bus, Slot: v.Slot, Function: v.Function}
		same := func(o ForwardAddress) bool {
			o.Connections = 0
			return o == a
		}
		if slices.ContainsFunc(f.Addresses, same) {
			return errNet("PCI device '%04x:%02x:%02x.%x' can only be listed once in network %s", v.Domain, v.Bus, v.Slot, v.Function, d.network)
		}
		a.Connections = d.connections(c)
		f.Addresses = append(f.Addresses, a)
	}
	return nil
}

func errPCI(format string, args ...any) error {
	return vir.Errorf(vir.FromNone, vir.ErrXMLError, format, args...)
}

// MakesBridge says whether libvirt makes the network's bridge itself.
func (w *Network) MakesBridge() bool {
	if w.Forward == nil {
		return true
	}
	switch w.Forward.Mode {
	case ForwardNAT, ForwardRoute, ForwardOpen, "":
		return true
	}
	return false
}

// checkMode refuses what does not go with the way out, and gives the bridge
// that libvirt makes its defaults.
func (w *Network) checkMode(n node) error {
	mode := ForwardMode("")
	if w.Forward != nil {
		mode = w.Forward.Mode
	}
	b := w.Bridge
	if b == nil {
		b = &NetworkBridge{}
	}
	switch mode {
	case ForwardNAT, ForwardRoute:
		if len(w.IPs) == 0 {
			return errNet("%s forwarding requested, but no IP address provided for network '%s'", mode, w.Name)
		}
		if len(w.Forward.Interfaces)+len(w.Forward.Addresses) > 1 {
			return errNet("multiple forwarding interfaces specified for network '%s', only one is supported", w.Name)
		}
	case ForwardOpen:
		if len(w.Forward.Interfaces)+len(w.Forward.Addresses) > 0 {
			return errNet("forward dev not allowed for network '%s' with forward mode='open'", w.Name)
		}
	case ForwardBridge:
		if b.Name != "" && len(w.Forward.Interfaces)+len(w.Forward.Addresses) > 0 {
			return errNet("A network with forward mode='bridge' can specify a bridge name or a forward dev, but not both (network '%s')", w.Name)
		}
	case ForwardPrivate, ForwardVEPA, ForwardPassthrough, ForwardHostdev:
		switch {
		case b.Name != "":
			return errNet("bridge name not allowed in %s mode (network '%s')", mode, w.Name)
		case b.Zone != "":
			return errNet("bridge zone not allowed in %s mode (network '%s')", mode, w.Name)
		case b.MACTableManager != "":
			return errNet("bridge macTableManager setting not allowed in %s mode (network '%s')", mode, w.Name)
		}
	}
	if !w.MakesBridge() {
		if b.Delay != nil && *b.Delay > 0 || b.STP != "" || b.Zone != "" {
			return errNet("bridge delay/stp/zone options only allowed in open, route, nat, and isolated mode, not in %s (network '%s')", mode, w.Name)
		}
		if w.MTU != nil {
			return errNet("mtu size only allowed in open, route, nat, and isolated mode, not in %s (network '%s')", mode, w.Name)
		}
		if b.Delay = nil; *b == (NetworkBridge{}) {
			w.Bridge = nil
		}
		return nil
	}
	if b.STP == "" {
		b.STP = On
	}
	if b.Delay == nil {
		b.Delay = new(uint64)
	}
	w.Bridge = b
	return nil
}
