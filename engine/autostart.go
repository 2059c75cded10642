package engine

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
)

// marked is what is to be started with the host, if this is the first time
// since the machine has booted that it is opened: networks and pools first,
// which domains need. Who opens the host asks before clients can mark more.
func (h *Host) marked(ctx context.Context) []starter {
	boots, ok := h.keeper.(drivers.BootWatcher)
	if !ok {
		return nil
	}
	var list []starter
	for _, k := range []struct {
		kind drivers.Kind
		add  func()
	}{
		{drivers.KindNetwork, func() {
			for _, n := range h.networks.all() {
				list = append(list, starter{drivers.KindNetwork, n.load().name, n.autostart})
			}
		}},
		{drivers.KindStoragePool, func() {
			for _, p := range h.pools.all() {
				list = append(list, starter{drivers.KindStoragePool, p.load().name, p.autostart})
			}
		}},
		{drivers.KindDomain, func() {
			for _, d := range h.domains.all() {
				list = append(list, starter{drivers.KindDomain, d.load().name, d.autostart})
			}
		}},
	} {
		first, err := boots.FirstSinceBoot(ctx, k.kind)
		if err != nil {
			h.engine.log.Error("nothing starts with the host", "kind", k.kind, "error", err)
		}
		if first {
			k.add()
		}
	}
	return list
}

// starter starts an object if it is to be started with the host.
type starter struct {
	kind  drivers.Kind
	name  string
	start func(context.Context) error
}

// autostart starts what was found to be marked and returns when all have been
// tried; what does not start is told of and hinders nothing else.
func (h *Host) autostart(ctx context.Context, list []starter) {
	for _, s := range list {
		if err := s.start(ctx); err != nil {
			h.engine.log.Error("it does not start with the host", "kind", s.kind, "name", s.name, "error", err)
		}
	}
}

// autostartJob is the owner of jobs while something starts with the host.
const autostartJob = "autostart"

func (n *Network) autostart(ctx context.Context) error {
	if !n.load().autostart {
		return nil
	}
	done, err := n.job.begin(ctx, autostartJob)
	if err != nil {
		return err
	}
	defer done()
	if r := n.load(); r.gone || r.active || !r.autostart {
		return nil
	}
	return n.start(ctx, nil)
}

func (p *StoragePool) autostart(ctx context.Context) error {
	if !p.load().autostart {
		return nil
	}
	done, err := p.job.begin(ctx, autostartJob)
	if err != nil {
		return err
	}
	defer done()
	if r := p.load(); r.gone || r.active || !r.autostart {
		return nil
	}
	return p.start(ctx, nil, 0, false)
}

func (d *Domain) autostart(ctx context.Context) error {
	if r := d.load(); !r.autostart && !r.once {
		return nil
	}
	done, err := d.job.begin(ctx, autostartJob)
	if err != nil {
		return err
	}
	defer done()
	r := d.load()
	if r.gone || !r.autostart && !r.once {
		return nil
	}
	if r.once {
		// The mark goes first: a guest that does not start is not tried for ever.
		err := commit(ctx, &d.object, drivers.KindDomain, (*record).called, nil, func(r *record) []*event {
			r.once = false
			return nil
		})
		if err != nil {
			return err
		}
	}
	if r.active() {
		return nil
	}
	return d.launch(ctx, nil, verbStart, r.next(), nil, "")
}
