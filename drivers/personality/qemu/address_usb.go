package qemupersonality

import (
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// usbHub is a controller or a hub: what is plugged into its ports, by index
// from 0.
type usbHub struct {
	ports []usbPort
}

type usbPort struct {
	used bool
	hub  *usbHub // when the device is a hub
}

// hubPorts is how many ports QEMU's hub has.
const hubPorts = 8

// usbSet is the buses by the index of their controller.
type usbSet []*usbHub

// usbRootPorts is how many devices fit into a controller; companions lend their
// ports to the fast one.
func usbRootPorts(c *domxml.Controller) int {
	switch c.Model {
	case "piix3-uhci", "piix4-uhci", "vt82c686b-uhci", "qusb1", "qusb2":
		return 2
	case "pci-ohci":
		return 3
	case "ehci", "ich9-ehci1":
		return 6
	case "nec-xhci", "qemu-xhci":
		if c.Ports != nil {
			return *c.Ports
		}
		return 4
	}
	return 0
}

func (d *definition) newUSBSet() (usbSet, error) {
	var set usbSet
	for i := range d.Devices.Controllers {
		c := &d.Devices.Controllers[i]
		n := usbRootPorts(c)
		if c.Type != domxml.ControllerUSB || n == 0 {
			continue
		}
		for len(set) <= *c.Index && len(set) < maxPCIBuses {
			set = append(set, nil)
		}
		if *c.Index >= len(set) {
			continue
		}
		if set[*c.Index] != nil {
			return nil, errDevice("Duplicate USB controllers with index %d", *c.Index)
		}
		set[*c.Index] = &usbHub{ports: make([]usbPort, n)}
	}
	return set, nil
}

// usbPath reads a port such as 1.2; a single 0 or nothing is no port.
func usbPath(port string) []int {
	var path []int
	for _, s := range strings.Split(port, ".") {
		if n, err := strconv.Atoi(s); err == nil && n > 0 {
			path = append(path, n)
		}
	}
	return path
}

func usbPortName(path []int) string {
	s := make([]string, len(path))
	for i, n := range path {
		s[i] = strconv.Itoa(n)
	}
	return strings.Join(s, ".")
}

// hub finds what a device at a path is plugged into.
func (s usbSet) hub(a *domxml.Address, path []int) (*usbHub, error) {
	if a.Bus >= uint(len(s)) || s[a.Bus] == nil {
		return nil, errDevice("USB bus %d requested but no controller with that index is present", a.Bus)
	}
	h := s[a.Bus]
	for i, n := range path[:max(len(path)-1, 0)] {
		if n > len(h.ports) {
			return nil, errDevice("requested USB port %s not present on USB bus %d", a.Port, a.Bus)
		}
		if h.ports[n-1].hub == nil {
			return nil, errDevice("there is no hub at port %d in USB address bus: %d port: %s", path[i], a.Bus, a.Port)
		}
		h = h.ports[n-1].hub
	}
	if len(path) > 0 && path[len(path)-1] > len(h.ports) {
		return nil, errDevice("requested USB port %s not present on USB bus %d", a.Port, a.Bus)
	}
	return h, nil
}

// reserve takes the port that a document chose. Two hubs can never have one.
func (s usbSet) reserve(a *domxml.Address, isHub bool) error {
	path := usbPath(a.Port)
	h, err := s.hub(a, path)
	if err != nil {
		return err
	}
	p := &h.ports[path[len(path)-1]-1]
	if p.used {
		return errDevice("Duplicate USB address bus %d port %s", a.Bus, a.Port)
	}
	p.used = true
	if isHub {
		p.hub = &usbHub{ports: make([]usbPort, hubPorts)}
	}
	return nil
}

// maxUSBDepth is how many hubs there can be behind one another.
const maxUSBDepth = 4

// find looks for a free port on a hub, then on those that are plugged into it.
func (h *usbHub) find(path []int) []int {
	if len(path) >= maxUSBDepth {
		return nil
	}
	for i := range h.ports {
		if !h.ports[i].used {
			return append(path, i+1)
		}
	}
	for i := range h.ports {
		if sub := h.ports[i].hub; sub != nil {
			if found := sub.find(append(path[:len(path):len(path)], i+1)); found != nil {
				return found
			}
		}
	}
	return nil
}

// next finds a port and takes it; old says which bus it has to be on, if any.
func (s usbSet) next(old *domxml.Address, isHub bool) (*domxml.Address, error) {
	for i, h := range s {
		if h == nil || old != nil && old.Type == domxml.AddressUSB && int(old.Bus) != i {
			continue
		}
		path := h.find(nil)
		if path == nil {
			continue
		}
		a := domxml.USBAddress(uint(i), usbPortName(path))
		return a, s.reserve(a, isHub)
	}
	if old != nil && old.Type == domxml.AddressUSB {
		if old.Bus >= uint(len(s)) || s[old.Bus] == nil {
			return nil, errDevice("USB bus %d requested but no controller with that index is present", old.Bus)
		}
	}
	return nil, errDevice("No free USB ports")
}

// freePorts counts what is there for devices without a place.
func (h *usbHub) freePorts() (n int) {
	for i := range h.ports {
		if !h.ports[i].used {
			n++
		}
		if h.ports[i].hub != nil {
			n += h.ports[i].hub.freePorts()
		}
	}
	return n
}

// usbClient is a device on a USB bus.
type usbClient struct {
	address **domxml.Address
	hub     bool
}

func (c *usbClient) has() bool {
	a := *c.address
	return a != nil && a.Type == domxml.AddressUSB && len(usbPath(a.Port)) > 0
}

// usbClients are the devices in the order in which they get ports, hubs first.
func (d *definition) usbClients() []usbClient {
	var out []usbClient
	v := &d.Devices
	add := func(a **domxml.Address) { out = append(out, usbClient{address: a}) }
	for i := range v.Hubs {
		out = append(out, usbClient{&v.Hubs[i].Address, true})
	}
	for i := range v.Disks {
		if v.Disks[i].Target.Bus == domxml.DiskBusUSB {
			add(&v.Disks[i].Address)
		}
	}
	for i := range v.Interfaces {
		if n := &v.Interfaces[i]; isUSBNIC(n) {
			add(&n.Address)
		}
	}
	for i := range v.Sounds {
		if v.Sounds[i].Model == "usb" {
			add(&v.Sounds[i].Address)
		}
	}
	for i := range v.Hostdevs {
		if h := &v.Hostdevs[i]; h.Mode == "subsystem" && h.Type == "usb" {
			add(&h.Address)
		}
	}
	for i := range v.Filesystems {
		if f := &v.Filesystems[i]; f.Driver != nil && f.Driver.Type == "mtp" {
			add(&f.Address)
		}
	}
	for i := range v.Controllers {
		if v.Controllers[i].Type == domxml.ControllerCCID {
			add(&v.Controllers[i].Address)
		}
	}
	for i := range v.Serials {
		if v.Serials[i].Target.Type == "usb-serial" {
			add(&v.Serials[i].Address)
		}
	}
	for i := range v.Inputs {
		if v.Inputs[i].Bus == "usb" {
			add(&v.Inputs[i].Address)
		}
	}
	for i := range v.RedirDevs {
		add(&v.RedirDevs[i].Address)
	}
	return out
}

// assignUSB gives the devices ports, and adds hubs where there are too few.
func (d *definition) assignUSB() error {
	clients := d.usbClients()
	if d.usbDisabled() && len(clients) > 0 {
		return errUnsupported("USB is disabled for this domain, but USB devices are present in the domain XML")
	}
	for i := range clients {
		if a := *clients[i].address; a != nil && a.Type != domxml.AddressUSB && !clients[i].hub {
			return errDevice("Invalid address for a USB device")
		}
	}
	set, err := d.newUSBSet()
	if err != nil || len(set) == 0 {
		return err
	}
	if err := d.reserveUSB(set, clients); err != nil {
		return err
	}
	d.addHubs(set, clients)
	clients = d.usbClients()
	for i := range clients {
		c := &clients[i]
		if c.has() {
			continue
		}
		a, err := set.next(*c.address, c.hub)
		if err != nil {
			return err
		}
		*c.address = a
	}
	return nil
}

// reserveUSB takes the ports that the document chose; hubs come in any order,
// each after that which it is plugged into.
func (d *definition) reserveUSB(set usbSet, clients []usbClient) error {
	for depth := 1; depth <= maxUSBDepth; depth++ {
		for i := range clients {
			if c := &clients[i]; c.hub && c.has() && len(usbPath((*c.address).Port)) == depth {
				if err := set.reserve(*c.address, true); err != nil {
					return err
				}
			}
		}
	}
	for i := range clients {
		if c := &clients[i]; !c.hub && c.has() {
			if err := set.reserve(*c.address, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// addHubs adds as many as the devices without a port need; each takes a port,
// too.
func (d *definition) addHubs(set usbSet, clients []usbClient) {
	need, free := 0, 0
	for i := range clients {
		if !clients[i].has() {
			need++
			if clients[i].hub {
				free += hubPorts
			}
		}
	}
	for _, h := range set {
		if h != nil {
			free += h.freePorts()
		}
	}
	if need <= free {
		return
	}
	for range (need - free + 1 + hubPorts - 2) / (hubPorts - 1) {
		d.Devices.Hubs = append(d.Devices.Hubs, domxml.Hub{Type: "usb"})
	}
}
