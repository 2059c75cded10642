package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainScheduler(b *binder) {
	scheduling(onConn(b, remoteproto.DomainGetSchedulerType, domainGetSchedulerType))
	scheduling(onDomain(b, remoteproto.DomainGetSchedulerParameters, func(c *call, d *Domain, a *remoteproto.DomainGetSchedulerParametersArgs) (*remoteproto.DomainGetSchedulerParametersRet, error) {
		p, err := schedulerParams(c, d, a.Nparams, 0)
		return &remoteproto.DomainGetSchedulerParametersRet{Params: p}, err
	}).wire(func(a *remoteproto.DomainGetSchedulerParametersArgs) error {
		return checkNparams(a.Nparams, remoteproto.DomainSchedulerParametersMax)
	}).args(func(a *remoteproto.DomainGetSchedulerParametersArgs) error {
		return notNull(remoteproto.DomainGetSchedulerParameters.Info, "params", a.Nparams > 0)
	}))
	scheduling(onDomain(b, remoteproto.DomainGetSchedulerParametersFlags, func(c *call, d *Domain, a *remoteproto.DomainGetSchedulerParametersFlagsArgs) (*remoteproto.DomainGetSchedulerParametersFlagsRet, error) {
		p, err := schedulerParams(c, d, a.Nparams, a.Flags)
		return &remoteproto.DomainGetSchedulerParametersFlagsRet{Params: p}, err
	}).wire(func(a *remoteproto.DomainGetSchedulerParametersFlagsArgs) error {
		// The reference's daemon says on its own that it takes strings, a flag
		// which its test driver then refuses.
		a.Flags |= uint32(vir.TypedParamStringOkay)
		return checkNparams(a.Nparams, remoteproto.DomainSchedulerParametersMax)
	}).args(func(a *remoteproto.DomainGetSchedulerParametersFlagsArgs) error {
		p := remoteproto.DomainGetSchedulerParametersFlags.Info
		return first(notNull(p, "params", a.Nparams > 0), notBoth(p, a.Flags))
	}))
	scheduling(onDomain(b, remoteproto.DomainSetSchedulerParameters, func(c *call, d *Domain, a *remoteproto.DomainSetSchedulerParametersArgs) (*proc.Void, error) {
		return nil, setScheduler(c, d, a.Params, 0)
	}).wire(func(a *remoteproto.DomainSetSchedulerParametersArgs) error {
		return checkParamNames(a.Params)
	}).args(func(a *remoteproto.DomainSetSchedulerParametersArgs) error {
		return someParams(remoteproto.DomainSetSchedulerParameters.Info, a.Params)
	}).driver(func(c *call, a *remoteproto.DomainSetSchedulerParametersArgs) error {
		return checkScheduler(c.host, a.Params)
	}))
	scheduling(onDomain(b, remoteproto.DomainSetSchedulerParametersFlags, func(c *call, d *Domain, a *remoteproto.DomainSetSchedulerParametersFlagsArgs) (*proc.Void, error) {
		return nil, setScheduler(c, d, a.Params, a.Flags)
	}).wire(func(a *remoteproto.DomainSetSchedulerParametersFlagsArgs) error {
		return checkParamNames(a.Params)
	}).args(func(a *remoteproto.DomainSetSchedulerParametersFlagsArgs) error {
		return someParams(remoteproto.DomainSetSchedulerParametersFlags.Info, a.Params)
	}).driver(func(c *call, a *remoteproto.DomainSetSchedulerParametersFlagsArgs) error {
		return checkScheduler(c.host, a.Params)
	}))
}

// scheduling asks for a scheduler of either kind.
func scheduling[A any](s setup[A]) setup[A] {
	return orNeeding[drivers.BandwidthScheduler](needing[drivers.Scheduler](s))
}

// setScheduler changes figures; a weight that was checked is all that a
// simulated scheduler takes, and it keeps its own.
func setScheduler(c *call, d *Domain, list []remoteproto.TypedParam, flags uint32) error {
	if _, ok := c.host.bandwidth(); !ok {
		_, _, err := c.host.backend.(drivers.Scheduler).Scheduler(c)
		return err
	}
	done, err := d.job.begin(c, c.Info.API)
	if err != nil {
		return err
	}
	defer done()
	return d.setBandwidth(c, list, flags)
}

// domainGetSchedulerType is the same for every simulated domain, there or not.
func domainGetSchedulerType(c *call, a *remoteproto.DomainGetSchedulerTypeArgs) (*remoteproto.DomainGetSchedulerTypeRet, error) {
	if err := c.host.mayKnow(&a.Dom); err != nil {
		return nil, err
	}
	if _, ok := c.host.bandwidth(); ok {
		d, err := c.host.domain(&a.Dom)
		if err != nil {
			return nil, err
		}
		return d.schedulerType()
	}
	name, _, err := c.host.backend.(drivers.Scheduler).Scheduler(c)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetSchedulerTypeRet{Type: name, Nparams: 1}, nil
}

func schedulerParams(c *call, d *Domain, n int32, flags uint32) ([]remoteproto.TypedParam, error) {
	if _, ok := c.host.bandwidth(); ok {
		return d.bandwidthParams(n, flags)
	}
	_, weight, err := c.host.backend.(drivers.Scheduler).Scheduler(c)
	if err != nil {
		return nil, err
	}
	list, _ := params(nil).uint(vir.DomainSchedulerWeight, weight).cut(n)
	return list, nil
}

// checkScheduler accepts a new weight; a simulated scheduler keeps its own.
func checkScheduler(h *Host, list []remoteproto.TypedParam) error {
	if _, ok := h.bandwidth(); ok {
		return bandwidthTable.check(list)
	}
	return checkParams(list, paramRule{vir.DomainSchedulerWeight, vir.TypedParamUint})
}
