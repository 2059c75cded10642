package engine

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainIOThreads(b *binder) {
	onDomain(b, remoteproto.DomainGetIOThreadInfo, domainGetIOThreadInfo).args(func(a *remoteproto.DomainGetIOThreadInfoArgs) error {
		return notBoth(remoteproto.DomainGetIOThreadInfo.Info, a.Flags)
	})
	change(b, remoteproto.DomainPinIOThread, domainPinIOThread).args(func(a *remoteproto.DomainPinIOThreadArgs) error {
		return notNull(remoteproto.DomainPinIOThread.Info, "cpumap", len(a.CPUMap) > 0)
	})
	change(b, remoteproto.DomainAddIOThread, domainAddIOThread).driver(func(c *call, a *remoteproto.DomainAddIOThreadArgs) error {
		return c.host.checkIOThreadID(a.IOThreadID)
	})
	change(b, remoteproto.DomainDelIOThread, domainDelIOThread).args(func(a *remoteproto.DomainDelIOThreadArgs) error {
		return notZero(remoteproto.DomainDelIOThread.Info, "iothread_id", a.IOThreadID)
	})
	change(b, remoteproto.DomainSetIOThreadParams, domainSetIOThreadParams).
		wire(func(a *remoteproto.DomainSetIOThreadParamsArgs) error { return checkParamNames(a.Params) }).
		args(func(a *remoteproto.DomainSetIOThreadParamsArgs) error {
			return someParams(remoteproto.DomainSetIOThreadParams.Info, a.Params)
		}).
		driver(func(c *call, a *remoteproto.DomainSetIOThreadParamsArgs) error {
			return c.host.checkIOThreadID(a.IOThreadID)
		})
}

func (h *Host) checkIOThreadID(id uint32) error {
	if id == 0 {
		return h.errorf(vir.ErrInvalidArg, "invalid value of 0 for iothread_id")
	}
	return nil
}

// polling is how a guest's iothread polls before it sleeps.
type polling struct {
	max          uint64 // nanoseconds
	grow, shrink uint32
}

// newPolling is that of a thread that nobody has told otherwise.
var newPolling = polling{max: 32768}

var pollingTable = paramTable[polling]{
	ullongKey(vir.DomainIOThreadPollMaxNs, func(p *polling) *uint64 { return &p.max }),
	uintKey(vir.DomainIOThreadPollGrow, func(p *polling) *uint32 { return &p.grow }),
	uintKey(vir.DomainIOThreadPollShrink, func(p *polling) *uint32 { return &p.shrink }),
}

// iothreadStats gives the polling of the iothreads that the guest knows.
func iothreadStats(r *record, p *wireParams) {
	known := r.tuned.iothreads
	if len(known) == 0 || !r.active() {
		return
	}
	p.uint(vir.DomainStatsIOThreadCount, uint32(len(known)))
	for _, t := range known {
		name := vir.DomainStatsIOThreadPrefix + strconv.FormatUint(uint64(t.id), 10)
		p.ullong(name+vir.DomainStatsIOThreadSuffixPollMaxNs, t.polling.max)
		p.uint(name+vir.DomainStatsIOThreadSuffixPollGrow, t.polling.grow)
		p.uint(name+vir.DomainStatsIOThreadSuffixPollShrink, t.polling.shrink)
	}
}

// domainGetIOThreadInfo tells where each iothread may run: its pin, else what
// the document says for all, else as many CPUs as there are virtual ones. A
// guest that knows its threads says which there are.
func domainGetIOThreadInfo(c *call, d *Domain, a *remoteproto.DomainGetIOThreadInfoArgs) (*remoteproto.DomainGetIOThreadInfoRet, error) {
	r := d.load()
	def, err := oneDefinition(r, a.Flags)
	if err != nil {
		return nil, err
	}
	t := def.tree()
	online := domxml.CPUSet{}
	for i := range int(t.VcpusCurrent()) {
		online.Add(i)
	}
	numbers := t.IOThreadNumbers()
	if g, ok := r.guest.(drivers.IOThreader); ok && def == r.live && len(numbers) > 0 {
		if numbers, err = g.IOThreadNumbers(c); err != nil {
			return nil, err
		}
	}
	out := &remoteproto.DomainGetIOThreadInfoRet{}
	for _, id := range numbers {
		set := generalAffinity(t, online)
		if t.CPUTune != nil {
			for _, p := range t.CPUTune.IOThreadPins {
				if p.IOThread == id {
					set = p.CPUSet
				}
			}
		}
		m := make([]byte, (set.Max()+8)/8)
		putMap(m, set)
		out.Info = append(out.Info, remoteproto.DomainIOThreadInfo{IOThreadID: uint32(id), CPUMap: m})
	}
	out.Ret = uint32(len(out.Info))
	return out, nil
}

func domainPinIOThread(c *call, d *Domain, a *remoteproto.DomainPinIOThreadArgs) (*proc.Void, error) {
	set := mapSet(a.CPUMap)
	i, err := tuneTelling(d, c, a.Flags, func(t *domxml.Domain, live bool) error {
		if set.Len() == 0 {
			return c.host.errorf(vir.ErrInvalidArg, "Empty iothread cpumap list for pinning")
		}
		switch there := slices.Contains(t.IOThreadNumbers(), uint(a.IOThreadsID)); {
		case !there && live && c.host.tunesGuests():
			return c.host.errorf(vir.ErrInvalidArg, "iothread %d not found", a.IOThreadsID)
		case !there:
			return c.host.errorf(vir.ErrInvalidArg, "iothreadid %d not found", int32(a.IOThreadsID))
		}
		tune := cpuTune(t)
		tune.IOThreadPins = slices.DeleteFunc(tune.IOThreadPins, func(p domxml.IOThreadPin) bool { return p.IOThread == uint(a.IOThreadsID) })
		tune.IOThreadPins = append(tune.IOThreadPins, domxml.IOThreadPin{IOThread: uint(a.IOThreadsID), CPUSet: set})
		slices.SortFunc(tune.IOThreadPins, func(a, b domxml.IOThreadPin) int { return cmp.Compare(a.IOThread, b.IOThread) })
		return nil
	}, func(g drivers.Pinner, _ *domxml.Domain) error { return g.PinIOThread(c, uint(a.IOThreadsID), set) })
	if err != nil {
		return nil, err
	}
	d.tellTuned(c, i, pinned(vir.DomainTunableCPUIothreadspin, a.IOThreadsID, set))
	return nil, nil
}

// domainAddIOThread adds a thread, which guests know from then on.
func domainAddIOThread(c *call, d *Domain, a *remoteproto.DomainAddIOThreadArgs) (*proc.Void, error) {
	return nil, d.editIOThreads(c, a.Flags, func(k knownIOThreads) knownIOThreads { return k.with(a.IOThreadID) }, func(t *domxml.Domain) error {
		if !t.AddIOThread(uint(a.IOThreadID)) {
			return c.host.iothreadError("an IOThread is already using iothread_id '%d'", a.IOThreadID)
		}
		return nil
	}, func(g drivers.IOThreader) error { return g.AddIOThread(c, &domxml.IOThread{ID: uint(a.IOThreadID)}) })
}

// domainDelIOThread takes a thread away that no disk uses.
func domainDelIOThread(c *call, d *Domain, a *remoteproto.DomainDelIOThreadArgs) (*proc.Void, error) {
	return nil, d.editIOThreads(c, a.Flags, func(k knownIOThreads) knownIOThreads { return k.without(a.IOThreadID) }, func(t *domxml.Domain) error {
		id := uint(a.IOThreadID)
		if !slices.Contains(t.IOThreadNumbers(), id) {
			return c.host.iothreadError("cannot find IOThread '%d' in iothreadids list", a.IOThreadID)
		}
		if user := t.IOThreadUser(id); user != "" {
			return c.host.iothreadError("cannot remove IOThread %d since it is being used by %s", a.IOThreadID, user)
		}
		t.RemoveIOThread(id)
		return nil
	}, func(g drivers.IOThreader) error { return g.RemoveIOThread(c, uint(a.IOThreadID)) })
}

// iothreadError is a number that does not suit. The test driver's are of the
// domain code in common.
func (h *Host) iothreadError(format string, args ...any) error {
	if h.tunesGuests() {
		return h.errorf(vir.ErrInvalidArg, format, args...)
	}
	return vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, format, args...)
}

// editIOThreads changes definitions, and what guests know.
func (d *Domain) editIOThreads(c *call, flags uint32, known func(knownIOThreads) knownIOThreads, change func(*domxml.Domain) error, tell func(drivers.IOThreader) error) error {
	if _, err := tuneTelling(d, c, flags, func(t *domxml.Domain, _ bool) error { return change(t) },
		func(g drivers.IOThreader, _ *domxml.Domain) error { return tell(g) }); err != nil {
		return err
	}
	d.update(c.Call, func(r *record) []*event {
		r.tuned.iothreads = known(r.tuned.iothreads)
		return nil
	})
	return nil
}

// domainSetIOThreadParams changes the polling of a thread that the guest
// knows. Of others the reference says nothing about why it fails.
func domainSetIOThreadParams(c *call, d *Domain, a *remoteproto.DomainSetIOThreadParamsArgs) (*proc.Void, error) {
	if c.host.tunesGuests() {
		return nil, d.setIOThread(c, a)
	}
	r := d.load()
	def, err := oneDefinition(r, a.Flags)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(def.tree().IOThreadNumbers(), uint(a.IOThreadID)) {
		return nil, c.host.errorf(vir.ErrInvalidArg, "cannot find IOThread '%d' in iothreadids", a.IOThreadID)
	}
	p, ok := r.tuned.iothreads.of(a.IOThreadID)
	if !ok {
		return nil, vir.ErrorWithoutCause()
	}
	if err := pollingTable.check(a.Params); err != nil {
		return nil, err
	}
	if err := pollingTable.write(&p, a.Params); err != nil {
		return nil, err
	}
	d.update(c.Call, func(r *record) []*event {
		r.tuned.iothreads = r.tuned.iothreads.polls(a.IOThreadID, p)
		return nil
	})
	return nil, nil
}
