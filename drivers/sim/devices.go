package sim

import (
	"context"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

var _ drivers.DevicePlugger = (*Guest)(nil)

// PlugDevice is obeyed at once.
func (g *Guest) PlugDevice(_ context.Context, _ *domxml.Device, doc *domxml.Domain) error {
	g.noteDisks(doc)
	return nil
}

// UnplugDevice is obeyed at once.
func (g *Guest) UnplugDevice(_ context.Context, _ *domxml.Device, doc *domxml.Domain) error {
	g.noteDisks(doc)
	return nil
}

// ChangeDevice is obeyed at once.
func (g *Guest) ChangeDevice(_ context.Context, _ *domxml.Device, doc *domxml.Domain) error {
	g.noteDisks(doc)
	return nil
}

// noteDisks remembers the names of the disks of a document.
func (g *Guest) noteDisks(d *domxml.Domain) {
	var drives, disks []string
	for _, k := range d.Devices.Disks {
		drives = append(drives, strings.Clone(k.Target.Dev))
	}
	for _, name := range d.DiskTargets("disk") {
		disks = append(disks, strings.Clone(name))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.drives, g.disks = drives, disks
}

// diskNames are the targets of all disks, and of those that are neither cdrom
// nor floppy.
func (g *Guest) diskNames() (drives, disks []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.drives, g.disks
}
