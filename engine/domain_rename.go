package engine

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainRename(b *binder) {
	change(b, remoteproto.DomainRename, domainRename).
		wire(func(a *remoteproto.DomainRenameArgs) error {
			p := remoteproto.DomainRename.Info
			if err := notNull(p, "new_name", a.NewName != nil); err != nil {
				return err
			}
			if *a.NewName == "" {
				return argError(p, "new_name", "string new_name in %s must not be empty", p.API)
			}
			return nil
		})
}

// domainRename renames an inactive, persistent domain: clients hear that the
// old name went and the new one came.
func domainRename(c *call, d *Domain, a *remoteproto.DomainRenameArgs) (*remoteproto.DomainRenameRet, error) {
	h, name := c.host, *a.NewName
	was := d.load().name // nobody renames it while we have its job
	t, err := h.turn(c, c.Info.API, drivers.KindDomain, was, name)
	if err != nil {
		return nil, err
	}
	defer t.end()
	if err := d.mayRename(name); err != nil {
		return nil, err
	}
	config, err := d.load().config.edit(func(t *domxml.Domain) error {
		t.Name = name
		return nil
	})
	if err != nil {
		return nil, err
	}
	// The new name comes before the old one goes.
	after := *d.load()
	after.name, after.config = name, config
	if err := t.keep(c, name, after.lasting()); err != nil {
		return nil, err
	}
	if err := t.keep(c, was, lasting{}); err != nil {
		return nil, err
	}
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	if err := d.mayRenameLocked(name); err != nil {
		return nil, err // somebody has taken the name in between
	}
	h.domains.rename(d, was, name)
	d.update(c.Call, func(r *record) []*event {
		gone := d.lifecycleEvent(r, int32(vir.DomainEventUndefined), int32(vir.DomainEventUndefinedRenamed))
		r.name, r.config = name, config
		return []*event{gone, d.lifecycleEvent(r, int32(vir.DomainEventDefined), int32(vir.DomainEventDefinedRenamed))}
	})
	return &remoteproto.DomainRenameRet{}, nil
}

func (d *Domain) mayRename(name string) error {
	d.host.domains.mu.RLock()
	defer d.host.domains.mu.RUnlock()
	return d.mayRenameLocked(name)
}

// mayRenameLocked says whether a domain may have another name; domains.mu is
// held.
func (d *Domain) mayRenameLocked(name string) error {
	h, r := d.host, d.load()
	switch {
	case r.gone:
		return h.errNoDomain()
	case r.active():
		return h.errorf(vir.ErrOperationInvalid, "cannot rename active domain")
	case !r.persistent():
		return h.errorf(vir.ErrOperationInvalid, "cannot rename a transient domain")
	case name == r.name:
		return vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "Can't rename domain to itself")
	case h.domains.byName[name] != nil:
		return vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "domain with name '%s' already exists", name)
	}
	if strings.Contains(name, "/") {
		return h.errorf(vir.ErrXMLError, "name %s cannot contain '/'", name)
	}
	return nil
}
