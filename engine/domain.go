package engine

import (
	"encoding/binary"
	"slices"
	"sync"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Domain is one domain of a host. Everything about it is in its record;
// see the package comment for who may change it.
type Domain struct {
	object[record]
	job *job

	// origin is the call whose verb may make the guest report a fact, under mu.
	origin *proc.Call

	consoles consoles
	status   sync.Mutex // one keepStatus at a time
}

// record is the state of a domain at one moment; it never changes.
type record struct {
	name   string
	id     int32 // -1 while inactive
	state  vir.DomainState
	reason int32

	// config is the definition that the next start uses; nil for a transient
	// domain. live is that of the running guest; nil while inactive. A fresh
	// start has both the same. orphan is what a transient domain has that a
	// revert has left without a guest.
	config, live, orphan *definition
	guest                drivers.Guest // nil while inactive

	autostart   bool
	once        bool // started with the host the next time only
	managedSave bool
	gone        bool // no longer in the store
	// defined says that there has been a definition in this life: defining
	// again counts as an update even if it was undefined in between.
	defined bool
	tuned   tuning

	snapshots   *moments[snapshot]
	checkpoints *moments[checkpoint]
}

func (r *record) active() bool { return r.id >= 0 }

// exists is false while a domain is being made that has neither a guest nor a
// definition yet, and after both have gone.
func (r *record) exists() bool     { return !r.gone && r.current() != nil }
func (r *record) persistent() bool { return r.config != nil }

// current is the definition that queries are about: of the guest if there is
// one, of the next start otherwise.
func (r *record) current() *definition {
	if r.live != nil {
		return r.live
	}
	return r.next()
}

// next is the definition that a start uses.
func (r *record) next() *definition {
	if r.config != nil {
		return r.config
	}
	return r.orphan
}

// ref is the domain as replies and events name it.
func (d *Domain) ref(r *record) remoteproto.Domain {
	return remoteproto.Domain{Name: r.name, UUID: remoteproto.UUID(d.uuid), ID: r.id}
}

// appendRef appends what ref gives in encoded form: lists have it ten thousand
// times, so room is made once and nothing is judged that a document has passed.
func (d *Domain) appendRef(b []byte, r *record) []byte {
	name := len(r.name)
	padded := (name + 3) &^ 3
	at, size := len(b), 4+padded+len(d.uuid)+4
	b = slices.Grow(b, size)[:at+size]
	out := b[at:]
	binary.BigEndian.PutUint32(out, uint32(name))
	clear(out[4+copy(out[4:], r.name) : 4+padded])
	out = out[4+padded:]
	copy(out, d.uuid[:])
	binary.BigEndian.PutUint32(out[len(d.uuid):], uint32(r.id))
	return b
}

// domain looks a domain up as the protocol names it: by UUID only.
func (h *Host) domain(ref *remoteproto.Domain) (*Domain, error) {
	if d := h.domains.uuid(domxml.UUID(ref.UUID)); d != nil && d.load().exists() {
		return d, nil
	}
	return nil, h.errorf(vir.ErrNoDomain, "no domain with matching uuid '%s' (%s)", domxml.UUID(ref.UUID), ref.Name)
}

// removeLocked takes a domain out of the store; domains.mu is held.
func (h *Host) removeLocked(d *Domain, r *record) {
	h.domains.remove(d, r.name, d.uuid)
	if r.id >= 0 {
		delete(h.domains.byID, r.id)
	}
}
