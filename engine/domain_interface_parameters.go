package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainInterfaceParameters(b *binder) {
	onCounted(b, remoteproto.DomainGetInterfaceParameters, func(a *remoteproto.DomainGetInterfaceParametersArgs) *remoteproto.DomainGetInterfaceParametersRet {
		if a.Nparams != 0 {
			return nil
		}
		return &remoteproto.DomainGetInterfaceParametersRet{Nparams: int32(len(bandwidthTable))}
	}, domainGetInterfaceParameters).
		wire(func(a *remoteproto.DomainGetInterfaceParametersArgs) error {
			return checkNparams(a.Nparams, remoteproto.DomainInterfaceParametersMax)
		})
	change(b, remoteproto.DomainSetInterfaceParameters, domainSetInterfaceParameters).
		wire(func(a *remoteproto.DomainSetInterfaceParametersArgs) error { return checkParamNames(a.Params) }).
		args(func(a *remoteproto.DomainSetInterfaceParametersArgs) error {
			return someParams(remoteproto.DomainSetInterfaceParameters.Info, a.Params)
		}).
		driver(func(_ *call, a *remoteproto.DomainSetInterfaceParametersArgs) error {
			return bandwidthTable.check(a.Params)
		})
}

// rate is in KiB per second, the burst in KiB.
type rate struct{ average, peak, burst, floor uint32 }

// bandwidth is what one card may receive and send.
type bandwidth struct{ in, out rate }

var bandwidthTable = paramTable[bandwidth]{
	uintKey(vir.DomainBandwidthInAverage, func(b *bandwidth) *uint32 { return &b.in.average }),
	uintKey(vir.DomainBandwidthInPeak, func(b *bandwidth) *uint32 { return &b.in.peak }),
	uintKey(vir.DomainBandwidthInBurst, func(b *bandwidth) *uint32 { return &b.in.burst }),
	uintKey(vir.DomainBandwidthInFloor, func(b *bandwidth) *uint32 { return &b.in.floor }),
	uintKey(vir.DomainBandwidthOutAverage, func(b *bandwidth) *uint32 { return &b.out.average }),
	uintKey(vir.DomainBandwidthOutPeak, func(b *bandwidth) *uint32 { return &b.out.peak }),
	uintKey(vir.DomainBandwidthOutBurst, func(b *bandwidth) *uint32 { return &b.out.burst }),
}

func rateOf(q *domxml.QoSRate) rate {
	if q == nil {
		return rate{}
	}
	return rate{uint32(q.Average), uint32(q.Peak), uint32(q.Burst), uint32(q.Floor)}
}

// element is the rate in a document, nil for none: without an average or a
// floor there is nothing that a peak could be the peak of.
func (r rate) element() *domxml.QoSRate {
	if r.average == 0 && r.floor == 0 {
		return nil
	}
	return &domxml.QoSRate{Average: uint64(r.average), Peak: uint64(r.peak), Floor: uint64(r.floor), Burst: uint64(r.burst)}
}

// interfaceOf is the card that a caller names by its target or its address.
func interfaceOf(t *domxml.Domain, device string) (*domxml.Interface, error) {
	name := t.InterfaceByDevice(device)
	for i := range t.Devices.Interfaces {
		if c := &t.Devices.Interfaces[i]; name != "" && c.Target != nil && c.Target.Dev == name {
			return c, nil
		}
	}
	if mac, ok := domxml.ParseMAC(device); ok {
		for i := range t.Devices.Interfaces {
			if c := &t.Devices.Interfaces[i]; c.MAC != nil && c.MAC.Address == mac {
				return c, nil
			}
		}
	}
	return nil, vir.Errorf(vir.FromDomain, vir.ErrInvalidArg, "'%s' is not a known interface", device)
}

func domainGetInterfaceParameters(_ *call, d *Domain, a *remoteproto.DomainGetInterfaceParametersArgs) (*remoteproto.DomainGetInterfaceParametersRet, error) {
	def, err := oneDefinition(d.load(), a.Flags)
	if err != nil {
		return nil, err
	}
	card, err := interfaceOf(def.tree(), a.Device)
	if err != nil {
		return nil, err
	}
	var b bandwidth
	if q := card.Bandwidth; q != nil {
		b = bandwidth{rateOf(q.Inbound), rateOf(q.Outbound)}
	}
	list, n := bandwidthTable.read(&b).answer(a.Nparams, a.Flags)
	return &remoteproto.DomainGetInterfaceParametersRet{Params: list, Nparams: n}, nil
}

// domainSetInterfaceParameters replaces the rate of a direction as a whole if
// its average or floor is given. A peak or burst alone changes nothing.
func domainSetInterfaceParameters(c *call, d *Domain, a *remoteproto.DomainSetInterfaceParametersArgs) (*proc.Void, error) {
	return nil, d.tuneOne(c, a.Flags, withoutTraffic, func(t *domxml.Domain, _ bool) error {
		card, err := interfaceOf(t, a.Device)
		if err != nil {
			return err
		}
		var b bandwidth
		if err := bandwidthTable.write(&b, a.Params); err != nil {
			return err
		}
		if card.Bandwidth == nil {
			card.Bandwidth = &domxml.QoS{}
		}
		card.Bandwidth.Kept = true
		if hasParam(a.Params, vir.DomainBandwidthInAverage) || hasParam(a.Params, vir.DomainBandwidthInFloor) {
			card.Bandwidth.Inbound = b.in.element()
		}
		if hasParam(a.Params, vir.DomainBandwidthOutAverage) {
			card.Bandwidth.Outbound = b.out.element()
		}
		return nil
	})
}
