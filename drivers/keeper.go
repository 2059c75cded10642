package drivers

import "context"

// Kind is a kind of object that outlives the daemon.
type Kind string

const (
	KindDomain      Kind = "domain"
	KindNetwork     Kind = "network"
	KindStoragePool Kind = "storage pool"
	// KindStoragePoolState is kept while a pool is active; its document is what
	// the pool was started with. It ends with the host.
	KindStoragePoolState Kind = "active storage pool"
	KindSecret           Kind = "secret"
	KindNWFilter         Kind = "nwfilter"
	KindNWFilterBinding  Kind = "nwfilter binding"
	// Moments of domains; Kept.Owner is the domain's name.
	KindSnapshot   Kind = "snapshot"
	KindCheckpoint Kind = "checkpoint"
)

// Kept is one kept object.
type Kept struct {
	Kind Kind
	// Owner is the name of the object that this one belongs to, empty for most.
	Owner string
	Name  string // of a secret: its UUID
	// Document is the definition, in the inactive form with secrets.
	Document []byte
	// Value is that of a secret, which has a file of its own; nil for none.
	Value     []byte
	Autostart bool
	// Once is the mark that a domain is started with the host the next time only.
	Once bool
}

// Keeper keeps definitions where the reference keeps them, so that either
// daemon finds what the other has acknowledged. The engine calls it before it
// acknowledges; a call that fails leaves what was there. Calls for different
// objects may come at the same time.
type Keeper interface {
	// Load reads everything. What cannot be read is left alone and reported.
	Load(ctx context.Context, report func(path string, err error)) ([]Kept, error)
	// Keep stores an object; when it returns, that survives a loss of power.
	// Autostart is not looked at.
	Keep(ctx context.Context, k Kept) error
	// Forget removes an object, with its value and its autostart marks.
	Forget(ctx context.Context, kind Kind, owner, name string) error
	// SetAutostart says whether an object is to be started with the host.
	SetAutostart(ctx context.Context, kind Kind, name string, on bool) error
}

// OnceKeeper is a Keeper that keeps marks for one start with the host, too.
type OnceKeeper interface {
	SetAutostartOnce(ctx context.Context, kind Kind, name string, on bool) error
}

// BootWatcher is a Keeper that knows when the host has booted, so that what is
// to be started with it is started once.
type BootWatcher interface {
	// FirstSinceBoot reports whether it is asked about a kind for the first time
	// since the host booted.
	FirstSinceBoot(ctx context.Context, kind Kind) (bool, error)
}
