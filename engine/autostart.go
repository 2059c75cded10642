package engine

import (
	"context"

	"github.com/govirtd/govirtd/drivers"
)

// autostart starts what is marked, once after each boot of the machine:
// networks and pools first, which domains need. It returns when all have been
// tried; what does not start is told of and hinders nothing else.
func (h *Host) autostart(ctx context.Context) {
	boots, ok := h.keeper.(drivers.BootWatcher)
	if !ok {
		return
	}
	first := func(kind drivers.Kind) bool {
		first, err := boots.FirstSinceBoot(ctx, kind)
		if err != nil {
			h.engine.log.Error("nothing starts with the host", "kind", kind, "error", err)
		}
		return first
	}
	told := func(kind drivers.Kind, name string, err error) {
		if err != nil {
			h.engine.log.Error("it does not start with the host", "kind", kind, "name", name, "error", err)
		}
	}
	if first(drivers.KindNetwork) {
		for _, n := range h.networks.all() {
			told(drivers.KindNetwork, n.load().name, n.autostart(ctx))
		}
	}
	if first(drivers.KindStoragePool) {
		for _, p := range h.pools.all() {
			told(drivers.KindStoragePool, p.load().name, p.autostart(ctx))
		}
	}
	if first(drivers.KindDomain) {
		for _, d := range h.domains.all() {
			told(drivers.KindDomain, d.load().name, d.autostart(ctx))
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
	if !d.load().autostart {
		return nil
	}
	done, err := d.job.begin(ctx, autostartJob)
	if err != nil {
		return err
	}
	defer done()
	r := d.load()
	if r.gone || r.active() || !r.autostart {
		return nil
	}
	return d.launch(ctx, nil, verbStart, r.next(), nil, "")
}
