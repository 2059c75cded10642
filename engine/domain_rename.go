package engine

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
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
	h.domains.mu.Lock()
	defer h.domains.mu.Unlock()
	r := d.load()
	switch {
	case r.gone:
		return nil, h.errNoDomain()
	case r.active():
		return nil, h.errorf(vir.ErrOperationInvalid, "cannot rename active domain")
	case !r.persistent():
		return nil, h.errorf(vir.ErrOperationInvalid, "cannot rename a transient domain")
	case name == r.name:
		return nil, vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "Can't rename domain to itself")
	case h.domains.byName[name] != nil:
		return nil, vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "domain with name '%s' already exists", name)
	}
	if strings.Contains(name, "/") {
		return nil, h.errorf(vir.ErrXMLError, "name %s cannot contain '/'", name)
	}
	config, err := r.config.edit(func(t *domxml.Domain) error {
		t.Name = name
		return nil
	})
	if err != nil {
		return nil, err
	}
	h.domains.rename(d, r.name, name)
	d.update(c.Call, func(r *record) []*event {
		gone := d.lifecycleEvent(r, int32(vir.DomainEventUndefined), int32(vir.DomainEventUndefinedRenamed))
		r.name, r.config = name, config
		return []*event{gone, d.lifecycleEvent(r, int32(vir.DomainEventDefined), int32(vir.DomainEventDefinedRenamed))}
	})
	return &remoteproto.DomainRenameRet{}, nil
}
