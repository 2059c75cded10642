package argv

import "github.com/govirtd/govirtd/domxml"

// shmems are pieces of memory that guests share.
func (b *builder) shmems() error {
	for i := range b.d.Devices.Shmems {
		s := &b.d.Devices.Shmems[i]
		if a := s.Address; a != nil && a.Type != "" && a.Type != domxml.AddressPCI {
			return errUnsupported("only 'pci' addresses are supported for the shared memory device")
		}
		alias := aliasName(s.Alias)
		model := "ivshmem-plain"
		if s.Model != nil {
			model = s.Model.Type
		}
		p := props("driver", model, "id", alias)
		switch model {
		case "ivshmem-plain":
			b.object(props("qom-type", "memory-backend-file", "id", "shmmem-"+alias, "mem-path", "/dev/shm/"+s.Name,
				"size", shmemBytes(s), "share", true))
			p.set("memdev", "shmmem-"+alias)
			switch s.Role {
			case "master":
				p.set("master", "on")
			case "peer":
				p.set("master", "off")
			}
		case "ivshmem-doorbell":
			p.set("chardev", "char"+alias)
			if s.MSI != nil {
				p.put("vectors", s.MSI.Vectors).put("ioeventfd", s.MSI.IOEventFD)
			}
		default:
			return errUnsupported("%s device is not supported with this QEMU binary", model)
		}
		b.deviceAddress(p, &s.DeviceInfo)
		b.device(p, s.Alias)
		if model == "ivshmem-doorbell" {
			path := "/var/lib/libvirt/shmem-" + s.Name + "-sock"
			if s.Server != nil && s.Server.Path != "" {
				path = s.Server.Path
			}
			b.arg("-chardev", word("socket").set("id", "char"+alias).set("path", path).String())
		}
	}
	return nil
}

// shmemBytes is the size of a memory, 4 MiB unless the document says more.
func shmemBytes(s *domxml.Shmem) uint64 {
	if s.Size == nil || s.Size.Value == 0 {
		return 4 << 20
	}
	return s.Size.Value << 20
}
