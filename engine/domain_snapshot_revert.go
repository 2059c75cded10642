package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindSnapshotRevert(b *binder) {
	needing[drivers.Snapshotter](changeSnapshot(b, remoteproto.DomainRevertToSnapshot, domainRevertToSnapshot).args(func(a *remoteproto.DomainRevertToSnapshotArgs) error {
		return exclusive(remoteproto.DomainRevertToSnapshot.Info, a.Flags, uint32(vir.DomainSnapshotRevertRunning), uint32(vir.DomainSnapshotRevertPaused),
			"VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING", "VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED")
	}))
}

// domainRevertToSnapshot goes back: a guest that runs ends, the definition is
// the snapshot's again, and where the snapshot has a guest it begins a life
// with a new id.
func domainRevertToSnapshot(c *call, d *Domain, s *moment[snapshot], a *remoteproto.DomainRevertToSnapshotArgs) (*proc.Void, error) {
	flags := vir.DomainSnapshotRevertFlags(a.Flags)
	const wants = vir.DomainSnapshotRevertRunning | vir.DomainSnapshotRevertPaused
	r := d.load()
	live := hasGuest(s.doc.doc.State)
	switch {
	case r.gone:
		return nil, c.host.errNoDomain()
	case !r.persistent() && !live && flags&wants == 0:
		return nil, c.host.errorf(vir.ErrOperationInvalid, "transient domain needs to request run or pause to revert to inactive snapshot")
	}
	config, inactive, err := s.doc.definitions(r.name)
	if err != nil {
		return nil, err
	}
	// What the domain will be is kept before anything is undone for it.
	snapshots := r.snapshots.turned(s.name)
	t, err := d.turn(c)
	if err != nil {
		return nil, err
	}
	defer t.end()
	after := *r
	if after.snapshots = snapshots; r.persistent() {
		after.config = inactive
	}
	if err := t.keep(c, r.name, after.lasting()); err != nil {
		return nil, err
	}
	if r.active() {
		if err := r.guest.Destroy(c, false); err != nil {
			return nil, err
		}
		d.halt(c.Call, r.id, config, !live)
	}
	if live {
		paused := flags&vir.DomainSnapshotRevertPaused != 0 ||
			s.doc.doc.State == domxml.SnapshotPaused && flags&vir.DomainSnapshotRevertRunning == 0
		return nil, d.relaunch(c, s, snapshots, config, inactive, paused)
	}
	if err := c.host.backend.(drivers.Snapshotter).RevertDisks(c, config.tree(), wholeSnapshot(s)); err != nil {
		return nil, err
	}
	d.update(c.Call, func(r *record) []*event {
		if r.persistent() {
			r.config = inactive
		} else {
			r.orphan = config
		}
		r.snapshots = snapshots
		// The reference tells of the guest that was asked for, and has none.
		var events []*event
		if flags&wants != 0 {
			events = append(events, d.lifecycleEvent(r, int32(vir.DomainEventStarted), int32(vir.DomainEventStartedFromSnapshot)))
		}
		if flags&vir.DomainSnapshotRevertPaused != 0 {
			events = append(events, d.lifecycleEvent(r, int32(vir.DomainEventSuspended), int32(vir.DomainEventSuspendedFromSnapshot)))
		}
		return events
	})
	return nil, nil
}

// definitions are that of the guest and that of the next start. The domain
// may have another name than then; it keeps the present one, under which it
// is found.
func (s snapshot) definitions(name string) (config, inactive *definition, err error) {
	rename := func(t *domxml.Domain) error {
		t.Name = name
		return nil
	}
	config, inactive = s.config, s.inactive
	if config.tree().Name != name {
		if config, err = config.edit(rename); err != nil {
			return nil, nil, err
		}
	}
	if inactive == nil {
		return config, config, nil
	}
	if inactive.tree().Name != name {
		inactive, err = inactive.edit(rename)
	}
	return config, inactive, err
}

// halt ends a guest that is to be replaced. Unlike stop it leaves a domain
// without definition where it is, with one to show meanwhile. Where no other
// guest follows, the event names the domain without the id of the last.
func (d *Domain) halt(origin *proc.Call, id int32, config *definition, forGood bool) {
	h := d.host
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	if d.load().id != id {
		return // somebody has ended it already
	}
	delete(h.domains.byID, id)
	d.update(origin, func(r *record) []*event {
		r.live, r.guest = nil, nil
		if !r.persistent() {
			r.orphan = config
		}
		r.state, r.reason = vir.DomainShutoff, int32(vir.DomainShutoffFromSnapshot)
		r.tuned = tuning{}
		if r.persistent() || r.defined || forGood {
			r.id = -1
		}
		ev := d.lifecycleEvent(r, int32(vir.DomainEventStopped), int32(vir.DomainEventStoppedFromSnapshot))
		r.id = -1
		return []*event{ev}
	})
}

// relaunch starts the guest of a snapshot.
func (d *Domain) relaunch(c *call, s *moment[snapshot], snapshots *moments[snapshot], config, inactive *definition, paused bool) error {
	h := d.host
	id := h.lastID.Add(1)
	var early earlyFacts
	take := func(f drivers.Fact) { d.fact(id, f) }
	guest, err := h.backend.Start(c, config.tree(), drivers.StartOptions{ID: id, Paused: paused, Snapshot: wholeSnapshot(s)},
		func(f drivers.Fact) {
			if !early.hold(f) {
				take(f)
			}
		})
	if err != nil {
		return err
	}
	h.domains.mu.Lock()
	if d.load().gone { // while its guest was being started
		h.domains.mu.Unlock()
		_ = guest.Destroy(c, false)
		return h.errNoDomain()
	}
	h.domains.byID[id] = d
	d.update(c.Call, func(r *record) []*event {
		if r.persistent() {
			r.config = inactive
		}
		r.id, r.live, r.guest, r.orphan = id, config, guest, nil
		// From now on it counts as one that has been defined.
		r.defined = true
		r.managedSave = false
		r.tuned = tuning{}
		r.snapshots = snapshots
		r.state, r.reason = vir.DomainRunning, int32(vir.DomainRunningFromSnapshot)
		events := []*event{d.lifecycleEvent(r, int32(vir.DomainEventStarted), int32(vir.DomainEventStartedFromSnapshot))}
		if paused {
			r.state, r.reason = vir.DomainPaused, int32(vir.DomainPausedFromSnapshot)
			events = append(events, d.lifecycleEvent(r, int32(vir.DomainEventSuspended), int32(vir.DomainEventSuspendedFromSnapshot)))
		}
		return events
	})
	h.domains.mu.Unlock()
	early.release(take)
	return nil
}
