package engine

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// liveDefinition is the definition of a guest that was started from def: the
// guest's own account where it gives one.
func liveDefinition(guest drivers.Guest, def *definition) (*definition, error) {
	l, ok := guest.(drivers.LiveDocument)
	if !ok {
		return def, nil
	}
	d := l.LiveDocument().Clone()
	d.ID = 0 // of the record
	return keep(d, 0, true)
}

// refreshLive takes over what the guest now says of itself; id is the life
// that it is about.
func (d *Domain) refreshLive(id int32) {
	r := d.load()
	if r.id != id {
		return
	}
	live, err := liveDefinition(r.guest, r.live)
	if err != nil {
		d.host.engine.log.Error("the guest's document cannot be kept", "domain", r.name, "error", err)
		return
	}
	d.update(nil, func(r *record) []*event {
		if r.id == id {
			r.live = live
		}
		return nil
	})
}

// keepStatus has what is known of a running guest written down, for the next
// daemon. It is called after the record has changed, with no lock held.
func (d *Domain) keepStatus() {
	d.status.Lock()
	defer d.status.Unlock()
	r := d.load()
	g, ok := r.guest.(drivers.StatusKeeper)
	if !ok {
		return
	}
	live := r.live.tree()
	live.ID = r.id
	err := g.KeepStatus(drivers.Status{State: r.state, Reason: r.reason, Domain: live, Persistent: r.persistent()})
	if err != nil {
		d.host.engine.log.Error("the guest's status cannot be kept: a new daemon would not know of it", "domain", r.name, "error", err)
	}
}

// edgeEvents are the event of an edge, with what the personality tells before
// and after it.
func (d *Domain) edgeEvents(r *record, e edge) []*event {
	if e.silent {
		return nil
	}
	main := d.lifecycleEvent(r, e.event, e.detail)
	t, ok := d.host.personality.(drivers.LifecycleTeller)
	if !ok || e.tells == "" {
		return []*event{main}
	}
	before, after := t.Lifecycle(e.tells)
	var list []*event
	for _, l := range before {
		list = append(list, d.lifecycleEvent(r, int32(l.Event), l.Detail))
	}
	list = append(list, main)
	for _, l := range after {
		list = append(list, d.lifecycleEvent(r, int32(l.Event), l.Detail))
	}
	return list
}

// mayAutodestroy has the domain's present life end with the connection of the
// call that started it, if that call says so (VIR_DOMAIN_START_AUTODESTROY).
func (d *Domain) mayAutodestroy(c *call, flags uint32) {
	if flags&uint32(vir.DomainStartAutodestroy) == 0 {
		return
	}
	id := d.load().id
	c.Session.OnClose(func() {
		r := d.load()
		if r.id != id || r.guest == nil {
			return
		}
		e, ok := edgeOf(r.state, verbDestroy)
		if !ok {
			return
		}
		if err := r.guest.Destroy(context.Background(), false); err != nil {
			d.host.engine.log.Error("a guest cannot be destroyed with its connection", "domain", r.name, "error", err)
			return
		}
		d.stop(nil, id, e)
	})
}
