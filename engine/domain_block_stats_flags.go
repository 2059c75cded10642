package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainBlockStatsFlags(b *binder) {
	needsGuest[drivers.BlockTimer](onDomain(b, remoteproto.DomainBlockStatsFlags, domainBlockStatsFlags).
		wire(func(a *remoteproto.DomainBlockStatsFlagsArgs) error {
			return checkNparams(a.Nparams, remoteproto.DomainBlockStatsParametersMax)
		}).knows(uint32(vir.TypedParamStringOkay)))
}

// domainBlockStatsFlags gives the counters of a disk, or the sums of all where
// none is named, with times.
func domainBlockStatsFlags(c *call, d *Domain, a *remoteproto.DomainBlockStatsFlagsArgs) (*remoteproto.DomainBlockStatsFlagsRet, error) {
	r := d.load()
	if !r.active() {
		return nil, errNotActive()
	}
	g, err := guestOf[drivers.BlockStatter](c, r)
	if err != nil {
		return nil, err
	}
	t := r.live.tree()
	var targets []string
	if a.Path == "" {
		for i := range t.Devices.Disks {
			targets = append(targets, t.Devices.Disks[i].Target.Dev)
		}
	} else if target := t.DiskByPath(a.Path); target != "" {
		targets = []string{target}
	} else {
		return nil, c.host.errorf(vir.ErrInvalidArg, "invalid path: %s", a.Path)
	}
	var sum drivers.BlockStats
	for _, target := range targets {
		s, err := g.BlockStats(c, target)
		if err != nil {
			return nil, err
		}
		sum.ReadRequests += s.ReadRequests
		sum.ReadBytes += s.ReadBytes
		sum.ReadTime += s.ReadTime
		sum.WriteRequests += s.WriteRequests
		sum.WriteBytes += s.WriteBytes
		sum.WriteTime += s.WriteTime
		sum.FlushRequests += s.FlushRequests
		sum.FlushTime += s.FlushTime
	}
	p := params(nil).llong("wr_bytes", sum.WriteBytes).llong("wr_operations", sum.WriteRequests).
		llong("rd_bytes", sum.ReadBytes).llong("rd_operations", sum.ReadRequests).llong("flush_operations", sum.FlushRequests).
		llong("wr_total_times", sum.WriteTime).llong("rd_total_times", sum.ReadTime).llong("flush_total_times", sum.FlushTime)
	out := &remoteproto.DomainBlockStatsFlagsRet{Nparams: int32(len(p))}
	if a.Nparams > 0 {
		out.Params = p[:min(len(p), int(a.Nparams))]
		out.Nparams = int32(len(out.Params))
	}
	return out, nil
}
