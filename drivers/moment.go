package drivers

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
)

// Snapshotter keeps moments of domains to go back to. It is an ability of a
// Backend, since an inactive domain has snapshots too. Lacking it is
// VIR_ERR_NO_SUPPORT. The engine keeps the documents and their order; going
// back to a running guest is Backend.Start with StartOptions.Snapshot.
type Snapshotter interface {
	// TakeSnapshot saves the disks, and the memory of the guest if there is one
	// and the document says where. guest is nil while the domain is inactive.
	TakeSnapshot(ctx context.Context, d *domxml.Domain, guest Guest, s *domxml.DomainSnapshot) error
	// RevertDisks puts the disks of an inactive domain back.
	RevertDisks(ctx context.Context, d *domxml.Domain, s *domxml.DomainSnapshot) error
	// DeleteSnapshot forgets what was saved; its children stay usable.
	DeleteSnapshot(ctx context.Context, d *domxml.Domain, guest Guest, s *domxml.DomainSnapshot) error
}

// Checkpointer records which blocks of a domain's disks change. It is an
// ability of a Backend: a checkpoint can be deleted while its domain is
// inactive. Lacking it is VIR_ERR_NO_SUPPORT.
type Checkpointer interface {
	// StartBitmaps begins the bitmaps that the document names.
	StartBitmaps(ctx context.Context, d *domxml.Domain, guest Guest, c *domxml.DomainCheckpoint) error
	// DeleteBitmaps ends them; what they have recorded counts for the parent.
	DeleteBitmaps(ctx context.Context, d *domxml.Domain, guest Guest, c *domxml.DomainCheckpoint) error
}
