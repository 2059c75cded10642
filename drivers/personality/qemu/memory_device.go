package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// assignSlots gives memory that is plugged in a slot.
func (d *definition) assignSlots() error { return nil }

// inSlot says whether memory is plugged into a slot.
func inSlot(m *domxml.MemoryDev) bool { return m.Model == "dimm" || m.Model == "nvdimm" }

// validateMemoryDevices checks what is plugged in.
func (d *definition) validateMemoryDevices() error {
	for i := range d.Devices.Memories {
		m := &d.Devices.Memories[i]
		switch m.Model {
		case "sgx-epc":
			if !d.emu.HasProperty(d.OS.Type.Machine+"-machine", "sgx-epc") || true {
				return errUnsupported("sgx epc isn't supported by this QEMU binary")
			}
		case "dimm", "nvdimm":
			if a := m.Address; a != nil && a.Type == domxml.AddressDIMM && d.MaxMemory != nil && a.Slot >= d.MaxMemory.Slots {
				return errUnsupported("memory device slot '%d' exceeds slots count '%d'", a.Slot, d.MaxMemory.Slots)
			}
			if len(d.numaCells()) > 0 && m.Target.Node == nil {
				return errUnsupported("target NUMA node needs to be specified for memory device")
			}
		}
	}
	return nil
}
