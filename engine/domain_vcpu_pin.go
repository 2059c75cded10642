package engine

import (
	"cmp"
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainVcpuPin(b *binder) {
	needsGuest[drivers.VcpuInformer](onDomain(b, remoteproto.DomainGetVcpus, domainGetVcpus).
		wire(func(a *remoteproto.DomainGetVcpusArgs) error {
			if a.Maplen < 0 {
				return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "maxinfo must be non-negative")
			}
			return boundMaps(a.Maxinfo, a.Maplen, "maxinfo")
		}).
		args(func(a *remoteproto.DomainGetVcpusArgs) error {
			return notNull(remoteproto.DomainGetVcpus.Info, "info", a.Maxinfo > 0)
		}))
	change(b, remoteproto.DomainPinVcpu, func(c *call, d *Domain, a *remoteproto.DomainPinVcpuArgs) (*proc.Void, error) {
		return nil, d.pinVcpu(c, a.Vcpu, a.CPUMap, affectLive)
	}).args(func(a *remoteproto.DomainPinVcpuArgs) error {
		return notNull(remoteproto.DomainPinVcpu.Info, "cpumap", len(a.CPUMap) > 0)
	})
	change(b, remoteproto.DomainPinVcpuFlags, func(c *call, d *Domain, a *remoteproto.DomainPinVcpuFlagsArgs) (*proc.Void, error) {
		return nil, d.pinVcpu(c, a.Vcpu, a.CPUMap, a.Flags)
	}).args(func(a *remoteproto.DomainPinVcpuFlagsArgs) error {
		return notNull(remoteproto.DomainPinVcpuFlags.Info, "cpumap", len(a.CPUMap) > 0)
	})
	onDomain(b, remoteproto.DomainGetVcpuPinInfo, domainGetVcpuPinInfo).
		wire(func(a *remoteproto.DomainGetVcpuPinInfoArgs) error {
			if a.Ncpumaps >= 0 && a.Maplen < 0 {
				return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "maplen must be non-negative")
			}
			return boundMaps(a.Ncpumaps, a.Maplen, "ncpumaps")
		}).
		args(func(a *remoteproto.DomainGetVcpuPinInfoArgs) error {
			p := remoteproto.DomainGetVcpuPinInfo.Info
			return first(positive(p, "ncpumaps", a.Ncpumaps), notNull(p, "cpumaps", a.Maplen > 0), notBoth(p, a.Flags))
		})
}

// boundMaps bounds n bitmaps of length bytes each; name is the argument for n.
func boundMaps(n, length int32, name string) error {
	switch {
	case n < 0:
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "%s must be non-negative", name)
	case n > remoteproto.VcpuinfoMax:
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "%s > REMOTE_VCPUINFO_MAX", name)
	case int64(n)*int64(length) > remoteproto.CPUMapsMax:
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "maxinfo * maplen > REMOTE_CPUMAPS_MAX")
	}
	return nil
}

// hostCPUs is the set of all CPUs of the host.
func (h *Host) hostCPUs(c *call) (set domxml.CPUSet, err error) {
	set = domxml.CPUSet{}
	if n, ok := h.backend.(drivers.NodeInformer); ok {
		info, err := n.NodeInfo(c)
		if err != nil {
			return nil, err
		}
		for i := range int(info.CPUs) {
			set.Add(i)
		}
	}
	return set, nil
}

// vcpuAffinity is where a virtual CPU may run: its own pin, else what the
// document says for all, else every CPU of the host.
func vcpuAffinity(t *domxml.Domain, vcpu uint, all domxml.CPUSet) domxml.CPUSet {
	if t.CPUTune != nil {
		for _, p := range t.CPUTune.VCPUPins {
			if p.VCPU == vcpu {
				return p.CPUSet
			}
		}
	}
	return generalAffinity(t, all)
}

// generalAffinity is where everything without a pin may run.
func generalAffinity(t *domxml.Domain, all domxml.CPUSet) domxml.CPUSet {
	if t.VCPU.CPUSet != nil {
		return t.VCPU.CPUSet
	}
	return all
}

// putMap writes a set into a bitmap, as far as it is long enough.
func putMap(b []byte, set domxml.CPUSet) {
	for i := range min(set.Max()+1, len(b)*8) {
		if set.Has(i) {
			b[i/8] |= 1 << (i % 8)
		}
	}
}

// mapSet reads a bitmap; the set is never nil.
func mapSet(b []byte) domxml.CPUSet {
	set := domxml.CPUSet{}
	for i := range len(b) * 8 {
		if b[i/8]&(1<<(i%8)) != 0 {
			set.Add(i)
		}
	}
	return set
}

// domainGetVcpus tells about the first virtual CPUs that are online. The
// bitmaps of those that there are not are empty.
func domainGetVcpus(c *call, d *Domain, a *remoteproto.DomainGetVcpusArgs) (*remoteproto.DomainGetVcpusRet, error) {
	r := d.load()
	if !r.active() {
		return nil, c.host.errorf(vir.ErrOperationInvalid, "cannot list vcpus for an inactive domain")
	}
	g, err := guestOf[drivers.VcpuInformer](c, r)
	if err != nil {
		return nil, err
	}
	all, err := c.host.hostCPUs(c)
	if err != nil {
		return nil, err
	}
	t := r.live.tree()
	out := &remoteproto.DomainGetVcpusRet{CPUMaps: make([]byte, int(a.Maxinfo)*int(a.Maplen))}
	for _, vcpu := range t.OnlineVCPUs() {
		i := len(out.Info)
		if i == int(a.Maxinfo) {
			break
		}
		set := vcpuAffinity(t, vcpu, all)
		affinity := make([]bool, set.Max()+1)
		for cpu := range affinity {
			affinity[cpu] = set.Has(cpu)
		}
		info, err := g.VcpuInfo(c, int(vcpu), affinity)
		if err != nil {
			return nil, err
		}
		out.Info = append(out.Info, remoteproto.VcpuInfo{Number: uint32(vcpu), State: int32(info.State), CPUTime: info.CPUTime, CPU: info.CPU})
		putMap(out.CPUMaps[i*int(a.Maplen):(i+1)*int(a.Maplen)], set)
	}
	return out, nil
}

// domainGetVcpuPinInfo tells where each virtual CPU may run, online or not.
func domainGetVcpuPinInfo(c *call, d *Domain, a *remoteproto.DomainGetVcpuPinInfoArgs) (*remoteproto.DomainGetVcpuPinInfoRet, error) {
	def, err := oneDefinition(d.load(), a.Flags)
	if err != nil {
		return nil, err
	}
	all, err := c.host.hostCPUs(c)
	if err != nil {
		return nil, err
	}
	t := def.tree()
	n := min(int(a.Ncpumaps), int(t.VcpusMax()))
	out := &remoteproto.DomainGetVcpuPinInfoRet{CPUMaps: make([]byte, int(a.Ncpumaps)*int(a.Maplen)), Num: int32(n)}
	for i := range n {
		putMap(out.CPUMaps[i*int(a.Maplen):(i+1)*int(a.Maplen)], vcpuAffinity(t, uint(i), all))
	}
	return out, nil
}

// pinVcpu says where a virtual CPU may run. The test driver does so for running
// guests only, whatever the flags, and takes an empty bitmap as it is.
func (d *Domain) pinVcpu(c *call, vcpu uint32, cpumap []byte, flags uint32) error {
	if !d.host.tunesGuests() {
		if !d.load().active() {
			return d.host.errorf(vir.ErrOperationInvalid, "cannot pin vcpus on an inactive domain")
		}
		flags = affectLive
	}
	set := mapSet(cpumap)
	i, err := tuneTelling(d, c, flags, func(t *domxml.Domain, live bool) error {
		if err := d.pinnable(t, vcpu, set, live); err != nil {
			return err
		}
		tune := cpuTune(t)
		tune.VCPUPins = slices.DeleteFunc(tune.VCPUPins, func(p domxml.VCPUPin) bool { return p.VCPU == uint(vcpu) })
		tune.VCPUPins = append(tune.VCPUPins, domxml.VCPUPin{VCPU: uint(vcpu), CPUSet: set})
		slices.SortFunc(tune.VCPUPins, func(a, b domxml.VCPUPin) int { return cmp.Compare(a.VCPU, b.VCPU) })
		return nil
	}, func(g drivers.Pinner, _ *domxml.Domain) error { return g.PinVcpu(c, uint(vcpu), set) })
	if err != nil {
		return err
	}
	d.tellTuned(c, i, pinned(vir.DomainTunableCPUVcpupin, vcpu, set))
	return nil
}

// pinnable refuses virtual CPUs that there are not.
func (d *Domain) pinnable(t *domxml.Domain, vcpu uint32, set domxml.CPUSet, live bool) error {
	switch {
	case !d.host.tunesGuests():
		if !slices.Contains(t.OnlineVCPUs(), uint(vcpu)) {
			return d.host.errorf(vir.ErrInvalidArg, "requested vcpu '%d' is not present in the domain", int32(vcpu))
		}
	case set.Len() == 0:
		return d.host.errorf(vir.ErrInvalidArg, "Empty cpu list for pinning")
	case live && !slices.Contains(t.OnlineVCPUs(), uint(vcpu)):
		return d.host.errorf(vir.ErrInvalidArg, "vcpu %d is out of range of live cpu count %d", vcpu, len(t.OnlineVCPUs()))
	case uint64(vcpu) >= uint64(t.VcpusMax()):
		return d.host.errorf(vir.ErrInvalidArg, "vcpu %d is out of range of persistent cpu count %d", vcpu, len(t.OnlineVCPUs()))
	}
	return nil
}

func cpuTune(t *domxml.Domain) *domxml.CPUTune {
	if t.CPUTune == nil {
		t.CPUTune = &domxml.CPUTune{}
	}
	return t.CPUTune
}
