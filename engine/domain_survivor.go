package engine

import (
	"context"
	"sync"
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// attachWait is how long a host waits, as it is opened, for the guests that an
// earlier daemon has left. Those that take longer are attached when they
// answer; until then their jobs are held, and queries say what is known.
const attachWait = 2 * time.Second

// adopt takes the guests over that an earlier daemon has left, all at the same
// time. There is nobody yet to hear of events.
func (h *Host) adopt(ctx context.Context, kept *loader) error {
	backend, ok := h.backend.(drivers.Survivors)
	if !ok {
		return nil
	}
	list, err := backend.Survivors(ctx)
	if err != nil {
		return err
	}
	var attached sync.WaitGroup
	for _, s := range list {
		u := &unattached{Survivor: s, turn: make(chan struct{}, 1)}
		d, err := h.adoptGuest(u, kept)
		if err != nil {
			h.engine.log.Error("a running guest cannot be taken over", "domain", s.Domain.Name, "error", err)
			continue
		}
		done, err := d.job.begin(ctx, "the daemon's start")
		if err != nil {
			return err
		}
		attached.Go(func() {
			defer done()
			d.attach(context.WithoutCancel(ctx), u)
		})
	}
	all := make(chan struct{})
	go func() {
		attached.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-time.After(attachWait):
		h.engine.log.Warn("some guests do not answer yet")
	case <-ctx.Done():
	}
	return nil
}

// adoptGuest makes the domain of a guest what it was when last seen.
func (h *Host) adoptGuest(s *unattached, kept *loader) (*Domain, error) {
	doc := s.Domain.Clone()
	doc.ID = 0 // of the record
	live, err := keep(doc, 0, true)
	if err != nil {
		return nil, err
	}
	d, transient, err := h.claim(s.Domain, true)
	if err != nil {
		return nil, err
	}
	var snapshots *moments[snapshot]
	var checkpoints *moments[checkpoint]
	if transient {
		snapshots, checkpoints = kept.moments(d, s.Domain.Name)
	}
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	h.domains.byID[s.ID] = d
	d.update(nil, func(r *record) []*event {
		r.id, r.live, r.orphan, r.guest = s.ID, live, nil, s
		r.state, r.reason = s.State, s.Reason
		if transient {
			r.snapshots, r.checkpoints = snapshots, checkpoints
		}
		return nil
	})
	for last := h.lastID.Load(); s.ID > last; last = h.lastID.Load() {
		if h.lastID.CompareAndSwap(last, s.ID) {
			break
		}
	}
	return d, nil
}

// attach connects to a guest that was adopted; without an answer it has ended.
func (d *Domain) attach(ctx context.Context, s *unattached) {
	var early earlyFacts
	take := func(f drivers.Fact) { d.fact(s.ID, f) }
	guest, err := s.Attach(ctx, func(f drivers.Fact) {
		if !early.hold(f) {
			take(f)
		}
	})
	if err != nil {
		if s.endsAlone() {
			d.host.engine.log.Warn("a guest has ended while no daemon was there", "domain", s.Domain.Name, "error", err)
			d.stop(nil, s.ID, edgeFailed)
		}
		return
	}
	d.update(nil, func(r *record) []*event {
		if r.id == s.ID {
			r.guest = guest
		}
		return nil
	})
	d.refreshLive(s.ID)
	early.release(take)
	d.keepStatus()
}

// unattached is a guest that was adopted and has not been attached to yet: its
// process can be ended, and that is all.
type unattached struct {
	drivers.Survivor
	turn chan struct{} // taken while it is being destroyed
	// destroyed says that it was, and that who has asked for it tells of it.
	destroyed bool
}

func (u *unattached) Destroy(ctx context.Context, graceful bool) error {
	u.turn <- struct{}{}
	defer func() { <-u.turn }()
	err := u.Survivor.Destroy(ctx, graceful)
	u.destroyed = u.destroyed || err == nil
	return err
}

// endsAlone reports, for a guest that has ended, whether nobody has asked for
// that.
func (u *unattached) endsAlone() bool {
	u.turn <- struct{}{}
	defer func() { <-u.turn }()
	return !u.destroyed
}

// errNotAttached is for other verbs on such a guest.
func errNotAttached() error {
	return vir.Errorf(vir.FromDomain, vir.ErrOperationTimeout, "%s",
		"the guest has not answered since the daemon started; it can only be destroyed")
}
