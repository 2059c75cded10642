package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

const (
	vcpuMaximum      = uint32(vir.DomainVCPUMaximum)
	vcpuGuest        = uint32(vir.DomainVCPUGuest)
	vcpuHotpluggable = uint32(vir.DomainVCPUHotpluggable)
)

func bindDomainVcpus(b *binder) {
	onDomain(b, remoteproto.DomainGetMaxVcpus, func(c *call, d *Domain, _ *remoteproto.DomainGetMaxVcpusArgs) (*remoteproto.DomainGetMaxVcpusRet, error) {
		n, err := d.vcpus(affectLive | vcpuMaximum)
		return &remoteproto.DomainGetMaxVcpusRet{Num: n}, err
	}).quick()
	onDomain(b, remoteproto.DomainGetVcpusFlags, func(c *call, d *Domain, a *remoteproto.DomainGetVcpusFlagsArgs) (*remoteproto.DomainGetVcpusFlagsRet, error) {
		if r := d.load(); a.Flags&vcpuGuest != 0 && r.active() {
			if g, ok := r.guest.(drivers.GuestVcpuCounter); ok {
				n, err := g.GuestVcpus(c)
				return &remoteproto.DomainGetVcpusFlagsRet{Num: int32(n)}, err
			}
		}
		n, err := d.vcpus(a.Flags)
		return &remoteproto.DomainGetVcpusFlagsRet{Num: n}, err
	}).args(func(a *remoteproto.DomainGetVcpusFlagsArgs) error {
		return notBoth(remoteproto.DomainGetVcpusFlags.Info, a.Flags)
	})
	change(b, remoteproto.DomainSetVcpus, func(c *call, d *Domain, a *remoteproto.DomainSetVcpusArgs) (*proc.Void, error) {
		return nil, d.setVcpus(c, a.Nvcpus, affectLive)
	}).args(func(a *remoteproto.DomainSetVcpusArgs) error {
		return notZero(remoteproto.DomainSetVcpus.Info, "nvcpus", a.Nvcpus)
	}).driver(func(c *call, a *remoteproto.DomainSetVcpusArgs) error {
		return c.host.checkVcpus(c, a.Nvcpus)
	})
	change(b, remoteproto.DomainSetVcpusFlags, func(c *call, d *Domain, a *remoteproto.DomainSetVcpusFlagsArgs) (*proc.Void, error) {
		return nil, d.setVcpus(c, a.Nvcpus, a.Flags)
	}).args(checkSetVcpus).driver(func(c *call, a *remoteproto.DomainSetVcpusFlagsArgs) error {
		return c.host.checkVcpus(c, a.Nvcpus)
	})
}

// checkVcpus refuses more than any guest of the host may have.
func (h *Host) checkVcpus(c *call, n uint32) error {
	m, ok := h.backend.(drivers.MaxVcpuser)
	if !ok {
		return nil
	}
	most, err := m.MaxVcpus(c, "")
	if err != nil {
		return err
	}
	if n > uint32(most) {
		return h.errorf(vir.ErrInvalidArg, "requested cpu amount exceeds maximum supported amount (%d > %d)", int32(n), most)
	}
	return nil
}

// checkSetVcpus refuses combinations of flags that make no sense.
func checkSetVcpus(a *remoteproto.DomainSetVcpusFlagsArgs) error {
	p := remoteproto.DomainSetVcpusFlags.Info
	if err := exclusive(p, a.Flags, vcpuGuest, affectConfig, "VIR_DOMAIN_VCPU_GUEST", "VIR_DOMAIN_AFFECT_CONFIG"); err != nil {
		return err
	}
	if err := required(p, a.Flags, vcpuMaximum, affectConfig, "VIR_DOMAIN_VCPU_MAXIMUM", "VIR_DOMAIN_AFFECT_CONFIG"); err != nil {
		return err
	}
	return first(
		exclusive(p, a.Flags, vcpuGuest, vcpuMaximum, "VIR_DOMAIN_VCPU_GUEST", "VIR_DOMAIN_VCPU_MAXIMUM"),
		exclusive(p, a.Flags, vcpuHotpluggable, vcpuMaximum, "VIR_DOMAIN_VCPU_HOTPLUGGABLE", "VIR_DOMAIN_VCPU_MAXIMUM"),
		notZero(p, "nvcpus", a.Nvcpus),
	)
}

// vcpus counts the virtual CPUs that are online, or that may be.
func (d *Domain) vcpus(flags uint32) (int32, error) {
	def, err := oneDefinition(d.load(), flags)
	if err != nil {
		return 0, err
	}
	if flags&vcpuMaximum != 0 {
		return int32(def.maxVcpus), nil
	}
	return int32(def.vcpus), nil
}

func (h *Host) tooManyVcpus(n, most uint, live bool) error {
	if h.tunesGuests() {
		which := "persistent"
		if live {
			which = "live"
		}
		return h.errorf(vir.ErrInvalidArg, "requested vcpus is greater than max allowable vcpus for the %s domain: %d > %d", which, n, most)
	}
	return h.errorf(vir.ErrInvalidArg, "requested cpu amount exceeds maximum (%d > %d)", n, most)
}

// setVcpus sets how many virtual CPUs are online, or may be.
func (d *Domain) setVcpus(c *call, n, flags uint32) error {
	r := d.load()
	i, err := impactOf(r, flags)
	if err != nil {
		return err
	}
	if i.live && n > uint32(r.live.maxVcpus) {
		return d.host.tooManyVcpus(uint(n), uint(r.live.maxVcpus), true)
	}
	if i.config && flags&vcpuMaximum == 0 && n > uint32(r.config.maxVcpus) {
		return d.host.tooManyVcpus(uint(n), uint(r.config.maxVcpus), false)
	}
	if i.live {
		g, err := guestOf[drivers.VcpuSetter](c, r)
		if err != nil {
			return err
		}
		if err := g.SetVcpus(c, int(n)); err != nil {
			return err
		}
	}
	return d.editImpact(c, i, func(t *domxml.Domain, live bool) error {
		// The maximum of a running guest is fixed: with both flags only the
		// definition gets a new one.
		if flags&vcpuMaximum != 0 && !live {
			t.SetVcpusMax(uint(n))
			return nil
		}
		t.SetVcpusCurrent(uint(n))
		return nil
	})
}
