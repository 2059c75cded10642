package domxml

import (
	"fmt"
	"strconv"
	"strings"
)

// PCIAddress is a place on a PCI bus.
func PCIAddress(domain, bus, slot, function uint) *Address {
	return &Address{Type: AddressPCI, Domain: domain, Bus: bus, Slot: slot, Function: function}
}

// DriveAddress is a place on a bus of drives: IDE, SCSI, SATA, floppy.
func DriveAddress(controller, bus, target, unit uint) *Address {
	return &Address{Type: AddressDrive, Controller: controller, Bus: bus, Target: target, Unit: unit}
}

// USBAddress is a port of a USB bus; the port is a path such as 1.2.
func USBAddress(bus uint, port string) *Address {
	return &Address{Type: AddressUSB, Bus: bus, Port: port}
}

// CCWAddress is a place on the channel subsystem of an s390 machine.
func CCWAddress(cssid, ssid, devno uint) *Address {
	return &Address{Type: AddressCCW, CSSID: &cssid, SSID: ssid, DevNo: devno}
}

// DIMMAddress is a slot for memory; base is where it begins, 0 for anywhere.
func DIMMAddress(slot uint, base uint64) *Address {
	return &Address{Type: AddressDIMM, Slot: slot, Base: base}
}

// String is the address as people and tools write it: 0000:00:1f.2 on PCI,
// controller:bus:target:unit of a drive, bus:port on USB, fe.0.0001 on CCW,
// slot@base of memory, and the type for all others.
func (a *Address) String() string {
	switch a.Type {
	case AddressPCI:
		return fmt.Sprintf("%04x:%02x:%02x.%x", a.Domain, a.Bus, a.Slot, a.Function)
	case AddressDrive:
		return fmt.Sprintf("%d:%d:%d:%d", a.Controller, a.Bus, a.Target, a.Unit)
	case AddressUSB:
		return fmt.Sprintf("%d:%s", a.Bus, a.Port)
	case AddressCCW:
		return fmt.Sprintf("%x.%x.%04x", *orZero(a.CSSID), a.SSID, a.DevNo)
	case AddressDIMM:
		return fmt.Sprintf("%d@0x%x", a.Slot, a.Base)
	}
	return string(a.Type)
}

// ParseAddress reads what String writes for the types that it has a form for.
// A PCI address may leave out its domain.
func ParseAddress(kind AddressType, s string) (*Address, bool) {
	switch kind {
	case AddressPCI:
		if strings.Count(s, ":") == 1 {
			s = "0:" + s
		}
		n, ok := numbers(s, ":.", "::.", 16, 0xffff, 0xff, 0x1f, 7)
		if !ok {
			return nil, false
		}
		return PCIAddress(n[0], n[1], n[2], n[3]), true
	case AddressDrive:
		n, ok := numbers(s, ":", ":::", 10, 1<<32-1, 1<<32-1, 1<<32-1, 1<<32-1)
		if !ok {
			return nil, false
		}
		return DriveAddress(n[0], n[1], n[2], n[3]), true
	case AddressUSB:
		bus, port, _ := strings.Cut(s, ":")
		n, err := strconv.ParseUint(bus, 10, 32)
		if err != nil || !validUSBPort(port) {
			return nil, false
		}
		return USBAddress(uint(n), port), true
	case AddressCCW:
		n, ok := numbers(s, ".", "..", 16, 0xfe, 3, 0xffff)
		if !ok {
			return nil, false
		}
		return CCWAddress(n[0], n[1], n[2]), true
	case AddressDIMM:
		slot, base, _ := strings.Cut(s, "@")
		n, err := strconv.ParseUint(slot, 10, 32)
		at := uint64(0)
		if base != "" && err == nil {
			at, err = strconv.ParseUint(base, 0, 64)
		}
		if err != nil {
			return nil, false
		}
		return DIMMAddress(uint(n), at), true
	}
	return nil, false
}

// numbers reads numbers with separators between them, each up to its limit.
func numbers(s, separators, pattern string, base int, limits ...uint64) ([]uint, bool) {
	var found []byte
	for i := range len(s) {
		if strings.IndexByte(separators, s[i]) >= 0 {
			found = append(found, s[i])
		}
	}
	if string(found) != pattern {
		return nil, false
	}
	var out []uint
	for i, p := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		n, err := strconv.ParseUint(p, base, 64)
		if err != nil || i >= len(limits) || n > limits[i] {
			return nil, false
		}
		out = append(out, uint(n))
	}
	return out, len(out) == len(limits)
}
