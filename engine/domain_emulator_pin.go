package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainEmulatorPin(b *binder) {
	change(b, remoteproto.DomainPinEmulator, domainPinEmulator).args(func(a *remoteproto.DomainPinEmulatorArgs) error {
		return notNull(remoteproto.DomainPinEmulator.Info, "cpumap", len(a.CPUMap) > 0)
	})
	onDomain(b, remoteproto.DomainGetEmulatorPinInfo, domainGetEmulatorPinInfo).
		wire(func(a *remoteproto.DomainGetEmulatorPinInfoArgs) error {
			if a.Maplen < 0 {
				return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "maplen must be non-negative")
			}
			return nil
		}).
		args(func(a *remoteproto.DomainGetEmulatorPinInfoArgs) error {
			p := remoteproto.DomainGetEmulatorPinInfo.Info
			return first(notNull(p, "cpumap", a.Maplen > 0), notBoth(p, a.Flags))
		})
}

// domainPinEmulator says where the emulator's own threads may run.
func domainPinEmulator(c *call, d *Domain, a *remoteproto.DomainPinEmulatorArgs) (*proc.Void, error) {
	set := mapSet(a.CPUMap)
	i, err := tuneTelling(d, c, a.Flags, func(t *domxml.Domain, _ bool) error {
		if set.Len() == 0 {
			return c.host.errorf(vir.ErrInvalidArg, "Empty cpu list for pinning")
		}
		cpuTune(t).EmulatorPin = &domxml.EmulatorPin{CPUSet: set}
		return nil
	}, func(g drivers.Pinner, _ *domxml.Domain) error { return g.PinEmulator(c, set) })
	if err != nil {
		return nil, err
	}
	d.tellTuned(c, i, pinned(vir.DomainTunableCPUEmulatorpin, 0, set))
	return nil, nil
}

func domainGetEmulatorPinInfo(c *call, d *Domain, a *remoteproto.DomainGetEmulatorPinInfoArgs) (*remoteproto.DomainGetEmulatorPinInfoRet, error) {
	def, err := oneDefinition(d.load(), a.Flags)
	if err != nil {
		return nil, err
	}
	if a.Maplen > remoteproto.CPUMapsMax {
		return nil, rpcError("Unable to encode message payload")
	}
	set, err := c.host.hostCPUs(c)
	if err != nil {
		return nil, err
	}
	t := def.tree()
	if set = generalAffinity(t, set); t.CPUTune != nil && t.CPUTune.EmulatorPin != nil {
		set = t.CPUTune.EmulatorPin.CPUSet
	}
	out := &remoteproto.DomainGetEmulatorPinInfoRet{CPUMaps: make([]byte, a.Maplen), Ret: 1}
	putMap(out.CPUMaps, set)
	return out, nil
}
