package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// impact is what VIR_DOMAIN_AFFECT_LIVE and VIR_DOMAIN_AFFECT_CONFIG of a
// call come to for a domain in its present state.
type impact struct{ live, config bool }

// impactOf resolves the two bits: with neither, the running guest if there is
// one and the definition otherwise.
func impactOf(r *record, flags uint32) (impact, error) {
	i := impact{
		live:   flags&uint32(vir.DomainAffectLive) != 0,
		config: flags&uint32(vir.DomainAffectConfig) != 0,
	}
	if !i.live && !i.config {
		i.live = r.active()
		i.config = !r.active()
	}
	if i.live && !r.active() {
		return i, errNotActive()
	}
	if i.config && !r.persistent() {
		return i, errTransient()
	}
	return i, nil
}

// oneOnly is the driver's own refusal of both bits, where it works on one
// definition; the public functions have another (notBoth).
func oneOnly(flags uint32) error {
	if flags&affectLive != 0 && flags&affectConfig != 0 {
		return vir.ArgError(vir.FromDomain, vir.ErrInvalidArg, "virDomainObjGetOneDefState", "flags",
			"Flags '%s' and '%s' are mutually exclusive", "VIR_DOMAIN_AFFECT_LIVE", "VIR_DOMAIN_AFFECT_CONFIG")
	}
	return nil
}

// oneDefinition is the definition that a query with these flags is about.
func oneDefinition(r *record, flags uint32) (*definition, error) {
	if err := oneOnly(flags); err != nil {
		return nil, err
	}
	i, err := impactOf(r, flags)
	if err != nil {
		return nil, err
	}
	if i.live {
		return r.live, nil
	}
	return r.config, nil
}

// edit changes the definitions that flags name and swaps the record. A
// change of both is made to each on its own: they may differ.
func (d *Domain) edit(c *call, flags uint32, change func(doc *domxml.Domain, live bool) error) error {
	r := d.load()
	i, err := impactOf(r, flags)
	if err != nil {
		return err
	}
	return d.editImpact(c, i, change)
}

// ofDriver stands for the error domain of the driver in errors that are made
// where the host is not known.
const ofDriver vir.ErrorDomain = -1

// own puts the host's own error domain into an error of ofDriver.
func (h *Host) own(err error) error {
	if e, ok := err.(*vir.Error); ok && e.Domain == ofDriver {
		e.Domain = h.personality.ErrorDomain()
	}
	return err
}

func (d *Domain) editImpact(c *call, i impact, change func(doc *domxml.Domain, live bool) error) error {
	if !i.config {
		return d.editTurn(c, nil, i, change)
	}
	t, err := d.turn(c)
	if err != nil {
		return err
	}
	defer t.end()
	return d.editTurn(c, t, i, change)
}

// editTurn is editImpact for who has the turn with the domain, if there is one
// to have.
func (d *Domain) editTurn(c *call, t *turn, i impact, change func(doc *domxml.Domain, live bool) error) error {
	for {
		r := d.load()
		live, config := r.live, r.config
		switch {
		case i.live && live == nil:
			return errNotActive() // it has ended in the meantime
		case i.config && config == nil:
			return errTransient()
		}
		var err error
		if i.live {
			if live, err = live.ofGuest().edit(func(doc *domxml.Domain) error { return change(doc, true) }); err != nil {
				return err
			}
		}
		if i.config {
			if config, err = config.edit(func(doc *domxml.Domain) error { return change(doc, false) }); err != nil {
				return err
			}
		}
		after := *r
		after.live, after.config = live, config
		if err := t.keep(c, r.name, after.lasting()); err != nil {
			return err
		}
		// Ending and defining wait for no job: a change that was made of
		// something that is no longer there is made again.
		same := false
		d.update(c.Call, func(now *record) []*event {
			if same = now.live == r.live && now.config == r.config; same {
				now.live, now.config = live, config
			}
			return nil
		})
		if same {
			if i.live {
				d.keepStatus() // for the next daemon
			}
			return nil
		}
	}
}
