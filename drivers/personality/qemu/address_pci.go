package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// pciClient is a device that needs a place on a PCI bus.
type pciClient struct {
	address **domxml.Address
	kind    pciKind
	// controller is set for controllers, which the chipset may know.
	controller *domxml.Controller
	primary    bool // the first screen
	sound      bool
}

// has says that the client has its place. The slot of the host bridge stands
// for none.
func (c *pciClient) has() bool {
	a := *c.address
	return a != nil && a.Type == domxml.AddressPCI && a.Domain|a.Bus|a.Slot != 0
}

// elsewhere says that it sits on another kind of bus. Where a document puts
// such a device on a PCI bus, its place is taken all the same.
func (c *pciClient) elsewhere() bool {
	a := *c.address
	return a != nil && a.Type != domxml.AddressPCI || c.kind == 0 && !c.has()
}

// pciClients are the devices in the order in which they get places.
func (d *definition) pciClients() []pciClient {
	var out []pciClient
	v := &d.Devices
	add := func(a **domxml.Address, kind pciKind) { out = append(out, pciClient{address: a, kind: kind}) }
	for i := range v.Controllers {
		if c := &v.Controllers[i]; c.Type == domxml.ControllerPCI {
			out = append(out, pciClient{address: &c.Address, kind: d.controllerKind(c), controller: c})
		}
	}
	for i := range v.Filesystems {
		add(&v.Filesystems[i].Address, d.filesystemKind(&v.Filesystems[i]))
	}
	for i := range v.Interfaces {
		add(&v.Interfaces[i].Address, d.interfaceKind(&v.Interfaces[i]))
	}
	for i := range v.Sounds {
		s := &v.Sounds[i]
		kind := pciKind(0)
		if s.Model == "virtio" {
			kind = d.expressKind()
		} else if soundOnPCI(s.Model) {
			if kind = plainPCI; s.Model == "ich7" {
				kind = pciNowhere
			}
		}
		out = append(out, pciClient{address: &s.Address, kind: kind, sound: s.Model == "ich9"})
	}
	for i := range v.Controllers {
		if c := &v.Controllers[i]; c.Type != domxml.ControllerPCI {
			out = append(out, pciClient{address: &c.Address, kind: d.controllerKind(c), controller: c})
		}
	}
	for i := range v.Disks {
		kind := pciKind(0)
		if v.Disks[i].Target.Bus == domxml.DiskBusVirtio {
			kind = d.virtioKind(v.Disks[i].Model)
		}
		add(&v.Disks[i].Address, kind)
	}
	for i := range v.Hostdevs {
		add(&v.Hostdevs[i].Address, d.hostdevKind(&v.Hostdevs[i]))
	}
	if m := v.Memballoon; m != nil && m.Model != "none" {
		kind := d.virtioKind(m.Model)
		if m.Model == "xen" {
			kind = pciNowhere
		}
		add(&m.Address, kind)
	}
	for i := range v.RNGs {
		add(&v.RNGs[i].Address, d.virtioKind(v.RNGs[i].Model))
	}
	for i := range v.Watchdogs {
		if w := &v.Watchdogs[i]; w.Model == "i6300esb" {
			add(&w.Address, plainPCI)
		}
	}
	for i := range v.Videos {
		out = append(out, pciClient{address: &v.Videos[i].Address, kind: d.videoKind(&v.Videos[i]), primary: i == 0})
	}
	for i := range v.Shmems {
		add(&v.Shmems[i].Address, plainPCI)
	}
	for i := range v.Inputs {
		if n := &v.Inputs[i]; n.Bus == "virtio" {
			add(&n.Address, d.virtioKind(n.Model))
		}
	}
	for i := range v.Serials {
		if s := &v.Serials[i]; s.Target.Type == "pci-serial" {
			add(&s.Address, plainPCI)
		}
	}
	for i := range v.Memories {
		if m := &v.Memories[i]; m.Model == "virtio-pmem" || m.Model == "virtio-mem" {
			add(&m.Address, d.expressKind())
		}
	}
	if v.VSock != nil {
		add(&v.VSock.Address, d.virtioKind(v.VSock.Model))
	}
	for i := range v.Cryptos {
		add(&v.Cryptos[i].Address, plainPCI)
	}
	for i := range v.Panics {
		if p := &v.Panics[i]; p.Model == "pvpanic" {
			add(&p.Address, d.integratedKind())
		}
	}
	if v.PStore != nil {
		add(&v.PStore.Address, plainPCI)
	}
	if v.IOMMU != nil && v.IOMMU.Model == "virtio" {
		add(&v.IOMMU.Address, d.integratedKind())
	}
	return out
}

// usesPCI says whether the machine has buses of that kind, or the document
// thinks so.
func (d *definition) usesPCI() bool { return d.rootModel() != "" }

// assignPCI gives the devices places on PCI buses. A trial finds out how many
// buses there have to be; then there are controllers for them, and the places
// are given out.
func (d *definition) assignPCI() error {
	if err := d.addMissingBuses(); err != nil {
		return err
	}
	set, err := d.newPCISet()
	if err != nil {
		return err
	}
	if err := d.placePCI(set, nil); err != nil {
		return err
	}
	d.markMultifunction()
	return d.numberPCI()
}

// addMissingBuses is the trial.
func (d *definition) addMissingBuses() error {
	if !d.usesPCI() {
		return nil
	}
	last := d.lastIndex(domxml.ControllerPCI)
	if last >= maxPCIBuses {
		return errDomain("PCI controller index %d too high, maximum is %d", last, maxPCIBuses-1)
	}
	set, err := d.trialSet()
	if err != nil {
		return err
	}
	tried := *d
	tried.Domain = d.trialCopy()
	if err := tried.placePCI(set, func() error {
		if set.express() || set.allFull() {
			return nil
		}
		_, err := set.next(plainPCI) // for a bridge
		return err
	}); err != nil {
		return err
	}
	if set.express() && last <= 0 && len(set.buses) > last+1 {
		if _, err := set.next(pcieDevice | pciHotplug); err != nil { // for what is plugged in later
			return err
		}
	}
	for i := 1; i < len(set.buses); i++ {
		if d.Controller(domxml.ControllerPCI, i) == nil {
			c := domxml.Controller{Type: domxml.ControllerPCI, Index: &i, Model: set.buses[i].model}
			c.PCIModel = &domxml.ControllerModel{Name: d.pciModelName(c.Model)}
			d.AddController(c)
		}
	}
	return nil
}

func (s *pciSet) allFull() bool {
	return !slices.ContainsFunc(s.buses, func(b *pciBus) bool { return !b.full() })
}

// trialCopy is a copy of the document whose places can be thrown away.
func (d *definition) trialCopy() *domxml.Domain {
	c := *d.Domain
	v := &c.Devices
	v.Controllers = slices.Clone(v.Controllers)
	v.Filesystems = slices.Clone(v.Filesystems)
	v.Interfaces = slices.Clone(v.Interfaces)
	v.Sounds = slices.Clone(v.Sounds)
	v.Disks = slices.Clone(v.Disks)
	v.Hostdevs = slices.Clone(v.Hostdevs)
	v.RNGs = slices.Clone(v.RNGs)
	v.Watchdogs = slices.Clone(v.Watchdogs)
	v.Videos = slices.Clone(v.Videos)
	v.Shmems = slices.Clone(v.Shmems)
	v.Inputs = slices.Clone(v.Inputs)
	v.Serials = slices.Clone(v.Serials)
	v.Memories = slices.Clone(v.Memories)
	v.Cryptos = slices.Clone(v.Cryptos)
	v.Panics = slices.Clone(v.Panics)
	if v.Memballoon != nil {
		v.Memballoon = new(*v.Memballoon)
	}
	if v.VSock != nil {
		v.VSock = new(*v.VSock)
	}
	if v.PStore != nil {
		v.PStore = new(*v.PStore)
	}
	if v.IOMMU != nil {
		v.IOMMU = new(*v.IOMMU)
	}
	return &c
}

// trialSet has a bus for each index up to the last that is used; those without
// a controller are of the kind that the machine would get.
func (d *definition) trialSet() (*pciSet, error) {
	set, err := d.newPCISet()
	if err != nil {
		return nil, err
	}
	set.trial = true
	for i, b := range set.buses {
		if b.model != "" {
			continue
		}
		model := "pci-bridge"
		if set.express() {
			model = "pcie-root-port"
		}
		set.buses[i] = newPCIBus(model)
	}
	return set, nil
}

// newPCISet has the buses of the controllers.
func (d *definition) newPCISet() (*pciSet, error) {
	set := &pciSet{}
	if !d.usesPCI() {
		return set, nil
	}
	for i := range d.Devices.Controllers {
		c := &d.Devices.Controllers[i]
		if c.Type != domxml.ControllerPCI {
			continue
		}
		for len(set.buses) <= *c.Index {
			set.buses = append(set.buses, newPCIBus(""))
		}
		if set.buses[*c.Index].model != "" {
			return nil, errDevice("Multiple '%s' controllers with index '%d'", c.Type, *c.Index)
		}
		set.buses[*c.Index] = newPCIBus(c.Model)
	}
	return set, nil
}

// placePCI takes the places that the document chose, those of the chipset and
// what extra takes, and gives out the others.
func (d *definition) placePCI(set *pciSet, extra func() error) error {
	clients := d.pciClients()
	for i := range clients {
		c := &clients[i]
		if c.has() && !c.elsewhere() {
			if at := *c.address; at.Domain == 0 && at.Bus == 0 && at.Slot == 1 {
				// the older PC has these on its board, where nothing else can be
				if f, _, ok := piix3Place(c); ok && f == at.Function {
					if len(set.buses) > 0 && set.express() {
						return errInternal("Bus 0 must be PCI for integrated PIIX3 USB or IDE controllers")
					}
					continue
				}
			}
			if err := set.reserve(*c.address, c.kind); err != nil {
				return err
			}
		}
	}
	if err := d.placeChipset(set, clients); err != nil {
		return err
	}
	if extra != nil {
		if err := extra(); err != nil {
			return err
		}
	}
	for i := range clients {
		c := &clients[i]
		if c.has() || c.elsewhere() {
			continue
		}
		if err := d.placeOne(set, clients, c); err != nil {
			return err
		}
	}
	return nil
}

// placeOne gives one device the next place.
func (d *definition) placeOne(set *pciSet, clients []pciClient, c *pciClient) error {
	if c.controller != nil && c.controller.Type == domxml.ControllerUSB {
		if _, ok := usb2Functions[c.controller.Model]; ok {
			return d.placeUSB2(set, clients, c)
		}
	}
	at, err := set.next(c.kind)
	if err != nil {
		return err
	}
	c.set(at)
	return nil
}

// set gives the device its place, and keeps what the document said about it.
func (c *pciClient) set(at *domxml.Address) {
	if old := *c.address; old != nil {
		at.ZPCI = old.ZPCI
	}
	*c.address = at
}

// markMultifunction says so at the first function of each slot in which there
// are others.
func (d *definition) markMultifunction() {
	type place struct{ domain, bus, slot uint }
	first, others := map[place]*domxml.Address{}, map[place]bool{}
	clients := d.pciClients()
	for i := range clients {
		c := &clients[i]
		if !c.has() || c.elsewhere() {
			continue
		}
		a := *c.address
		p := place{a.Domain, a.Bus, a.Slot}
		if a.Function == 0 {
			first[p] = a
		} else {
			others[p] = true
		}
	}
	for p := range others {
		if a := first[p]; a != nil && a.Multifunction == "" {
			a.Multifunction = domxml.On
		}
	}
}
