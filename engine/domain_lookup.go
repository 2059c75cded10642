package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainLookup(b *binder) {
	onConn(b, remoteproto.DomainLookupByID, domainLookupByID).quick().
		args(func(a *remoteproto.DomainLookupByIDArgs) error {
			return nonNegative(remoteproto.DomainLookupByID.Info, "id", a.ID)
		})
	onConn(b, remoteproto.DomainLookupByName, domainLookupByName).quick()
	onConn(b, remoteproto.DomainLookupByUUID, domainLookupByUUID).quick()
}

// errNoDomain answers a look-up that finds nothing.
func (h *Host) errNoDomain() error {
	return vir.NewError(h.personality.ErrorDomain(), vir.ErrNoDomain)
}

func domainLookupByID(c *call, a *remoteproto.DomainLookupByIDArgs) (*remoteproto.DomainLookupByIDRet, error) {
	d := c.host.domains.id(a.ID)
	if d == nil {
		return nil, c.host.errNoDomain()
	}
	return &remoteproto.DomainLookupByIDRet{Dom: d.ref(d.load())}, nil
}

func domainLookupByName(c *call, a *remoteproto.DomainLookupByNameArgs) (*remoteproto.DomainLookupByNameRet, error) {
	d := c.host.domains.name(a.Name)
	if d == nil || !d.load().exists() {
		return nil, c.host.errNoDomain()
	}
	return &remoteproto.DomainLookupByNameRet{Dom: d.ref(d.load())}, nil
}

func domainLookupByUUID(c *call, a *remoteproto.DomainLookupByUUIDArgs) (*remoteproto.DomainLookupByUUIDRet, error) {
	d := c.host.domains.uuid(domxml.UUID(a.UUID))
	if d == nil || !d.load().exists() {
		return nil, c.host.errNoDomain()
	}
	return &remoteproto.DomainLookupByUUIDRet{Dom: d.ref(d.load())}, nil
}
