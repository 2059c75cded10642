package engine

import (
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

func bindDomainAutostart(b *binder) {
	onDomain(b, remoteproto.DomainGetAutostart, domainGetAutostart).quick()
	onDomain(b, remoteproto.DomainSetAutostart, domainSetAutostart).quick()
}

func domainGetAutostart(_ *call, d *Domain, _ *remoteproto.DomainGetAutostartArgs) (*remoteproto.DomainGetAutostartRet, error) {
	return &remoteproto.DomainGetAutostartRet{Autostart: boolInt(d.load().autostart)}, nil
}

// domainSetAutostart sets the mark on any domain, transient ones too.
func domainSetAutostart(c *call, d *Domain, a *remoteproto.DomainSetAutostartArgs) (*proc.Void, error) {
	d.update(c.Call, func(r *record) []*event {
		r.autostart = a.Autostart != 0
		return nil
	})
	return nil, nil
}
