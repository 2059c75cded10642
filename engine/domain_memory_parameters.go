package engine

import (
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainMemoryParameters(b *binder) {
	onCounted(b, remoteproto.DomainGetMemoryParameters, func(a *remoteproto.DomainGetMemoryParametersArgs) *remoteproto.DomainGetMemoryParametersRet {
		if a.Nparams != 0 {
			return nil
		}
		return &remoteproto.DomainGetMemoryParametersRet{Nparams: int32(len(memoryTable))}
	}, domainGetMemoryParameters).
		wire(func(a *remoteproto.DomainGetMemoryParametersArgs) error {
			return checkNparams(a.Nparams, remoteproto.DomainMemoryParametersMax)
		}).
		args(func(a *remoteproto.DomainGetMemoryParametersArgs) error {
			return notBoth(remoteproto.DomainGetMemoryParameters.Info, a.Flags)
		})
	change(b, remoteproto.DomainSetMemoryParameters, domainSetMemoryParameters).
		wire(func(a *remoteproto.DomainSetMemoryParametersArgs) error { return checkParamNames(a.Params) }).
		args(func(a *remoteproto.DomainSetMemoryParametersArgs) error {
			return someParams(remoteproto.DomainSetMemoryParameters.Info, a.Params)
		}).
		driver(func(_ *call, a *remoteproto.DomainSetMemoryParametersArgs) error { return memoryTable.check(a.Params) })
	change(b, remoteproto.DomainSetMemoryStatsPeriod, domainSetMemoryStatsPeriod).
		args(func(a *remoteproto.DomainSetMemoryStatsPeriodArgs) error {
			return nonNegative(remoteproto.DomainSetMemoryStatsPeriod.Info, "period", a.Period)
		})
}

// memoryLimits are in KiB.
type memoryLimits struct{ hard, soft, swap uint64 }

var memoryTable = paramTable[memoryLimits]{
	ullongKey(vir.DomainMemoryHardLimit, func(m *memoryLimits) *uint64 { return &m.hard }),
	ullongKey(vir.DomainMemorySoftLimit, func(m *memoryLimits) *uint64 { return &m.soft }),
	ullongKey(vir.DomainMemorySwapHardLimit, func(m *memoryLimits) *uint64 { return &m.swap }),
}

// limitsOf reads the limits of a document; absent ones are unlimited.
func limitsOf(t *domxml.Domain) memoryLimits {
	m := t.MemTune
	if m == nil {
		m = &domxml.MemTune{}
	}
	value := func(l *domxml.MemLimit) uint64 {
		if l == nil || l.Unit == "" {
			return vir.DomainMemoryParamUnlimited
		}
		return l.Value
	}
	return memoryLimits{value(m.HardLimit), value(m.SoftLimit), value(m.SwapHardLimit)}
}

func (m memoryLimits) store(t *domxml.Domain) {
	if t.MemTune == nil {
		t.MemTune = &domxml.MemTune{}
	}
	limit := func(v uint64) *domxml.MemLimit { return &domxml.MemLimit{Memory: domxml.KiB(v)} }
	t.MemTune.HardLimit, t.MemTune.SoftLimit, t.MemTune.SwapHardLimit = limit(m.hard), limit(m.soft), limit(m.swap)
}

func domainGetMemoryParameters(_ *call, d *Domain, a *remoteproto.DomainGetMemoryParametersArgs) (*remoteproto.DomainGetMemoryParametersRet, error) {
	def, err := d.oneTuned(a.Flags, withoutMemory)
	if err != nil {
		return nil, err
	}
	m := limitsOf(def.tree())
	list, n := memoryTable.read(&m).answer(a.Nparams, a.Flags)
	return &remoteproto.DomainGetMemoryParametersRet{Params: list, Nparams: n}, nil
}

// domainSetMemoryParameters changes limits; memory may not be more than
// memory and swap together, where one of the two is given. The other one is
// that of the running guest, as in the reference.
func domainSetMemoryParameters(c *call, d *Domain, a *remoteproto.DomainSetMemoryParametersArgs) (*proc.Void, error) {
	return nil, d.tuneOne(c, a.Flags, withoutMemory, func(t *domxml.Domain, _ bool) error {
		m := limitsOf(t)
		if err := memoryTable.write(&m, a.Params); err != nil {
			return err
		}
		all := limitsOf(d.load().current().tree())
		if err := memoryTable.write(&all, a.Params); err != nil {
			return err
		}
		given := hasParam(a.Params, vir.DomainMemoryHardLimit) || hasParam(a.Params, vir.DomainMemorySwapHardLimit)
		if given && all.hard > all.swap {
			return c.host.errorf(vir.ErrInvalidArg, "memory hard_limit tunable value must be lower than or equal to swap_hard_limit")
		}
		m.store(t)
		return nil
	})
}

// domainSetMemoryStatsPeriod sets how often the balloon's figures are read.
func domainSetMemoryStatsPeriod(c *call, d *Domain, a *remoteproto.DomainSetMemoryStatsPeriodArgs) (*proc.Void, error) {
	if err := oneOnly(a.Flags); err != nil {
		return nil, err
	}
	return nil, d.edit(c, a.Flags, func(t *domxml.Domain, live bool) error {
		if !t.HasMemballoon() {
			return c.host.errorf(vir.ErrInternalError, "No memory balloon device configured, can not set the collection period")
		}
		t.Devices.Memballoon.Stats = &domxml.BalloonStats{Period: uint(a.Period)}
		if g, ok := d.load().guest.(drivers.MemoryStatsPoller); ok && live {
			return g.SetMemoryStatsPeriod(c, time.Duration(a.Period)*time.Second)
		}
		return nil
	})
}
