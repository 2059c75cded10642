package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// What is asked of or done to the guest inside a domain.

func bindDomainGuest(b *binder) {
	needsGuest[drivers.Clock](onDomain(b, remoteproto.DomainGetTime, domainGetTime))
	onGuest(b, remoteproto.DomainSetTime, domainSetTime)
	onGuest(b, remoteproto.DomainGetHostname, domainGetHostname)
	onGuest(b, remoteproto.DomainGetControlInfo, domainGetControlInfo)
	onGuest(b, remoteproto.DomainGetFSInfo, domainGetFSInfo)
	onGuest(b, remoteproto.DomainFSFreeze, domainFSFreeze)
	onGuest(b, remoteproto.DomainFSThaw, domainFSThaw)
	onGuest(b, remoteproto.DomainFSTrim, domainFSTrim)
	onGuest(b, remoteproto.DomainSendKey, domainSendKey).args(checkSendKey)
	onGuest(b, remoteproto.DomainInjectNMI, domainInjectNMI)
	onGuest(b, remoteproto.DomainPMWakeup, domainPMWakeup)
	onGuest(b, remoteproto.DomainSetUserPassword, domainSetUserPassword).
		args(func(a *remoteproto.DomainSetUserPasswordArgs) error {
			p := remoteproto.DomainSetUserPassword.Info
			return first(notNull(p, "user", a.User != nil), notNull(p, "password", a.Password != nil))
		})
	needing[drivers.ProcessSignaler](onDomain(b, remoteproto.DomainSendProcessSignal, domainSendProcessSignal).
		wire(func(a *remoteproto.DomainSendProcessSignalArgs) error {
			return notZero(remoteproto.DomainSendProcessSignal.Info, "pid_value", a.PIDValue)
		}).
		driver(checkProcessSignal))
	onGuest(b, remoteproto.DomainMemoryPeek, domainMemoryPeek).
		wire(func(a *remoteproto.DomainMemoryPeekArgs) error {
			return checkBuffer(uint64(a.Size), remoteproto.DomainMemoryPeekBufferMax)
		}).
		args(func(a *remoteproto.DomainMemoryPeekArgs) error {
			p := remoteproto.DomainMemoryPeek.Info
			const virtual, physical = uint32(vir.MemoryVirtual), uint32(vir.MemoryPhysical)
			return exclusive(p, a.Flags, virtual, physical, "VIR_MEMORY_VIRTUAL", "VIR_MEMORY_PHYSICAL")
		}).
		driver(func(c *call, a *remoteproto.DomainMemoryPeekArgs) error {
			if a.Flags == 0 {
				return c.host.errorf(vir.ErrInvalidArg, "flags parameter must be VIR_MEMORY_VIRTUAL or VIR_MEMORY_PHYSICAL")
			}
			return nil
		})
}

// onGuest binds a procedure that asks something of a running guest with
// ability C. It takes no job: a guest that does not answer delays nobody else.
func onGuest[C, A, R any, P aboutDomain[A]](b *binder, p *proc.Proc[A, R], fn func(*call, C, *A) (*R, error)) setup[A] {
	return needsGuest[C](onDomain[A, R, P](b, p, func(c *call, d *Domain, a *A) (*R, error) {
		r := d.load()
		if !r.active() {
			return nil, errNotActive()
		}
		g, err := guestOf[C](c, r)
		if err != nil {
			return nil, err
		}
		return fn(c, g, a)
	}))
}

// domainGetTime needs a guest that runs: the clock of a paused one stands.
func domainGetTime(c *call, d *Domain, _ *remoteproto.DomainGetTimeArgs) (*remoteproto.DomainGetTimeRet, error) {
	r := d.load()
	if r.state != vir.DomainRunning {
		return nil, c.host.errorf(vir.ErrOperationInvalid, "domain is not running")
	}
	g, err := guestOf[drivers.Clock](c, r)
	if err != nil {
		return nil, err
	}
	t, err := g.Time(c)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetTimeRet{Seconds: t.Seconds, Nseconds: t.Nanoseconds}, nil
}

func domainSetTime(c *call, g drivers.Clock, a *remoteproto.DomainSetTimeArgs) (*proc.Void, error) {
	t := drivers.GuestTime{Seconds: a.Seconds, Nanoseconds: a.Nseconds}
	if a.Flags&uint32(vir.DomainTimeSync) != 0 {
		now := c.conn.engine.cfg.Now()
		t = drivers.GuestTime{Seconds: now.Unix(), Nanoseconds: uint32(now.Nanosecond())}
	}
	return nil, g.SetTime(c, t)
}

func domainGetHostname(c *call, g drivers.Hostnamer, _ *remoteproto.DomainGetHostnameArgs) (*remoteproto.DomainGetHostnameRet, error) {
	name, err := g.Hostname(c, c.refName)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetHostnameRet{Hostname: name}, nil
}

func domainGetControlInfo(c *call, g drivers.Controller, _ *remoteproto.DomainGetControlInfoArgs) (*remoteproto.DomainGetControlInfoRet, error) {
	i, err := g.ControlInfo(c)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetControlInfoRet{
		State: uint32(i.State), Details: uint32(i.Details), StateTime: i.StateTime,
	}, nil
}

func domainGetFSInfo(c *call, g drivers.FileSystems, _ *remoteproto.DomainGetFSInfoArgs) (*remoteproto.DomainGetFSInfoRet, error) {
	list, err := g.FileSystems(c)
	if err != nil {
		return nil, err
	}
	out := &remoteproto.DomainGetFSInfoRet{Ret: uint32(len(list))}
	for _, f := range list {
		out.Info = append(out.Info, remoteproto.DomainFSInfo{Mountpoint: f.MountPoint, Name: f.Name, Fstype: f.Type, DevAliases: f.Disks})
	}
	return out, nil
}

func domainFSFreeze(c *call, g drivers.FileSystems, a *remoteproto.DomainFSFreezeArgs) (*remoteproto.DomainFSFreezeRet, error) {
	n, err := g.Freeze(c, a.Mountpoints)
	return &remoteproto.DomainFSFreezeRet{Filesystems: int32(n)}, err
}

func domainFSThaw(c *call, g drivers.FileSystems, a *remoteproto.DomainFSThawArgs) (*remoteproto.DomainFSThawRet, error) {
	n, err := g.Thaw(c, a.Mountpoints)
	return &remoteproto.DomainFSThawRet{Filesystems: int32(n)}, err
}

func domainFSTrim(c *call, g drivers.FileSystems, a *remoteproto.DomainFSTrimArgs) (*proc.Void, error) {
	return nil, g.Trim(c, a.MountPoint)
}

func domainInjectNMI(c *call, g drivers.NMIInjector, _ *remoteproto.DomainInjectNMIArgs) (*proc.Void, error) {
	return nil, g.InjectNMI(c)
}

func domainSetUserPassword(c *call, g drivers.PasswordSetter, a *remoteproto.DomainSetUserPasswordArgs) (*proc.Void, error) {
	return nil, g.SetUserPassword(c, *a.User, *a.Password, a.Flags&uint32(vir.DomainPasswordEncrypted) != 0)
}

func checkProcessSignal(c *call, a *remoteproto.DomainSendProcessSignalArgs) error {
	if err := c.host.backend.(drivers.ProcessSignaler).CheckProcess(c, a.PIDValue); err != nil {
		return err
	}
	if a.Signum > uint32(vir.DomainProcessSignalRt32) {
		return c.host.errorf(vir.ErrInvalidArg, "signum value %d is out of range", a.Signum)
	}
	return nil
}

func domainSendProcessSignal(c *call, d *Domain, a *remoteproto.DomainSendProcessSignalArgs) (*proc.Void, error) {
	return nil, c.host.backend.(drivers.ProcessSignaler).SignalProcess(c, d.load().guest, a.PIDValue, int32(a.Signum))
}

func domainMemoryPeek(c *call, g drivers.MemoryPeeker, a *remoteproto.DomainMemoryPeekArgs) (*remoteproto.DomainMemoryPeekRet, error) {
	b, err := g.PeekMemory(c, a.Offset, int(a.Size), a.Flags&uint32(vir.MemoryPhysical) != 0)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainMemoryPeekRet{Buffer: b}, nil
}

// domainPMWakeup wakes a guest that sleeps; it reports Woken when it has.
func domainPMWakeup(c *call, g drivers.Waker, _ *remoteproto.DomainPMWakeupArgs) (*proc.Void, error) {
	return nil, g.Wake(c)
}
