package engine

import (
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// tunesGuests says whether limits follow the rules of the reference's drivers
// for real hypervisors, and not those of its test driver.
func (h *Host) tunesGuests() bool {
	_, ok := h.personality.(drivers.GuestTuner)
	return ok
}

// tuneImpact resolves the flags of a change of limits: the test driver changes
// one definition only.
func (d *Domain) tuneImpact(flags uint32) (impact, error) {
	if !d.host.tunesGuests() {
		if err := oneOnly(flags); err != nil {
			return impact{}, err
		}
	}
	return impactOf(d.load(), flags)
}

// tuneOne is edit for limits that no guest is told of: where it is more than a
// document they need control groups, and without says what there is not.
func (d *Domain) tuneOne(c *call, flags uint32, without string, change func(doc *domxml.Domain, live bool) error) error {
	i, err := d.tuneImpact(flags)
	if err != nil {
		return err
	}
	if i.live {
		if err := d.tunable(without); err != nil {
			return err
		}
	}
	return d.host.own(d.editImpact(c, i, change))
}

// oneTuned is oneDefinition for such limits: a running guest has none.
func (d *Domain) oneTuned(flags uint32, without string) (*definition, error) {
	r := d.load()
	def, err := oneDefinition(r, flags)
	if err == nil && r.active() && def == r.live {
		err = d.tunable(without)
	}
	return def, err
}

// tunable refuses what would stand in the document of a running guest and
// nowhere else.
func (d *Domain) tunable(without string) error {
	if _, ok := d.load().guest.(drivers.Tuner); !ok {
		return d.host.errorf(vir.ErrOperationInvalid, "%s", without)
	}
	return nil
}

// What hosts are without.
const (
	withoutMemory   = "cgroup memory controller is not mounted"
	withoutBlkio    = "blkio cgroup isn't mounted"
	withoutCPUSet   = "cgroup cpuset controller is not mounted"
	withoutTraffic  = "the bandwidth of a running guest's interfaces cannot be limited yet; --config limits it from its next start"
	withoutCounters = "perf events of a running guest cannot be changed yet; --config changes those of its next start"
)

// tuneTelling is tuneOne for limits that a guest can be told of: what it refuses
// is not written down. A guest that is a document only has nobody to tell.
func tuneTelling[G any](d *Domain, c *call, flags uint32, change func(doc *domxml.Domain, live bool) error, tell func(g G, doc *domxml.Domain) error) (impact, error) {
	i, err := d.tuneImpact(flags)
	if err != nil {
		return i, err
	}
	err = d.editTelling(c, i, change, func(r *record, doc *domxml.Domain) error {
		if _, ok := r.guest.(drivers.Tuner); ok {
			return nil
		}
		g, err := guestOf[G](c, r)
		if err != nil {
			return err
		}
		return tell(g, doc)
	})
	return i, d.host.own(err)
}

// editTelling changes documents and, if that of the guest is among them, tells
// the guest in between: what it refuses is not written down.
func (d *Domain) editTelling(c *call, i impact, change func(doc *domxml.Domain, live bool) error, tell func(r *record, doc *domxml.Domain) error) error {
	var t *turn
	if i.config {
		var err error
		if t, err = d.turn(c); err != nil {
			return err
		}
		defer t.end()
	}
	if i.live {
		// Judged before the guest hears of it; the second run writes it down.
		r := d.load()
		if r.live == nil {
			return errNotActive() // it has ended in the meantime
		}
		doc := r.live.ofGuest().tree()
		if err := change(doc, true); err != nil {
			return err
		}
		if i.config {
			if r.config == nil {
				return errTransient()
			}
			config, err := r.config.edit(func(doc *domxml.Domain) error { return change(doc, false) })
			if err != nil {
				return err
			}
			after := *r
			after.config = config
			if err := t.keep(c, r.name, after.lasting()); err != nil {
				return err
			}
		}
		if err := tell(r, doc); err != nil {
			return err
		}
	}
	return d.editTurn(c, t, i, change)
}

// tellTuned tells of limits of the running guest that have changed.
func (d *Domain) tellTuned(c *call, i impact, list params) {
	if !i.live || !d.host.tunesGuests() || len(list) == 0 {
		return
	}
	d.update(c.Call, func(r *record) []*event {
		return []*event{d.modern(vir.DomainEventIDTunable, remoteproto.DomainEventCallbackTunable.Info,
			&remoteproto.DomainEventCallbackTunableMsg{Dom: d.ref(r), Params: list})}
	})
}

// pinned is the parameter of that event for a pin; name has its number, if it
// has one, in the place of %u.
func pinned(name string, n uint32, set domxml.CPUSet) params {
	return params(nil).string(strings.ReplaceAll(name, "%u", strconv.FormatUint(uint64(n), 10)), set.String())
}
