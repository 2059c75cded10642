//go:build linux

package node

import (
	"path"
	"strconv"

	"github.com/govirtd/govirtd/domxml"
)

func (d *sysDevice) net() (string, *domxml.NodeDeviceCapability) {
	name := d.properties["INTERFACE"]
	link, ok := d.h.link(d.path)
	if name == "" || !ok {
		return "", nil
	}
	c := &domxml.NodeDeviceCapability{Type: domxml.CapNet, Interface: name, HWAddr: d.attr("address"), Link: link}
	for _, f := range d.h.features(name) {
		c.Features = append(c.Features, domxml.NamedDevice{Name: f})
	}
	kind := "80203"
	if d.properties["DEVTYPE"] == "wlan" {
		kind = "80211"
	}
	c.Capabilities = []domxml.NodeDeviceSubCapability{{Type: kind}}
	if c.HWAddr != "" {
		name += "_" + c.HWAddr
	}
	return "net_" + name, c
}

// link is the state of the cable of the network device at a path.
func (h *Host) link(dir string) (*domxml.HostLink, bool) {
	l := &domxml.HostLink{State: domxml.LinkState(h.word(path.Join(dir, "operstate")))}
	switch l.State {
	case domxml.LinkUnknown, domxml.LinkNotPresent, domxml.LinkDown, domxml.LinkLowerLayerDown, domxml.LinkTesting, domxml.LinkDormant:
	case domxml.LinkUp:
		// Who does not know says -1, which the reference takes as it is.
		if n, err := strconv.ParseInt(h.word(path.Join(dir, "speed")), 10, 64); err == nil {
			l.Speed = uint(uint32(n))
		}
	default:
		return nil, false
	}
	return l, true
}
