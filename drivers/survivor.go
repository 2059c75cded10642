package drivers

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Survivors is a Backend whose guests live on when the daemon ends.
type Survivors interface {
	// Survivors lists the guests that an earlier daemon has left. It does not
	// wait for any of them.
	Survivors(ctx context.Context) ([]Survivor, error)
}

// Survivor is a guest that has outlived the daemon which started it.
type Survivor struct {
	Domain *domxml.Domain // in the form of a running guest
	ID     int32
	State  vir.DomainState // when the daemon last knew
	Reason int32
	// Attach connects to the guest, as Backend.Start does. What has changed
	// meanwhile comes as facts. An error says that the guest is no more.
	Attach func(ctx context.Context, notify Notify) (Guest, error)
	// Destroy is Guest.Destroy for one that Attach has not given yet and that
	// need not answer; Attach fails then.
	Destroy func(ctx context.Context, graceful bool) error
}

// LiveDocument is a Guest that has more to say about itself than the document
// that it was started with: aliases, addresses, ports.
type LiveDocument interface {
	// LiveDocument is the document as it is when the guest has been started or
	// attached to; facts tell what changes later. It must not be changed.
	LiveDocument() *domxml.Domain
}

// CPUResolver is a Guest whose CPU was made of what its definition says.
type CPUResolver interface {
	// OriginalCPU is that of the definition, nil where it is not known. It must
	// not be changed.
	OriginalCPU() *domxml.CPU
}

// StatusKeeper is a Guest whose state is written down, so that it is known
// when another daemon finds it.
type StatusKeeper interface {
	KeepStatus(s Status) error
}

// Status is what the engine knows of a guest.
type Status struct {
	State  vir.DomainState
	Reason int32
	Domain *domxml.Domain // in the form of a running guest
	// Persistent says that there is a definition, too.
	Persistent bool
}
