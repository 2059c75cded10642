package qemupersonality

import (
	"github.com/govirtd/govirtd/domxml"
)

// completeDisks names the driver, the format, and who encrypts.
func (d *definition) completeDisks() error {
	for i := range d.Devices.Disks {
		k := &d.Devices.Disks[i]
		if k.Driver == nil {
			k.Driver = &domxml.DiskDriver{}
		}
		v := k.Driver
		if v.Name == "" {
			v.Name = "qemu"
		}
		if v.Type == "" && k.Type != domxml.DiskVolume {
			v.Type = "raw"
		}
		completeEncryption(k.Encryption)
		completeSource(k.Source)
		for b := k.BackingStore; b != nil; b = b.Store {
			completeSource(b.Source)
		}
	}
	return nil
}

// completeSource settles what a disk's source leaves open.
func completeSource(s *domxml.DiskSource) {
	if s == nil {
		return
	}
	completeEncryption(s.Encryption)
	if s.DataStore != nil {
		completeSource(s.DataStore.Source)
	}
}

// completeEncryption leaves LUKS to QEMU unless somebody else is named.
func completeEncryption(e *domxml.DiskEncryption) {
	if e != nil && e.Engine == "" && e.Format != "default" {
		e.Engine = "qemu"
	}
}

// isEmpty says whether there is no medium in a drive.
func isEmpty(k *domxml.Disk) bool {
	s := k.Source
	if s == nil {
		return true
	}
	switch k.Type {
	case domxml.DiskFile:
		return s.File == ""
	case domxml.DiskBlock, domxml.DiskVhostVDPA:
		return s.Dev == ""
	case domxml.DiskDir:
		return s.Dir == ""
	}
	return false
}
