package qemupersonality

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// pciKind says what a device needs of the slot that it is plugged into, or, of
// a bus, what its slots take. The PCI bridges are kinds of their own, since
// each fits only some of the others.
type pciKind uint

const (
	pciDevice       pciKind = 1 << iota // conventional
	pcieDevice                          // an endpoint of PCI Express
	pcieRootPort                        // pcie-root-port
	pcieUpstream                        // pcie-switch-upstream-port
	pcieDownstream                      // pcie-switch-downstream-port
	pciDMIBridge                        // dmi-to-pci-bridge
	pciExpander                         // pci-expander-bus
	pcieExpander                        // pcie-expander-bus
	pciBridge                           // pci-bridge
	pcieToPCIBridge                     // pcie-to-pci-bridge
	pciHotplug                          // devices can come and go
	pciAggregate                        // shares a slot with its like
	pciIntegrated                       // on the first bus only
	pciNowhere                          // a device that should be there, and fits nowhere
)

// pciEndpoints are the kinds that a document may mix as it likes.
const pciEndpoints = pciDevice | pcieDevice

// pciConnectors are all kinds of plugs.
const pciConnectors = pciEndpoints | pcieRootPort | pcieUpstream | pcieDownstream | pciDMIBridge | pciExpander | pcieExpander |
	pciBridge | pcieToPCIBridge

// pciModels says of each model of controller what kind of device it is, what
// its slots take when a document chooses one, what is put there by itself, and
// which slots there are.
var pciModels = map[string]struct {
	is, takes, auto pciKind
	first, last     uint
}{
	"pci-root":                    {0, pciDevice | pciBridge | pciExpander, pciDevice | pciBridge | pciExpander | pciHotplug, 1, 31},
	"pci-bridge":                  {pciDevice | pciBridge, pciDevice | pciBridge, pciDevice | pciBridge | pciHotplug, 1, 31},
	"pci-expander-bus":            {pciExpander, pciDevice | pciBridge, pciDevice | pciHotplug, 0, 31},
	"pcie-root":                   {0, pcieDevice | pcieRootPort | pciDMIBridge | pcieExpander, pcieRootPort | pciDMIBridge | pcieExpander, 1, 31},
	"pcie-root-port":              {pcieRootPort | pciAggregate, pcieDevice | pcieUpstream | pcieToPCIBridge, pcieDevice | pcieUpstream | pcieToPCIBridge | pciHotplug, 0, 0},
	"dmi-to-pci-bridge":           {pciDMIBridge, pciDevice | pciBridge, pciBridge, 0, 31},
	"pcie-to-pci-bridge":          {pcieToPCIBridge, pciDevice | pciBridge, pciDevice | pciBridge | pciHotplug, 1, 31},
	"pcie-switch-upstream-port":   {pcieUpstream, pcieDownstream, pcieDownstream, 0, 31},
	"pcie-switch-downstream-port": {pcieDownstream, pcieDevice | pcieUpstream | pcieToPCIBridge, pcieDevice | pcieUpstream | pcieToPCIBridge | pciHotplug, 0, 0},
	"pcie-expander-bus":           {pcieExpander, pcieRootPort | pciDMIBridge, 0, 0, 31},
}

// pciBus is one bus with what is on it.
type pciBus struct {
	model       string
	takes, auto pciKind
	first, last uint
	slots       [32]pciSlot
}

// pciSlot has a bit for each function in use.
type pciSlot struct {
	used uint8
	// shared says that all in it share slots.
	shared bool
}

func newPCIBus(model string) *pciBus {
	m := pciModels[model]
	return &pciBus{model: model, takes: m.takes, auto: m.auto, first: m.first, last: m.last}
}

// full says that no slot is free.
func (b *pciBus) full() bool {
	for i := b.first; i <= b.last; i++ {
		if b.slots[i].used == 0 {
			return false
		}
	}
	return true
}

// pciSet is all buses of a domain, by the index of their controller.
type pciSet struct {
	buses []*pciBus
	// trial adds buses where there is no place left.
	trial bool
}

// name is what error texts call what a device needs.
func (k pciKind) name() string {
	switch {
	case k&pciDevice != 0:
		return "standard PCI device"
	case k&pcieDevice != 0:
		return "PCI Express device"
	case k&pcieRootPort != 0:
		return "pcie-root-port"
	case k&pcieUpstream != 0:
		return "pci-switch-upstream-port"
	case k&pcieDownstream != 0:
		return "pci-switch-downstream-port"
	case k&pciDMIBridge != 0:
		return "dmi-to-pci-bridge"
	case k&pcieToPCIBridge != 0:
		return "pcie-to-pci-bridge"
	case k&pciExpander != 0:
		return "pci-expander-bus"
	case k&pcieExpander != 0:
		return "pcie-expander-bus"
	case k&pciBridge != 0:
		return "pci-bridge"
	}
	return ""
}

// compatible refuses a device that the bus does not take. Any endpoint that a
// document puts there goes into any slot for endpoints.
func (b *pciBus) compatible(at *domxml.Address, kind pciKind) error {
	if kind&pciConnectors == 0 {
		return nil // nobody knows what it needs
	}
	takes := b.takes
	if takes&pciEndpoints != 0 {
		takes |= pciEndpoints
	}
	if kind&pciConnectors&takes == 0 {
		return errDevice("The device at PCI address %s cannot be plugged into the PCI controller with index='%d'. It requires a controller that accepts a %s.",
			at, at.Bus, kind.name())
	}
	return nil
}

// fits says whether devices of the kind are put there without being asked.
func (b *pciBus) fits(kind pciKind) bool {
	if kind&pciIntegrated != 0 {
		return b.model == "pcie-root" || b.model == "pci-root"
	}
	return kind&pciConnectors&b.auto != 0 && (kind&pciHotplug == 0 || b.auto&pciHotplug != 0)
}

// valid wants the place to exist and to fit.
func (s *pciSet) valid(at *domxml.Address, kind pciKind) error {
	if len(s.buses) == 0 {
		return errDevice("No PCI buses available")
	}
	if at.Domain != 0 {
		return errDevice("Invalid PCI address %s. Only PCI domain 0 is available", at)
	}
	if at.Bus >= uint(len(s.buses)) {
		return errDevice("Invalid PCI address %s. Only PCI buses up to %d are available", at, len(s.buses)-1)
	}
	b := s.buses[at.Bus]
	if err := b.compatible(at, kind); err != nil {
		return err
	}
	if kind&pciIntegrated != 0 && at.Bus != 0 {
		return errDevice("The device at PCI address %s needs to be an integrated device (bus=0)", at)
	}
	switch {
	case b.first > b.last:
		return errDevice("Invalid PCI address %s. No slots available", at)
	case at.Slot < b.first:
		return errDevice("Invalid PCI address %s. slot must be >= %d", at, b.first)
	case at.Slot > b.last:
		return errDevice("Invalid PCI address %s. slot must be <= %d", at, b.last)
	case at.Function > 7:
		return errDevice("Invalid PCI address %s. function must be <= 7", at)
	}
	return nil
}

// reserve takes a place that a document chose.
func (s *pciSet) reserve(at *domxml.Address, kind pciKind) error {
	if s.trial && at.Bus >= uint(len(s.buses)) && at.Domain == 0 {
		if err := s.grow(int(at.Bus), kind); err != nil {
			return err
		}
	}
	if err := s.valid(at, kind); err != nil {
		return err
	}
	slot := &s.buses[at.Bus].slots[at.Slot]
	if slot.used&(1<<at.Function) != 0 {
		return errDevice("Attempted double use of PCI Address %s", at)
	}
	slot.take(at.Function, kind)
	return nil
}

func (s *pciSlot) take(function uint, kind pciKind) {
	s.shared = kind&pciAggregate != 0 && (s.used == 0 || s.shared)
	s.used |= 1 << function
}

// slotFree says whether nothing is in a slot.
func (s *pciSet) slotFree(bus, slot uint) bool {
	return bus < uint(len(s.buses)) && s.buses[bus].slots[slot].used == 0
}

// next finds a place for a device and takes it.
func (s *pciSet) next(kind pciKind) (*domxml.Address, error) {
	if len(s.buses) == 0 {
		return nil, errDevice("No PCI buses available")
	}
	if at := s.look(0, kind); at != nil {
		return at, nil
	}
	if s.trial {
		n := len(s.buses)
		if err := s.grow(n, kind); err != nil {
			return nil, err
		}
		if at := s.look(n, kind); at != nil {
			return at, nil
		}
	}
	return nil, errDomainInternal("No more available PCI slots")
}

// look finds a place on the buses from one on, and takes it.
func (s *pciSet) look(from int, kind pciKind) *domxml.Address {
	for i := from; i < len(s.buses); i++ {
		b := s.buses[i]
		if !b.fits(kind) {
			continue
		}
		if slot, function, ok := b.find(kind); ok {
			b.slots[slot].take(function, kind)
			return domxml.PCIAddress(0, uint(i), slot, function)
		}
	}
	return nil
}

// find looks for a place on one bus: a slot of its own, or a function of a slot
// that its like share.
func (b *pciBus) find(kind pciKind) (slot, function uint, ok bool) {
	for i := b.first; i <= b.last; i++ {
		x := &b.slots[i]
		if x.used == 0 {
			return i, 0, true
		}
		if kind&pciAggregate == 0 || !x.shared {
			continue
		}
		for f := uint(0); f < 8; f++ {
			if x.used&(1<<f) == 0 {
				return i, f, true
			}
		}
	}
	return 0, 0, false
}

// maxPCIBuses is how many there can be.
const maxPCIBuses = 256

// grow adds buses up to an index, with the bridges that lead there.
func (s *pciSet) grow(index int, kind pciKind) error {
	add := func(model string) { s.buses = append(s.buses, newPCIBus(model)) }
	bus := "pcie-root-port"
	switch {
	case kind&(pciDevice|pciBridge) != 0:
		bus = "pci-bridge"
		if s.express() && !s.hasConventional() {
			add("pcie-root-port")
			s.buses[len(s.buses)-1].slots[0].take(0, pcieToPCIBridge)
			add("pcie-to-pci-bridge")
		}
	case kind&(pcieDevice|pcieUpstream) != 0:
	case kind&pcieRootPort != 0:
		return s.errNoSlot("pcie-root-port")
	case kind&pcieDownstream != 0:
		return s.errNoSlot("pcie-switch-downstream-port")
	case kind&pcieToPCIBridge != 0:
		return errDomainInternal("Cannot automatically add a new PCI bus for a device with connect flags 2000")
	default:
		return errDomainInternal("Cannot automatically add a new PCI bus for a device with connect flags 00")
	}
	for len(s.buses) <= index && len(s.buses) < maxPCIBuses {
		add(bus)
	}
	return nil
}

func (s *pciSet) errNoSlot(model string) error {
	return errDomainInternal("a PCI slot is needed to connect a PCI controller model='%s', but none is available, and it cannot be automatically added", model)
}

func (s *pciSet) express() bool { return s.buses[0].model == "pcie-root" }

// hasConventional says whether there is a bus that leads to PCI ones.
func (s *pciSet) hasConventional() bool {
	return slices.ContainsFunc(s.buses, func(b *pciBus) bool {
		return b.model == "dmi-to-pci-bridge" || b.model == "pcie-to-pci-bridge"
	})
}

// String draws the set, for tests.
func (s *pciSet) String() string {
	var b strings.Builder
	for i, bus := range s.buses {
		fmt.Fprintf(&b, "%d %s:", i, bus.model)
		for j, slot := range bus.slots {
			if slot.used != 0 {
				fmt.Fprintf(&b, " %d.%02x", j, slot.used)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
