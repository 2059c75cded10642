package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainMemory(b *binder) {
	onDomain(b, remoteproto.DomainGetMaxMemory, domainGetMaxMemory).quick()
	change(b, remoteproto.DomainSetMemory, func(c *call, d *Domain, a *remoteproto.DomainSetMemoryArgs) (*proc.Void, error) {
		return nil, d.setMemory(c, a.Memory, affectLive)
	}).args(func(a *remoteproto.DomainSetMemoryArgs) error {
		return checkMemory(remoteproto.DomainSetMemory.Info, a.Memory)
	})
	change(b, remoteproto.DomainSetMaxMemory, func(c *call, d *Domain, a *remoteproto.DomainSetMaxMemoryArgs) (*proc.Void, error) {
		return nil, d.setMemory(c, a.Memory, uint32(vir.DomainMemMaximum))
	}).args(func(a *remoteproto.DomainSetMaxMemoryArgs) error {
		return checkMemory(remoteproto.DomainSetMaxMemory.Info, a.Memory)
	})
	change(b, remoteproto.DomainSetMemoryFlags, func(c *call, d *Domain, a *remoteproto.DomainSetMemoryFlagsArgs) (*proc.Void, error) {
		return nil, d.setMemory(c, a.Memory, a.Flags)
	}).args(func(a *remoteproto.DomainSetMemoryFlagsArgs) error {
		return checkMemory(remoteproto.DomainSetMemoryFlags.Info, a.Memory)
	})
}

// checkMemory refuses no memory, and more KiB than fit into 64 bits as bytes.
func checkMemory(info *proc.Info, kib uint64) error {
	if err := notZero(info, "memory", kib); err != nil {
		return err
	}
	if kib >= 1<<54 {
		return vir.Errorf(vir.FromDomain, vir.ErrOverflow, "input too large: %d", kib)
	}
	return nil
}

func domainGetMaxMemory(_ *call, d *Domain, _ *remoteproto.DomainGetMaxMemoryArgs) (*remoteproto.DomainGetMaxMemoryRet, error) {
	return &remoteproto.DomainGetMaxMemoryRet{Memory: d.load().current().maxMemory}, nil
}

// setMemory sets the balloon, or the most that there can be.
func (d *Domain) setMemory(c *call, kib uint64, flags uint32) error {
	i, err := d.tuneImpact(flags)
	if err != nil {
		return err
	}
	r := d.load()
	if flags&uint32(vir.DomainMemMaximum) != 0 {
		if i.live {
			return d.host.errorf(vir.ErrOperationInvalid, "cannot resize the maximum memory on an active domain")
		}
		return d.editImpact(c, i, func(t *domxml.Domain, _ bool) error {
			t.SetMaxMemoryKiB(kib)
			return nil
		})
	}
	if i.live && r.live == nil || i.config && r.config == nil {
		return errNotActive() // it has ended in the meantime
	}
	if i.live && kib > r.live.maxMemory || i.config && kib > r.config.maxMemory {
		return d.host.errorf(vir.ErrInvalidArg, "cannot set memory higher than max memory")
	}
	if i.live {
		g, err := guestOf[drivers.MemorySetter](c, r)
		if err != nil {
			return err
		}
		if err := g.SetMemory(c, kib); err != nil {
			return err
		}
		// How much it has is what it gives back, which it tells (BalloonChanged).
		if _, tells := g.(drivers.LiveDocument); tells {
			if i.live = false; !i.config {
				return nil
			}
		}
	}
	return d.editImpact(c, i, func(t *domxml.Domain, _ bool) error {
		t.SetMemoryKiB(kib)
		return nil
	})
}
