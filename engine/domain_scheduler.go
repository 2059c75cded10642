package engine

import (
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainScheduler(b *binder) {
	needing[drivers.Scheduler](onConn(b, remoteproto.DomainGetSchedulerType, domainGetSchedulerType))
	needing[drivers.Scheduler](onDomain(b, remoteproto.DomainGetSchedulerParameters, func(c *call, _ *Domain, a *remoteproto.DomainGetSchedulerParametersArgs) (*remoteproto.DomainGetSchedulerParametersRet, error) {
		p, err := schedulerParams(c, a.Nparams)
		return &remoteproto.DomainGetSchedulerParametersRet{Params: p}, err
	}).wire(func(a *remoteproto.DomainGetSchedulerParametersArgs) error {
		return checkNparams(a.Nparams, remoteproto.DomainSchedulerParametersMax)
	}).args(func(a *remoteproto.DomainGetSchedulerParametersArgs) error {
		return notNull(remoteproto.DomainGetSchedulerParameters.Info, "params", a.Nparams > 0)
	}))
	needing[drivers.Scheduler](onDomain(b, remoteproto.DomainGetSchedulerParametersFlags, func(c *call, _ *Domain, a *remoteproto.DomainGetSchedulerParametersFlagsArgs) (*remoteproto.DomainGetSchedulerParametersFlagsRet, error) {
		p, err := schedulerParams(c, a.Nparams)
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
	needing[drivers.Scheduler](onDomain(b, remoteproto.DomainSetSchedulerParameters, func(c *call, _ *Domain, _ *remoteproto.DomainSetSchedulerParametersArgs) (*proc.Void, error) {
		_, err := schedulerParams(c, 1)
		return nil, err
	}).wire(func(a *remoteproto.DomainSetSchedulerParametersArgs) error {
		return checkParamNames(a.Params)
	}).args(func(a *remoteproto.DomainSetSchedulerParametersArgs) error {
		return someParams(remoteproto.DomainSetSchedulerParameters.Info, a.Params)
	}).driver(func(_ *call, a *remoteproto.DomainSetSchedulerParametersArgs) error {
		return checkScheduler(a.Params)
	}))
	needing[drivers.Scheduler](onDomain(b, remoteproto.DomainSetSchedulerParametersFlags, func(c *call, _ *Domain, _ *remoteproto.DomainSetSchedulerParametersFlagsArgs) (*proc.Void, error) {
		_, err := schedulerParams(c, 1)
		return nil, err
	}).wire(func(a *remoteproto.DomainSetSchedulerParametersFlagsArgs) error {
		return checkParamNames(a.Params)
	}).args(func(a *remoteproto.DomainSetSchedulerParametersFlagsArgs) error {
		return someParams(remoteproto.DomainSetSchedulerParametersFlags.Info, a.Params)
	}).driver(func(_ *call, a *remoteproto.DomainSetSchedulerParametersFlagsArgs) error {
		return checkScheduler(a.Params)
	}))
}

// domainGetSchedulerType is the same for every domain, there or not.
func domainGetSchedulerType(c *call, a *remoteproto.DomainGetSchedulerTypeArgs) (*remoteproto.DomainGetSchedulerTypeRet, error) {
	if err := c.host.mayKnow(&a.Dom); err != nil {
		return nil, err
	}
	name, _, err := c.host.backend.(drivers.Scheduler).Scheduler(c)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetSchedulerTypeRet{Type: name, Nparams: 1}, nil
}

func schedulerParams(c *call, n int32) ([]remoteproto.TypedParam, error) {
	_, weight, err := c.host.backend.(drivers.Scheduler).Scheduler(c)
	if err != nil {
		return nil, err
	}
	list, _ := params(nil).uint(vir.DomainSchedulerWeight, weight).cut(n)
	return list, nil
}

// checkScheduler accepts a new weight; a simulated scheduler keeps its own.
func checkScheduler(list []remoteproto.TypedParam) error {
	return checkParams(list, paramRule{vir.DomainSchedulerWeight, vir.TypedParamUint})
}
