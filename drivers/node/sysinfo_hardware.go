//go:build linux

package node

import (
	"fmt"
	"strings"
)

// processor describes a processor or an empty place for one.
func (s *structure) processor() (e entries) {
	e.add("socket_destination", s.string(4))
	kind, _ := s.byteAt(5)
	e.add("type", wordOf(processorTypes, int(kind)))
	code, _ := s.byteAt(6)
	number := uint16(code)
	if code == 0xfe { // there are more than fit into a byte
		if wide, ok := s.word(0x28); ok {
			number = wide
		}
	}
	f, ok := families[number]
	if !ok {
		f.name = outOfSpec
	}
	e.add("family", f.name)
	e.add("manufacturer", s.string(7))
	if id, ok := s.dword(8); ok {
		e.add("signature", f.signature(id))
	}
	e.add("version", s.string(0x10))
	megahertz := func(at int) string {
		if n, _ := s.word(at); n != 0 {
			return fmt.Sprintf("%d MHz", n)
		}
		return "Unknown"
	}
	e.add("external_clock", megahertz(0x12))
	e.add("max_speed", megahertz(0x14))
	status, _ := s.byteAt(0x18)
	if status&0x40 == 0 {
		e.add("status", "Unpopulated")
	} else {
		e.add("status", "Populated, "+wordOf(processorStatus, int(status&7)))
	}
	e.add("serial_number", s.string(0x20))
	e.add("part_number", s.string(0x22))
	return e
}

// signature tells the model of a processor.
func (f family) signature(id uint32) string {
	number, model := id>>8&0xf, id>>4&0xf
	switch f.by {
	case intel:
		return fmt.Sprintf("Type %d, Family %d, Model %d, Stepping %d",
			id>>12&3, number+id>>20&0xff, model+id>>16&0xf<<4, id&0xf)
	case amd:
		if number == 15 {
			number, model = number+id>>20&0xff, model+id>>16&0xf<<4
		}
		return fmt.Sprintf("Family %d, Model %d, Stepping %d", number, model, id&0xf)
	}
	return ""
}

// memoryDevice describes a piece of memory; nothing of an empty place for one.
func (s *structure) memoryDevice() (e entries) {
	size, ok := s.word(0xc)
	if !ok || size == 0 {
		return nil
	}
	e.add("size", s.memorySize(size))
	form, _ := s.byteAt(0xe)
	e.add("form_factor", wordOf(formFactors, int(form)))
	e.add("locator", s.string(0x10))
	e.add("bank_locator", s.string(0x11))
	kind, _ := s.byteAt(0x12)
	e.add("type", wordOf(memoryTypes, int(kind)))
	bits, _ := s.word(0x13)
	var details []string
	for i, name := range memoryDetails {
		if name != "" && bits>>i&1 != 0 {
			details = append(details, name)
		}
	}
	if details == nil {
		details = []string{"None"}
	}
	e.add("type_detail", strings.Join(details, " "))
	if speed, ok := s.word(0x15); ok {
		if speed == 0 || speed == 0xffff {
			e.add("speed", "Unknown")
		} else {
			e.add("speed", fmt.Sprintf("%d MT/s", speed))
		}
	}
	e.add("manufacturer", s.string(0x17))
	e.add("serial_number", s.string(0x18))
	e.add("part_number", s.string(0x1a))
	return e
}

// memorySize is in the largest unit that makes the number whole.
func (s *structure) memorySize(size uint16) string {
	amount := uint64(size)
	unit := 1 // MB
	switch {
	case size == 0xffff:
		return "Unknown"
	case size == 0x7fff: // it does not fit
		wide, _ := s.dword(0x1c)
		amount = uint64(wide & 0x7fffffff)
	case size&0x8000 != 0:
		amount, unit = uint64(size&0x7fff), 0
	}
	units := []string{"kB", "MB", "GB", "TB", "PB"}
	for amount > 0 && amount%1024 == 0 && unit < len(units)-1 {
		amount, unit = amount/1024, unit+1
	}
	return fmt.Sprintf("%d %s", amount, units[unit])
}
