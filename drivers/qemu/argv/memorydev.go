package argv

import "github.com/govirtd/govirtd/domxml"

func (b *builder) hasNVDIMM() bool {
	for i := range b.d.Devices.Memories {
		if b.d.Devices.Memories[i].Model == "nvdimm" {
			return true
		}
	}
	return false
}

// memoryDevices are modules that were plugged in, and can be taken out.
func (b *builder) memoryDevices() error {
	for i := range b.d.Devices.Memories {
		m := &b.d.Devices.Memories[i]
		p, err := b.memoryModule(m)
		if err != nil {
			return err
		}
		b.object(p)
		if m.Model == "sgx-epc" {
			continue // part of the machine
		}
		dev, err := b.memoryDevice(m)
		if err != nil {
			return err
		}
		b.device(dev, m.Alias)
	}
	return nil
}

// memoryModule is the backend of a module.
func (b *builder) memoryModule(m *domxml.MemoryDev) (*Props, error) {
	alias := aliasName(m.Alias)
	cell := -1
	if m.Target != nil && m.Target.Node != nil {
		cell = int(*m.Target.Node)
	}
	access, discard := m.Access, m.Discard
	if c := cells(b.d); cell >= 0 && cell < len(c) {
		if access == "" {
			access = c[cell].MemAccess
		}
		if discard == "" {
			discard = c[cell].Discard
		}
	}
	return b.memoryBackend(memoryArea{
		id: "mem" + alias, alias: alias, size: memoryDeviceKiB(m) << 10, cell: cell, access: access, discard: discard, device: m,
	})
}

var memoryModels = map[string]string{
	"dimm": "pc-dimm", "nvdimm": "nvdimm", "virtio-pmem": "virtio-pmem", "virtio-mem": "virtio-mem",
}

// memoryDevice is the module itself.
func (b *builder) memoryDevice(m *domxml.MemoryDev) (*Props, error) {
	driver := memoryModels[m.Model]
	if m.Model == "virtio-pmem" || m.Model == "virtio-mem" {
		driver += b.virtioSuffix(m.Address)
	}
	p := props("driver", driver)
	t := m.Target
	if t == nil {
		t = &domxml.MemoryDevTarget{}
	}
	if t.Node != nil {
		p.set("node", *t.Node)
	}
	if t.Label != nil && t.Label.Size != nil {
		p.set("label-size", t.Label.Size.Value<<10)
	}
	if t.Block != nil {
		p.set("block-size", t.Block.Value<<10)
	}
	if t.Requested != nil {
		p.set("requested-size", t.Requested.Value<<10)
	}
	if m.UUID != nil {
		p.set("uuid", m.UUID.String())
	}
	if bool(t.Readonly) {
		p.set("unarmed", true)
	}
	p.set("memdev", "mem"+aliasName(m.Alias))
	if m.Model == "virtio-mem" {
		page, err := b.hugePage(memoryArea{cell: int(value(t.Node)), device: m})
		if err != nil {
			return nil, err
		}
		if page > 0 || b.d.MemoryBacking != nil && b.d.MemoryBacking.Allocation != nil && b.d.MemoryBacking.Allocation.Mode == "immediate" {
			p.set("prealloc", true)
		}
	}
	if t.Address != nil {
		p.put("memaddr", t.Address.Base)
	}
	p.put("dynamic-memslots", t.DynamicMemslots)
	p.set("id", aliasName(m.Alias))
	b.address(p, m.Address)
	return p, nil
}
