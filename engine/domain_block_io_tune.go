package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainBlockIoTune(b *binder) {
	onCounted(b, remoteproto.DomainGetBlockIoTune, func(a *remoteproto.DomainGetBlockIoTuneArgs) *remoteproto.DomainGetBlockIoTuneRet {
		if a.Nparams != 0 {
			return nil
		}
		return &remoteproto.DomainGetBlockIoTuneRet{Nparams: int32(len(ioTuneTable))}
	}, domainGetBlockIoTune).
		wire(func(a *remoteproto.DomainGetBlockIoTuneArgs) error {
			return checkNparams(a.Nparams, remoteproto.DomainBlockIoTuneParametersMax)
		}).
		args(func(a *remoteproto.DomainGetBlockIoTuneArgs) error {
			p := remoteproto.DomainGetBlockIoTune.Info
			return first(notNull(p, "disk", a.Disk != nil || a.Nparams == 0), notBoth(p, a.Flags))
		})
	change(b, remoteproto.DomainSetBlockIoTune, domainSetBlockIoTune).
		wire(func(a *remoteproto.DomainSetBlockIoTuneArgs) error { return checkParamNames(a.Params) }).
		args(func(a *remoteproto.DomainSetBlockIoTuneArgs) error {
			return positive(remoteproto.DomainSetBlockIoTune.Info, "nparams", int32(len(a.Params)))
		}).
		driver(func(_ *call, a *remoteproto.DomainSetBlockIoTuneArgs) error { return ioTuneTable.check(a.Params) })
}

var ioTuneTable = paramTable[domxml.IOTune]{
	throttleKey(vir.DomainBlockIotuneTotalBytesSec, func(t *domxml.IOTune) *uint64 { return &t.TotalBytesSec }),
	throttleKey(vir.DomainBlockIotuneReadBytesSec, func(t *domxml.IOTune) *uint64 { return &t.ReadBytesSec }),
	throttleKey(vir.DomainBlockIotuneWriteBytesSec, func(t *domxml.IOTune) *uint64 { return &t.WriteBytesSec }),
	throttleKey(vir.DomainBlockIotuneTotalIOPSSec, func(t *domxml.IOTune) *uint64 { return &t.TotalIOPSSec }),
	throttleKey(vir.DomainBlockIotuneReadIOPSSec, func(t *domxml.IOTune) *uint64 { return &t.ReadIOPSSec }),
	throttleKey(vir.DomainBlockIotuneWriteIOPSSec, func(t *domxml.IOTune) *uint64 { return &t.WriteIOPSSec }),
	throttleKey(vir.DomainBlockIotuneTotalBytesSecMax, func(t *domxml.IOTune) *uint64 { return &t.TotalBytesSecMax }),
	throttleKey(vir.DomainBlockIotuneReadBytesSecMax, func(t *domxml.IOTune) *uint64 { return &t.ReadBytesSecMax }),
	throttleKey(vir.DomainBlockIotuneWriteBytesSecMax, func(t *domxml.IOTune) *uint64 { return &t.WriteBytesSecMax }),
	throttleKey(vir.DomainBlockIotuneTotalIOPSSecMax, func(t *domxml.IOTune) *uint64 { return &t.TotalIOPSSecMax }),
	throttleKey(vir.DomainBlockIotuneReadIOPSSecMax, func(t *domxml.IOTune) *uint64 { return &t.ReadIOPSSecMax }),
	throttleKey(vir.DomainBlockIotuneWriteIOPSSecMax, func(t *domxml.IOTune) *uint64 { return &t.WriteIOPSSecMax }),
	throttleKey(vir.DomainBlockIotuneSizeIOPSSec, func(t *domxml.IOTune) *uint64 { return &t.SizeIOPSSec }),
	stringKey(vir.DomainBlockIotuneGroupName, func(t *domxml.IOTune) string { return t.GroupName.Name },
		func(t *domxml.IOTune, v string) error {
			t.GroupName = domxml.ThrottleGroupName{Name: v, Set: true}
			return nil
		}),
	throttleKey(vir.DomainBlockIotuneTotalBytesSecMaxLength, func(t *domxml.IOTune) *uint64 { return &t.TotalBytesSecMaxLength }),
	throttleKey(vir.DomainBlockIotuneReadBytesSecMaxLength, func(t *domxml.IOTune) *uint64 { return &t.ReadBytesSecMaxLength }),
	throttleKey(vir.DomainBlockIotuneWriteBytesSecMaxLength, func(t *domxml.IOTune) *uint64 { return &t.WriteBytesSecMaxLength }),
	throttleKey(vir.DomainBlockIotuneTotalIOPSSecMaxLength, func(t *domxml.IOTune) *uint64 { return &t.TotalIOPSSecMaxLength }),
	throttleKey(vir.DomainBlockIotuneReadIOPSSecMaxLength, func(t *domxml.IOTune) *uint64 { return &t.ReadIOPSSecMaxLength }),
	throttleKey(vir.DomainBlockIotuneWriteIOPSSecMaxLength, func(t *domxml.IOTune) *uint64 { return &t.WriteIOPSSecMaxLength }),
}

// maxThrottle is the highest limit that there can be.
const maxThrottle = 1_000_000_000_000_000

func throttleKey(name string, field func(*domxml.IOTune) *uint64) paramKey[domxml.IOTune] {
	k := ullongKey(name, field)
	k.set = func(t *domxml.IOTune, v *remoteproto.TypedParamValue) error {
		if v.Ul > maxThrottle {
			return vir.Errorf(ofDriver, vir.ErrArgumentUnsupported, "block I/O throttle limit value must be no more than %d", uint64(maxThrottle))
		}
		*field(t) = v.Ul
		return nil
	}
	return k
}

// checkIOTune refuses limits that contradict one another. A limit without a
// burst above it counts as one above its burst, as in the reference.
func checkIOTune(h *Host, t *domxml.IOTune) error {
	if err := checkIOTuneTotals(h, t); err != nil {
		return err
	}
	for _, p := range ioTunePeaks(t) {
		if p.value > p.max {
			return h.errorf(vir.ErrInvalidArg, "%s cannot be set higher than %s_max", p.name, p.name)
		}
	}
	return nil
}

// checkIOTuneTotals refuses limits of everything beside those of its parts.
func checkIOTuneTotals(h *Host, t *domxml.IOTune) error {
	for _, g := range []struct {
		what               string
		total, read, write uint64
	}{
		{"bytes_sec", t.TotalBytesSec, t.ReadBytesSec, t.WriteBytesSec},
		{"iops_sec", t.TotalIOPSSec, t.ReadIOPSSec, t.WriteIOPSSec},
		{"bytes_sec_max", t.TotalBytesSecMax, t.ReadBytesSecMax, t.WriteBytesSecMax},
		{"iops_sec_max", t.TotalIOPSSecMax, t.ReadIOPSSecMax, t.WriteIOPSSecMax},
	} {
		if g.total != 0 && (g.read != 0 || g.write != 0) {
			return h.errorf(vir.ErrInvalidArg, "total and read/write of %s cannot be set at the same time", g.what)
		}
	}
	return nil
}

// ioTunePeak is a limit, and the one of bursts above it.
type ioTunePeak struct {
	name       string
	value, max uint64
}

func ioTunePeaks(t *domxml.IOTune) []ioTunePeak {
	return []ioTunePeak{
		{vir.DomainBlockIotuneTotalBytesSec, t.TotalBytesSec, t.TotalBytesSecMax},
		{vir.DomainBlockIotuneReadBytesSec, t.ReadBytesSec, t.ReadBytesSecMax},
		{vir.DomainBlockIotuneWriteBytesSec, t.WriteBytesSec, t.WriteBytesSecMax},
		{vir.DomainBlockIotuneTotalIOPSSec, t.TotalIOPSSec, t.TotalIOPSSecMax},
		{vir.DomainBlockIotuneReadIOPSSec, t.ReadIOPSSec, t.ReadIOPSSecMax},
		{vir.DomainBlockIotuneWriteIOPSSec, t.WriteIOPSSec, t.WriteIOPSSecMax},
	}
}

// diskOf is the disk that a caller names by its target or its source.
func diskOf(t *domxml.Domain, path string) *domxml.Disk {
	target := t.DiskByPath(path)
	for i := range t.Devices.Disks {
		if k := &t.Devices.Disks[i]; target != "" && k.Target.Dev == target {
			return k
		}
	}
	return nil
}

func domainGetBlockIoTune(c *call, d *Domain, a *remoteproto.DomainGetBlockIoTuneArgs) (*remoteproto.DomainGetBlockIoTuneRet, error) {
	r := d.load()
	def, err := oneDefinition(r, a.Flags)
	if err != nil {
		return nil, err
	}
	live := r.active() && def == r.live
	k := diskOf(def.tree(), *a.Disk)
	switch {
	case k == nil && live && c.host.tunesGuests():
		return nil, c.host.errorf(vir.ErrInvalidArg, "disk '%s' not found in domain", *a.Disk)
	case k == nil:
		return nil, c.host.errorf(vir.ErrInvalidArg, "disk '%s' was not found in the domain config", *a.Disk)
	}
	tune := k.IOTune
	if tune == nil {
		tune = &domxml.IOTune{}
	}
	if g, ok := r.guest.(drivers.IOTuner); ok && live {
		now, err := g.IOTune(c, k)
		if err != nil {
			return nil, err
		}
		tune = &now
	}
	list, n := ioTuneTable.read(tune).answer(a.Nparams, a.Flags)
	return &remoteproto.DomainGetBlockIoTuneRet{Params: list, Nparams: n}, nil
}

// domainSetBlockIoTune changes the limits that are given. What becomes of the
// others is another thing on the test driver (tuneDisk) than with real guests
// (mergeIOTune).
func domainSetBlockIoTune(c *call, d *Domain, a *remoteproto.DomainSetBlockIoTuneArgs) (*proc.Void, error) {
	i, err := tuneTelling(d, c, a.Flags, func(t *domxml.Domain, live bool) error {
		k := diskOf(t, a.Disk)
		switch {
		case k == nil && live && c.host.tunesGuests():
			return c.host.errorf(vir.ErrInvalidArg, "disk '%s' not found in domain", a.Disk)
		case k == nil:
			return c.host.errorf(vir.ErrInvalidArg, "missing persistent configuration for disk '%s'", a.Disk)
		}
		return tuneDisk(c.host, k, a.Params, live)
	}, func(g drivers.IOTuner, t *domxml.Domain) error {
		k := diskOf(t, a.Disk)
		tune := k.IOTune
		if tune == nil {
			tune = &domxml.IOTune{}
		}
		return g.SetIOTune(c, k, tune)
	})
	if err != nil {
		return nil, err
	}
	if i.live {
		disk := a.Disk
		if k := diskOf(d.load().current().tree(), disk); k != nil {
			disk = k.Target.Dev
		}
		list := params(nil).string(vir.DomainTunableBlkdevDisk, disk)
		for _, p := range a.Params {
			p.Field = "blkdeviotune." + p.Field
			list = append(list, p)
		}
		d.tellTuned(c, i, list)
	}
	return nil, nil
}

// tuneDisk puts limits into a disk's document.
func tuneDisk(h *Host, k *domxml.Disk, list []remoteproto.TypedParam, live bool) error {
	var tune domxml.IOTune
	if k.IOTune != nil {
		tune = *k.IOTune
	}
	if h.tunesGuests() {
		if err := mergeIOTune(h, &tune, list, live); err != nil {
			return err
		}
	} else {
		if err := ioTuneTable.write(&tune, list); err != nil {
			return err
		}
		if err := checkIOTune(h, &tune); err != nil {
			return err
		}
	}
	if k.IOTune = &tune; tune == (domxml.IOTune{}) {
		k.IOTune = nil
	}
	return nil
}
