package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// networkPortRates are the parameters of a port, and where they are.
var networkPortRates = []struct {
	name    string
	inbound bool
	rate    func(*domxml.QoSRate) *uint64
}{
	{vir.NetworkPortBandwidthInAverage, true, func(r *domxml.QoSRate) *uint64 { return &r.Average }},
	{vir.NetworkPortBandwidthInPeak, true, func(r *domxml.QoSRate) *uint64 { return &r.Peak }},
	{vir.NetworkPortBandwidthInFloor, true, func(r *domxml.QoSRate) *uint64 { return &r.Floor }},
	{vir.NetworkPortBandwidthInBurst, true, func(r *domxml.QoSRate) *uint64 { return &r.Burst }},
	{vir.NetworkPortBandwidthOutAverage, false, func(r *domxml.QoSRate) *uint64 { return &r.Average }},
	{vir.NetworkPortBandwidthOutPeak, false, func(r *domxml.QoSRate) *uint64 { return &r.Peak }},
	{vir.NetworkPortBandwidthOutBurst, false, func(r *domxml.QoSRate) *uint64 { return &r.Burst }},
}

// networkPortGetParameters gives the rates of the directions that are limited.
func networkPortGetParameters(_ *call, np networkPort, a *remoteproto.NetworkPortGetParametersArgs) (*remoteproto.NetworkPortGetParametersRet, error) {
	if err := checkNparams(a.Nparams, remoteproto.NetworkPortParametersMax); err != nil {
		return nil, err
	}
	var list params
	if q := np.port.Bandwidth; q != nil {
		for _, f := range networkPortRates {
			r := q.Outbound
			if f.inbound {
				r = q.Inbound
			}
			if r != nil {
				list = list.uint(f.name, uint32(*f.rate(r)))
			}
		}
	}
	out := &remoteproto.NetworkPortGetParametersRet{}
	out.Params, out.Nparams = list.cut(a.Nparams)
	return out, nil
}

// networkPortSetParameters puts new limits in place of the present ones; what
// is not named is without limit.
func networkPortSetParameters(c *call, np networkPort, a *remoteproto.NetworkPortSetParametersArgs) (*proc.Void, error) {
	rules := make([]paramRule, len(networkPortRates))
	for i, f := range networkPortRates {
		rules[i] = paramRule{f.name, vir.TypedParamUint}
	}
	if err := checkParams(a.Params, rules...); err != nil {
		return nil, err
	}
	var in, out domxml.QoSRate
	for _, p := range a.Params {
		for _, f := range networkPortRates {
			if f.name != p.Field {
				continue
			}
			if f.inbound {
				*f.rate(&in) = uint64(p.Value.Ui)
			} else {
				*f.rate(&out) = uint64(p.Value.Ui)
			}
		}
	}
	q := &domxml.QoS{}
	if np.port.Bandwidth != nil {
		q.ClassID = np.port.Bandwidth.ClassID
	}
	if in.Average > 0 || in.Floor > 0 {
		q.Inbound = &in
	}
	if out.Average > 0 {
		q.Outbound = &out
	}
	if q.Inbound == nil && q.Outbound == nil {
		q = nil
	}
	if err := checkFloor(np.net.load().def.tree(), np.port, q); err != nil {
		return nil, err
	}
	changed := *np.port
	changed.Bandwidth = q
	np.replace(c, &changed)
	return nil, nil
}
