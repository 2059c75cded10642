package engine

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
)

// fact takes what a guest reports; id is the life that it is about. It is
// called from within the guest, so whatever it has to ask of the guest it asks
// afterwards (follow), unless the guest has ended by itself already.
func (d *Domain) fact(id int32, f drivers.Fact) {
	d.mu.Lock()
	origin := d.origin
	d.mu.Unlock()
	r := d.load()
	if r.id != id {
		return // about a life that is over
	}
	switch f := f.(type) {
	case drivers.ShutDown:
		action := r.live.lifecycle(vir.DomainLifecyclePoweroff)
		switch {
		case f.Detail == 0:
			e, _ := edgeOf(r.state, verbShutdown)
			d.after(origin, r, e, action)
		case f.Destroyed:
			d.tell(origin, id, f)
		case restarts(action):
			d.follow(r, action, edgeShutdown, vir.DomainRunningBooted)
		default:
			d.tell(origin, id, f)
			d.follow(r, action, edgeShutdown, vir.DomainRunningBooted)
		}
	case drivers.Rebooted:
		e, _ := edgeOf(r.state, verbReboot)
		d.after(origin, r, e, r.live.lifecycle(vir.DomainLifecycleReboot))
	case drivers.Crashed:
		action := r.live.lifecycle(vir.DomainLifecycleCrash)
		if !f.Waiting {
			d.after(origin, r, edgeCrash, action)
			return
		}
		d.tell(origin, id, f)
		d.follow(r, action, edgeCrash, vir.DomainRunningCrashed)
	case drivers.Gone:
		e := edgeDestroy
		switch {
		case f.Failed:
			e = edgeFailed
		case r.state == vir.DomainShutdown:
			e = edgeShutdown
		}
		d.stop(origin, id, e)
	default:
		d.tell(origin, id, f)
	}
	d.keepStatus()
}

func restarts(action domxml.LifecycleAction) bool {
	switch action {
	case domxml.LifecycleRestart, domxml.LifecycleRestartRename, domxml.LifecycleCoredumpRestart:
		return true
	}
	return false
}

// after does what the definition wants when a guest has ended by itself:
// restart keeps the guest, everything else ends it.
func (d *Domain) after(origin *proc.Call, r *record, e edge, action domxml.LifecycleAction) {
	switch action {
	case domxml.LifecycleRestart, domxml.LifecycleRestartRename:
		d.walk(origin, edgeReboot)
		if !d.host.engine.cfg.Strict {
			d.update(origin, func(r *record) []*event { return []*event{d.rebootEvent(r)} })
		}
	default:
		if e.to != vir.DomainShutoff {
			e = edgeShutdown
		}
		// The guest is told that it is over; there is nobody to answer an error.
		_ = r.guest.Destroy(context.Background(), false)
		d.stop(origin, r.id, e)
	}
}

// follow does what the definition wants of a guest that stands with its
// process, once the guest has told everything: the life of r is restarted or
// ends at e.
func (d *Domain) follow(r *record, action domxml.LifecycleAction, e edge, again vir.DomainRunningReason) {
	go func() {
		ctx := context.Background()
		log := d.host.engine.log.With("domain", r.name, "action", action)
		if action == domxml.LifecycleCoredumpDestroy || action == domxml.LifecycleCoredumpRestart {
			if err := d.autodump(ctx, r); err != nil {
				log.Error("the memory of a crashed guest is not kept", "error", err)
			}
		}
		restarter, ok := r.guest.(drivers.Restarter)
		switch {
		case action == domxml.LifecyclePreserve:
		case restarts(action) && ok:
			if err := restarter.Restart(ctx); err != nil {
				log.Error("the guest does not start again", "error", err)
				return
			}
			d.restarted(r, again)
		default:
			if err := r.guest.Destroy(ctx, false); err != nil {
				log.Error("the guest does not end", "error", err)
				return
			}
			d.stop(nil, r.id, e)
		}
	}()
}

// restarted has the guest of r run again, for a reason that clients hear of
// where it stood.
func (d *Domain) restarted(r *record, reason vir.DomainRunningReason) {
	d.update(nil, func(now *record) []*event {
		if now.id != r.id {
			return nil
		}
		stood := now.state != vir.DomainRunning
		now.state, now.reason = vir.DomainRunning, int32(reason)
		if !stood {
			return nil
		}
		return []*event{d.lifecycleEvent(now, int32(vir.DomainEventResumed), int32(vir.DomainEventResumedUnpaused))}
	})
	d.keepStatus()
}

// autodump writes the memory of a crashed guest where the host keeps dumps.
func (d *Domain) autodump(ctx context.Context, r *record) error {
	dumper, ok := r.guest.(drivers.CoreDumper)
	place, has := d.host.backend.(drivers.DumpPlacer)
	if !ok || !has {
		return vir.Errorf(vir.FromDomain, vir.ErrNoSupport, "%s", "core dumps of crashed guests")
	}
	path, err := place.DumpPath(r.name, r.id)
	if err != nil {
		return err
	}
	return dumper.DumpCore(ctx, path, vir.DomainCoreDumpFormatRaw)
}
