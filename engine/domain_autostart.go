package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainAutostart(b *binder) {
	onDomain(b, remoteproto.DomainGetAutostart, domainGetAutostart).quick()
	onDomain(b, remoteproto.DomainSetAutostart, domainSetAutostart)
	needing[drivers.OnceStarter](onDomain(b, remoteproto.DomainGetAutostartOnce, func(_ *call, d *Domain, _ *remoteproto.DomainGetAutostartOnceArgs) (*remoteproto.DomainGetAutostartOnceRet, error) {
		return &remoteproto.DomainGetAutostartOnceRet{Autostart: boolInt(d.load().once)}, nil
	})).quick()
	needing[drivers.OnceStarter](onDomain(b, remoteproto.DomainSetAutostartOnce, func(c *call, d *Domain, a *remoteproto.DomainSetAutostartOnceArgs) (*proc.Void, error) {
		if !d.load().persistent() {
			return nil, c.host.errorf(vir.ErrOperationInvalid, "cannot set autostart for transient domain")
		}
		return nil, d.commit(c, func(r *record) []*event {
			r.once = a.Autostart != 0
			return nil
		})
	}))
}

func domainGetAutostart(_ *call, d *Domain, _ *remoteproto.DomainGetAutostartArgs) (*remoteproto.DomainGetAutostartRet, error) {
	return &remoteproto.DomainGetAutostartRet{Autostart: boolInt(d.load().autostart)}, nil
}

// domainSetAutostart sets the mark; the reference's test driver does so with
// any domain, transient ones too, and nothing follows from it.
func domainSetAutostart(c *call, d *Domain, a *remoteproto.DomainSetAutostartArgs) (*proc.Void, error) {
	if c.host.keeper != nil && !d.load().persistent() {
		return nil, c.host.errorf(vir.ErrOperationInvalid, "cannot set autostart for transient domain")
	}
	return nil, d.commit(c, func(r *record) []*event {
		r.autostart = a.Autostart != 0
		return nil
	})
}
