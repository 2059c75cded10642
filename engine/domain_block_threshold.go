package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

func bindDomainBlockThreshold(b *binder) {
	needsGuest[drivers.BlockThresholder](change(b, remoteproto.DomainSetBlockThreshold, func(c *call, d *Domain, a *remoteproto.DomainSetBlockThresholdArgs) (*proc.Void, error) {
		r := d.load()
		if !r.active() {
			return nil, errNotActive()
		}
		g, err := guestOf[drivers.BlockThresholder](c, r)
		if err != nil {
			return nil, err
		}
		return nil, g.SetBlockThreshold(c, a.Dev, a.Threshold)
	}))
}
