package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// completeDisks names the driver and the format.
func (d *definition) completeDisks() error {
	for i := range d.Devices.Disks {
		k := &d.Devices.Disks[i]
		if k.Driver == nil {
			k.Driver = &domxml.DiskDriver{}
		}
		if k.Driver.Name == "" {
			k.Driver.Name = "qemu"
		}
		if k.Driver.Type == "" {
			k.Driver.Type = "raw"
		}
	}
	return nil
}
