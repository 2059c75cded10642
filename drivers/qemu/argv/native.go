package argv

import "github.com/govirtd/govirtd/domxml"

// PrepareNative is Prepare for a command line that is only shown: nothing of
// the host is asked or opened. Interfaces are taps of a made-up descriptor,
// whatever they are connected to, and ports of servers are the first ones.
func PrepareNative(d *domxml.Domain, o *Options) error {
	for i := range d.Devices.Graphics {
		nativePorts(&d.Devices.Graphics[i])
	}
	for i := range d.Devices.Interfaces {
		nativeInterface(&d.Devices.Interfaces[i])
	}
	if err := Prepare(d, o); err != nil {
		return err
	}
	if o.NetFDs == nil {
		o.NetFDs = map[string]NetFDs{}
	}
	for i := range d.Devices.Interfaces {
		alias := aliasName(d.Devices.Interfaces[i].Alias)
		if _, ok := o.NetFDs[alias]; !ok {
			o.NetFDs[alias] = NetFDs{Tap: []int{nativeFD + i}}
		}
	}
	return nil
}

// nativeFD is the first of the made-up descriptors.
const nativeFD = 25

// The ports of servers that choose theirs when they start.
const (
	nativeVNC   = 5900
	nativeSPICE = 5901
)

func nativePorts(g *domxml.Graphics) {
	port := func(n int) *int { return &n }
	switch g.Type {
	case "vnc":
		if g.AutoPort != domxml.No || value(g.Port) == -1 {
			g.Port = port(nativeVNC)
		}
	case "spice":
		if g.AutoPort == domxml.Yes {
			g.Port = port(nativeSPICE)
		}
	}
}

// nativeInterface keeps of an interface what the guest sees of it, without
// the settings of its driver.
func nativeInterface(n *domxml.Interface) {
	if n.Type == "hostdev" {
		return
	}
	address := n.Address
	*n = domxml.Interface{Type: "ethernet", MAC: n.MAC, Model: n.Model}
	n.Address = address
}
