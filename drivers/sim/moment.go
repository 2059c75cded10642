package sim

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

var (
	_ drivers.Snapshotter  = (*Backend)(nil)
	_ drivers.Checkpointer = (*Backend)(nil)
)

// TakeSnapshot has no disks and no memory to save: a simulated guest is
// nothing but its definition, which the snapshot's document has.
func (*Backend) TakeSnapshot(context.Context, *domxml.Domain, drivers.Guest, *domxml.DomainSnapshot) error {
	return nil
}

// RevertDisks has no disks to put back.
func (*Backend) RevertDisks(context.Context, *domxml.Domain, *domxml.DomainSnapshot) error {
	return nil
}

// DeleteSnapshot has nothing to forget.
func (*Backend) DeleteSnapshot(context.Context, *domxml.Domain, drivers.Guest, *domxml.DomainSnapshot) error {
	return nil
}

// StartBitmaps has no blocks that change.
func (*Backend) StartBitmaps(context.Context, *domxml.Domain, drivers.Guest, *domxml.DomainCheckpoint) error {
	return nil
}

// DeleteBitmaps has nothing to forget.
func (*Backend) DeleteBitmaps(context.Context, *domxml.Domain, drivers.Guest, *domxml.DomainCheckpoint) error {
	return nil
}
