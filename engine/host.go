package engine

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Host is one world: the objects behind a URI, shared by its connections.
type Host struct {
	engine      *Engine
	key         string
	uri         string
	personality drivers.Personality
	backend     drivers.Backend
	keeper      drivers.Keeper // nil where everything ends with the daemon
	turns       turns
	rules       *ruleset
	immediate   bool // the backend never waits

	domains  *store[Domain]
	networks *store[Network]
	pools    *store[StoragePool]
	lastID   atomic.Int32 // ids are never reused
	bus      bus
	hostObjects
	// callbacks counts the registered callbacks of all connections: their ids
	// are one sequence, as in the reference.
	callbacks atomic.Int32

	refs int // connections, under Engine.mu
}

// making is a host that is being opened.
type making struct {
	host *Host
	done chan struct{} // closed when that is over, whatever came of it
}

// open finds the host that a driver names, or makes it with its first
// content. The caller owns one reference. A host that takes its time to be made
// holds up only those who want that one.
func (e *Engine) open(ctx context.Context, spec *drivers.Host) (*Host, error) {
	if spec.Key == "" {
		h := e.newHost(spec)
		if err := h.fill(ctx, spec); err != nil {
			return nil, err
		}
		return h, nil
	}
	for {
		e.mu.Lock()
		if h := e.hosts[spec.Key]; h != nil {
			h.refs++
			e.mu.Unlock()
			return h, nil
		}
		m := e.making[spec.Key]
		if m == nil {
			break
		}
		e.mu.Unlock()
		select {
		case <-m.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	m := &making{host: e.newHost(spec), done: make(chan struct{})}
	e.making[spec.Key] = m
	e.mu.Unlock()
	defer close(m.done)
	// Somebody else may want it when this caller has gone.
	ctx = context.WithoutCancel(ctx)
	err := m.host.fill(ctx, spec)
	if err == nil {
		go m.host.watchDevices()
		go m.host.autostart(ctx, m.host.marked(ctx))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.making, spec.Key)
	if err != nil {
		return nil, err
	}
	e.hosts[spec.Key] = m.host
	return m.host, nil
}

// newHost is a host without content, and one reference to it.
func (e *Engine) newHost(spec *drivers.Host) *Host {
	h := &Host{
		engine: e, key: spec.Key, uri: spec.URI,
		personality: spec.Personality, backend: spec.Backend, keeper: spec.Keeper,
		rules:    e.rulesOf(spec.Personality, spec.Backend),
		domains:  newStore[Domain](),
		networks: newStore[Network](),
		pools:    newStore[StoragePool](),

		hostObjects: newHostObjects(),

		refs: 1,
	}
	_, immediate := spec.Backend.(drivers.Immediate)
	h.immediate = immediate && spec.Keeper == nil
	return h
}

// fill gives a new host what is kept of it, what it begins with, and the
// guests that are there already.
func (h *Host) fill(ctx context.Context, spec *drivers.Host) error {
	var kept *loader
	if h.keeper != nil {
		var err error
		if kept, err = h.loadKept(ctx); err != nil {
			return err
		}
	}
	if spec.World != nil {
		w, err := spec.World()
		if err != nil {
			return err
		}
		if err := h.populate(ctx, w); err != nil {
			return err
		}
	}
	if err := h.adopt(ctx, kept); err != nil {
		return err
	}
	if err := h.lookAtDevices(ctx, 0); err != nil {
		h.engine.log.Error("the devices of the host cannot be looked at", "error", err)
	}
	return nil
}

// address is what a client's URI has led to: the key of a shared host and the
// URI's canonical form.
type address struct{ key, uri string }

// maxAddresses bounds what is remembered of the URIs that clients have named.
const maxAddresses = 100

// again opens a shared host by a URI that has led to it before, without asking
// the driver. The caller owns one reference.
func (e *Engine) again(name string) (*Host, string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at, ok := e.addresses[name]
	h := e.hosts[at.key]
	if !ok || h == nil {
		return nil, ""
	}
	h.refs++
	return h, at.uri
}

// remember notes where a URI has led to.
func (e *Engine) remember(name string, spec *drivers.Host) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if spec.Key != "" && len(e.addresses) < maxAddresses {
		e.addresses[name] = address{spec.Key, spec.URI}
	}
}

// Open opens the host of a URI before any client asks for it: guests that are
// there already are found, and what is to be started with the host is begun to.
func (e *Engine) Open(ctx context.Context, uri string) error {
	_, _, err := e.find(ctx, uri)
	return err
}

// release gives one reference back. The reference forgets a shared simulated
// world with its last connection; ours lives as long as the daemon unless it
// is to be strict (difference 1). A private world ends in both, and what is kept
// in none.
func (h *Host) release() {
	h.engine.mu.Lock()
	defer h.engine.mu.Unlock()
	h.refs--
	if h.refs == 0 && h.key != "" && h.keeper == nil && h.engine.cfg.Strict {
		delete(h.engine.hosts, h.key)
	}
}

// populate fills an empty host.
func (h *Host) populate(ctx context.Context, w *drivers.World) error {
	for _, s := range w.Domains {
		if err := h.seed(ctx, s); err != nil {
			return err
		}
	}
	for _, n := range w.Networks {
		if err := h.seedNetwork(ctx, n); err != nil {
			return err
		}
	}
	for _, s := range w.Pools {
		if err := h.seedPool(ctx, s); err != nil {
			return err
		}
	}
	return h.seedObjects(w)
}

// random fills b with what a document leaves to chance.
func (h *Host) random(b []byte) {
	if _, err := io.ReadFull(h.engine.cfg.Rand, b); err != nil {
		panic("engine: no randomness: " + err.Error())
	}
}

// errorf makes an error of the driver's own domain.
func (h *Host) errorf(code vir.ErrorNumber, format string, args ...any) error {
	return vir.Errorf(h.personality.ErrorDomain(), code, format, args...)
}

// likeTestDriver says that the host forgets what the reference's test driver
// forgets of what it is told.
func (h *Host) likeTestDriver() bool { return h.engine.cfg.Strict && h.keeper == nil }
