//go:build linux

package qemu

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// What is not done to running guests yet. The abilities are there because
// their documents are judged, and definitions changed, all the same.

var (
	_ drivers.DevicePlugger = (*Guest)(nil)
	_ drivers.Backuper      = (*Guest)(nil)
)

func (g *Guest) PlugDevice(_ context.Context, dev *domxml.Device, _ *domxml.Domain) error {
	return errHotplug(dev)
}

func (g *Guest) UnplugDevice(_ context.Context, dev *domxml.Device, _ *domxml.Domain) error {
	return errHotplug(dev)
}

func (g *Guest) ChangeDevice(_ context.Context, dev *domxml.Device, _ *domxml.Domain) error {
	return errHotplug(dev)
}

func errHotplug(dev *domxml.Device) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported,
		"devices of running guests (%s) cannot be changed yet: change the definition (--config) and start the guest anew", dev.Kind)
}

func (g *Guest) BeginBackup(context.Context, *domxml.DomainBackup, *domxml.DomainCheckpoint, vir.DomainBackupBeginFlags) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "disks of running guests cannot be backed up yet")
}
