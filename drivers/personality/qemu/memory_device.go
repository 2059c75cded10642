package qemupersonality

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// inSlot says whether memory is plugged into a slot.
func inSlot(m *domxml.MemoryDev) bool { return m.Model == "dimm" || m.Model == "nvdimm" }

// assignSlots gives memory that is plugged in a slot.
func (d *definition) assignSlots() error {
	list := d.Devices.Memories
	used := map[uint]bool{}
	for i := range list {
		if a := list[i].Address; a != nil && a.Type == domxml.AddressDIMM {
			used[a.Slot] = true
		}
	}
	for i := range list {
		if !inSlot(&list[i]) || list[i].Address != nil {
			continue
		}
		slots := uint(0)
		if d.MaxMemory != nil {
			slots = d.MaxMemory.Slots
		}
		n := uint(0)
		for used[n] {
			n++
		}
		if n >= slots {
			return errInternal("failed to find an empty memory slot")
		}
		used[n] = true
		list[i].Address = domxml.DIMMAddress(n, 0)
	}
	return nil
}

// validateMemoryDevices checks what is plugged in.
func (d *definition) validateMemoryDevices() error {
	for i := range d.Devices.Memories {
		m := &d.Devices.Memories[i]
		switch m.Model {
		case "sgx-epc":
			if !slices.Contains(d.cfg.Features, "sgx") {
				return errUnsupported("sgx epc isn't supported by this QEMU binary")
			}
		case "dimm", "nvdimm":
			if a := m.Address; a != nil && a.Type == domxml.AddressDIMM && d.MaxMemory != nil && a.Slot >= d.MaxMemory.Slots {
				return errUnsupported("memory device slot '%d' exceeds slots count '%d'", a.Slot, d.MaxMemory.Slots)
			}
			if len(d.numaCells()) > 0 && (m.Target == nil || m.Target.Node == nil) {
				return errUnsupported("target NUMA node needs to be specified for memory device")
			}
		}
	}
	return nil
}
