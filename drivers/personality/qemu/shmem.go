package qemupersonality

import (
	"math/bits"

	"github.com/govirtd/govirtd/domxml"
)

// defaultShmem is the size of shared memory, in MiB.
const defaultShmem = 4

// completeShmems gives plain ones a size.
func (d *definition) completeShmems() error {
	for i := range d.Devices.Shmems {
		s := &d.Devices.Shmems[i]
		if s.Model.Type == "ivshmem-plain" && (s.Size == nil || s.Size.Unit == "") {
			s.Size = &domxml.ShmemSize{Size: domxml.Size{Unit: "M", Value: defaultShmem}}
		}
		if s.Model.Type == "ivshmem-doorbell" && s.Server != nil {
			if s.MSI == nil {
				s.MSI = &domxml.ShmemMSI{}
			}
			if s.MSI.IOEventFD == "" {
				s.MSI.IOEventFD = domxml.On
			}
		}
	}
	return nil
}

// validateShmems knows two models: a file, and a server that hands it out.
func (d *definition) validateShmems() error {
	for i := range d.Devices.Shmems {
		s := &d.Devices.Shmems[i]
		if s.Size != nil && s.Size.Unit != "" && (s.Size.Value < 1 || bits.OnesCount64(s.Size.Value) != 1) {
			return errXML("shmem size must be a power of 2 and at least 1 MiB (1024 KiB)")
		}
		switch s.Model.Type {
		case "ivshmem":
			return errUnsupported("ivshmem device is no longer supported")
		case "ivshmem-plain":
			if s.Server != nil {
				return errUnsupported("shmem model '%s' is supported only with server option disabled", s.Model.Type)
			}
		case "ivshmem-doorbell":
			if s.Server == nil {
				return errUnsupported("shmem model '%s' is supported only with server option enabled", s.Model.Type)
			}
			if s.Size != nil && s.Size.Unit != "" {
				return errUnsupported("shmem model '%s' does not support size setting", s.Model.Type)
			}
		}
	}
	return nil
}
