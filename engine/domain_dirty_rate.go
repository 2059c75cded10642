package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainDirtyRate(b *binder) {
	onGuest(b, remoteproto.DomainStartDirtyRateCalc, func(c *call, g drivers.DirtyRater, a *remoteproto.DomainStartDirtyRateCalcArgs) (*proc.Void, error) {
		return nil, g.StartDirtyRate(c, int(a.Seconds), vir.DomainDirtyRateCalcFlags(a.Flags))
	}).args(func(a *remoteproto.DomainStartDirtyRateCalcArgs) error {
		return exclusive(remoteproto.DomainStartDirtyRateCalc.Info, a.Flags, uint32(vir.DomainDirtyrateModeDirtyBitmap), uint32(vir.DomainDirtyrateModeDirtyRing),
			"VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_BITMAP", "VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_RING")
	})
}
