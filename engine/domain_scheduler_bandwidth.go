package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The scheduler of the QEMU driver has the figures of <cputune>: shares, and
// periods and quotas in microseconds. A control group of the host is what they
// work through, so that without one a running guest has none.

var cpuTuneTable = paramTable[domxml.CPUTune]{
	{vir.DomainSchedulerCPUShares, vir.TypedParamUllong,
		func(t *domxml.CPUTune) (v remoteproto.TypedParamValue) {
			if t.Shares != nil {
				v.Ul = *t.Shares
			}
			return v
		},
		func(t *domxml.CPUTune, v *remoteproto.TypedParamValue) error {
			shares := v.Ul
			t.Shares = &shares
			return nil
		}},
	periodKey(vir.DomainSchedulerVCPUPeriod, func(t *domxml.CPUTune) *uint64 { return &t.Period }),
	quotaKey(vir.DomainSchedulerVCPUQuota, func(t *domxml.CPUTune) *int64 { return &t.Quota }),
	periodKey(vir.DomainSchedulerEmulatorPeriod, func(t *domxml.CPUTune) *uint64 { return &t.EmulatorPeriod }),
	quotaKey(vir.DomainSchedulerEmulatorQuota, func(t *domxml.CPUTune) *int64 { return &t.EmulatorQuota }),
	periodKey(vir.DomainSchedulerGlobalPeriod, func(t *domxml.CPUTune) *uint64 { return &t.GlobalPeriod }),
	quotaKey(vir.DomainSchedulerGlobalQuota, func(t *domxml.CPUTune) *int64 { return &t.GlobalQuota }),
	periodKey(vir.DomainSchedulerIOThreadPeriod, func(t *domxml.CPUTune) *uint64 { return &t.IOThreadPeriod }),
	quotaKey(vir.DomainSchedulerIOThreadQuota, func(t *domxml.CPUTune) *int64 { return &t.IOThreadQuota }),
}

// The bounds of periods and quotas; 0 and less are none.
const (
	minPeriod, maxPeriod = 1000, 1_000_000
	minQuota, maxQuota   = 1000, 17592186044415
)

func outOfRange(name string, least, most int64) error {
	return vir.Errorf(ofDriver, vir.ErrInvalidArg, "value of '%s' is out of range [%d, %d]", name, least, most)
}

func periodKey(name string, field func(*domxml.CPUTune) *uint64) paramKey[domxml.CPUTune] {
	k := ullongKey(name, field)
	k.set = func(t *domxml.CPUTune, v *remoteproto.TypedParamValue) error {
		if v.Ul != 0 && (v.Ul < minPeriod || v.Ul > maxPeriod) {
			return outOfRange(name, minPeriod, maxPeriod)
		}
		*field(t) = v.Ul
		return nil
	}
	return k
}

func quotaKey(name string, field func(*domxml.CPUTune) *int64) paramKey[domxml.CPUTune] {
	return paramKey[domxml.CPUTune]{name, vir.TypedParamLlong,
		func(t *domxml.CPUTune) remoteproto.TypedParamValue { return remoteproto.TypedParamValue{L: *field(t)} },
		func(t *domxml.CPUTune, v *remoteproto.TypedParamValue) error {
			if v.L > 0 && (v.L < minQuota || v.L > maxQuota) {
				return outOfRange(name, minQuota, maxQuota)
			}
			*field(t) = v.L
			return nil
		}}
}

// bandwidth is the backend's scheduler of that kind, if it has one.
func (h *Host) bandwidth() (drivers.BandwidthScheduler, bool) {
	s, ok := h.backend.(drivers.BandwidthScheduler)
	return s, ok
}

// withoutCPU is said of a running guest.
const withoutCPU = "cgroup CPU controller is not mounted"

func (d *Domain) schedulerType() (*remoteproto.DomainGetSchedulerTypeRet, error) {
	if d.load().active() {
		if err := d.tunable(withoutCPU); err != nil {
			return nil, err
		}
	}
	s, _ := d.host.bandwidth()
	return &remoteproto.DomainGetSchedulerTypeRet{Type: s.SchedulerType(), Nparams: int32(len(cpuTuneTable))}, nil
}

func (d *Domain) bandwidthParams(n int32, flags uint32) ([]remoteproto.TypedParam, error) {
	if _, err := d.schedulerType(); err != nil {
		return nil, err
	}
	def, err := oneDefinition(d.load(), flags)
	if err != nil {
		return nil, err
	}
	tune := def.tree().CPUTune
	if tune == nil {
		tune = &domxml.CPUTune{}
	}
	list, _ := cpuTuneTable.read(tune).cut(n)
	return list, nil
}

func (d *Domain) setBandwidth(c *call, list []remoteproto.TypedParam, flags uint32) error {
	if _, err := d.schedulerType(); err != nil {
		return err
	}
	return d.tuneOne(c, flags, withoutCPU, func(t *domxml.Domain, _ bool) error {
		return cpuTuneTable.write(cpuTune(t), list)
	})
}
