// Package drivers is the contract between the engine and what it manages.
//
// Three things meet here. A Driver owns a URI scheme and says which host a
// URI names. A Personality is what clients of that scheme see: names, error
// domain, what define adds to a document, capabilities. A Backend is what
// runs guests: a simulation or QEMU processes.
//
// The engine owns libvirt's semantics: state, events, jobs, ids, definitions,
// files. A backend reports facts and obeys verbs; it never decides. Every
// ability beyond starting a guest is an interface of one to three methods,
// found by type assertion in one file of the engine; the comment on each says
// what clients hear when a backend lacks it. Never wrap a Guest or a Backend:
// a wrapper hides abilities. To change one method, embed the concrete type.
//
// Drivers speak Go and domxml; no wire type comes this far. They import
// neither the engine nor the transport nor one another.
package drivers

import (
	"context"
	"net/url"
	"reflect"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Driver serves one URI scheme.
type Driver interface {
	// Scheme is the URI's scheme without a transport: "test", "qemu".
	Scheme() string
	// Open finds the host that uri names. Errors are *vir.Error with the
	// reference's code for a bad path. Open must not wait for guests.
	Open(ctx context.Context, uri *url.URL) (*Host, error)
}

// Host is what a URI names.
type Host struct {
	// Key tells hosts apart: connections with the same key share one world.
	// Empty means that every connection has its own.
	Key string
	// URI is the canonical form that virConnectGetURI answers.
	URI         string
	Personality Personality
	Backend     Backend
	// Keeper keeps definitions; nil where they end with the daemon.
	Keeper Keeper
	// World makes what exists on the host when it is first opened.
	World func() (*World, error)
}

// World is the initial content of a host.
type World struct {
	Domains []DomainSeed
	// Networks are parsed, not yet completed; they are persistent and run.
	Networks []*domxml.Network
	// Interfaces and NodeDevices are active, and persistent.
	Interfaces  []*domxml.HostInterface
	NodeDevices []*domxml.NodeDevice
	Pools       []StoragePoolSeed
}

// DomainSeed is one domain of a World.
type DomainSeed struct {
	Domain *domxml.Domain // parsed, not yet completed
	State  vir.DomainState
	// Transient domains have no definition; only with an active State.
	Transient bool
	// ManagedSave marks an inactive domain as having a saved image.
	ManagedSave bool
	// IOThreads says that the simulated guest knows its iothreads, as those of
	// a node document do and defined ones do not.
	IOThreads bool
	// Snapshots are those that the domain has, parents in any order; at most
	// one is marked as Active.
	Snapshots []*domxml.DomainSnapshot
}

// Rule is what a release of the reference does with one procedure under a
// personality: the table behind the strict mode and behind the function names
// in error texts.
type Rule struct {
	// Supported is false where that release answers VIR_ERR_NO_SUPPORT.
	Supported bool
	// Function is the C function that "unsupported flags" names.
	Function string
	// Flags are the bits which that function accepts.
	Flags uint32
	// Domain is the error domain of that function; nil for the personality's.
	Domain *vir.ErrorDomain
	// NoFlagCheck says that the function ignores unknown bits.
	NoFlagCheck bool
}

// Personality is what a client sees of a URI scheme.
type Personality interface {
	// Name is virConnectGetType's answer: "TEST", "QEMU".
	Name() string
	// Prefix begins the names of C functions in error texts: "test", "qemu".
	Prefix() string
	// ErrorDomain is that of errors which the driver itself raises.
	ErrorDomain() vir.ErrorDomain
	// Version is the hypervisor's, as major*1000000 + minor*1000 + micro.
	Version() uint64
	// Rule is the reference's behaviour for the procedure of that name in
	// libvirt 11.3.0 (domain_create_with_flags, qemu.domain_attach); false where
	// unknown.
	Rule(procedure string) (Rule, bool)
	// CompleteDomain adds the scheme's own defaults to a parsed document.
	CompleteDomain(d *domxml.Domain) error
	// Capabilities is the document of virConnectGetCapabilities.
	Capabilities(ctx context.Context) (string, error)
	// StateError is the error of a verb ("suspend") that the domain's state
	// does not allow, or nil where the scheme has no wording of its own; active
	// says that the domain has a guest.
	StateError(verb, domain string, active bool) *vir.Error
}

// ObjectDrivers is a Personality whose reference keeps objects other than
// domains in drivers of their own, as qemu:/// does: storage, networks, secrets
// and so on have their own words, and errors in their own domain.
type ObjectDrivers interface {
	// HasObjectDriver says whether there is one for the objects of a family, which
	// is named by its error domain: VIR_FROM_STORAGE for pools and volumes.
	HasObjectDriver(family vir.ErrorDomain) bool
}

// Repeater is a Personality for which some verbs may be done again.
type Repeater interface {
	// Repeats says whether a verb ("suspend") succeeds, and does nothing, on a
	// domain that is in the state it leads to.
	Repeats(verb string) bool
}

// Backend runs guests.
type Backend interface {
	// Start brings the domain to life and returns once it runs. notify may be
	// called at any time afterwards, from any goroutine, until the guest has
	// gone; it never blocks. The domain must not be changed.
	Start(ctx context.Context, d *domxml.Domain, o StartOptions, notify Notify) (Guest, error)
	// GuestType is the type of the guests that Start returns: what they can do
	// is known before the first one runs.
	GuestType() reflect.Type
}

// StartOptions are the ways to start.
type StartOptions struct {
	ID     int32
	Paused bool
	// Saved is the image to continue from; empty boots afresh.
	Saved string
	// Snapshot is the snapshot to continue from (Snapshotter); nil for none.
	Snapshot *domxml.DomainSnapshot
}

// Guest is one running domain.
type Guest interface {
	// Destroy ends the guest at once; graceful asks it to flush first.
	Destroy(ctx context.Context, graceful bool) error
}

// HotplugRefuser is a personality whose reference can change some devices of a
// running guest only. The strict mode asks it; errors are the reference's.
type HotplugRefuser interface {
	RefuseAttach(dev *domxml.Device) error
	RefuseDetach(dev *domxml.Device) error
	RefuseUpdate(dev *domxml.Device) error
}

// MigrationTrimmer is the ability of a Personality to leave out of a document
// what an older side adds by itself, or does not know. The document is a copy.
type MigrationTrimmer interface {
	TrimForMigration(d *domxml.Domain)
}

// DomainStepper is the ability of a Personality to take part while a document
// is completed, before CompleteDomain.
type DomainStepper interface {
	DomainSteps() domxml.Steps
}
