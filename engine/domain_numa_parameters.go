package engine

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainNumaParameters(b *binder) {
	onCounted(b, remoteproto.DomainGetNumaParameters, func(a *remoteproto.DomainGetNumaParametersArgs) *remoteproto.DomainGetNumaParametersRet {
		if a.Nparams != 0 {
			return nil
		}
		return &remoteproto.DomainGetNumaParametersRet{Nparams: int32(len(numaTable))}
	}, domainGetNumaParameters).
		wire(func(a *remoteproto.DomainGetNumaParametersArgs) error {
			return checkNparams(a.Nparams, remoteproto.DomainNumaParametersMax)
		})
	change(b, remoteproto.DomainSetNumaParameters, domainSetNumaParameters).
		wire(func(a *remoteproto.DomainSetNumaParametersArgs) error { return checkParamNames(a.Params) }).
		args(func(a *remoteproto.DomainSetNumaParametersArgs) error {
			return someParams(remoteproto.DomainSetNumaParameters.Info, a.Params)
		}).
		driver(func(_ *call, a *remoteproto.DomainSetNumaParametersArgs) error { return numaTable.check(a.Params) })
}

// numaModes are the policies by virDomainNumatuneMemMode.
var numaModes = []string{"strict", "preferred", "interleave", "restrictive"}

// numaPolicy is where memory comes from; no nodes means wherever there is some.
type numaPolicy struct {
	mode  int32
	nodes domxml.CPUSet
}

var numaTable = paramTable[numaPolicy]{
	{vir.DomainNUMAMode, vir.TypedParamInt,
		func(p *numaPolicy) remoteproto.TypedParamValue { return remoteproto.TypedParamValue{I: p.mode} },
		func(p *numaPolicy, v *remoteproto.TypedParamValue) error {
			if v.I < 0 || int(v.I) >= len(numaModes) {
				return vir.Errorf(ofDriver, vir.ErrInvalidArg, "unsupported numatune mode: '%d'", v.I)
			}
			p.mode = v.I
			return nil
		}},
	stringKey(vir.DomainNUMANodeset, func(p *numaPolicy) string { return p.nodes.String() },
		func(p *numaPolicy, s string) error {
			nodes, ok := domxml.ParseCPUSet(s)
			if !ok {
				return vir.Errorf(vir.FromNone, vir.ErrInvalidArg, "Failed to parse bitmap '%s'", s)
			}
			if nodes.Len() == 0 {
				return vir.Errorf(ofDriver, vir.ErrOperationInvalid, "Invalid nodeset of 'numatune': %s", s)
			}
			p.nodes = nodes
			return nil
		}),
}

func policyOf(t *domxml.Domain) (p numaPolicy) {
	if t.NUMATune != nil && t.NUMATune.Memory != nil {
		p.mode = int32(max(0, slices.Index(numaModes, t.NUMATune.Memory.Mode)))
		p.nodes = t.NUMATune.Memory.NodeSet
	}
	return p
}

func domainGetNumaParameters(_ *call, d *Domain, a *remoteproto.DomainGetNumaParametersArgs) (*remoteproto.DomainGetNumaParametersRet, error) {
	def, err := oneDefinition(d.load(), a.Flags)
	if err != nil {
		return nil, err
	}
	p := policyOf(def.tree())
	list, n := numaTable.read(&p).answer(a.Nparams, a.Flags)
	return &remoteproto.DomainGetNumaParametersRet{Params: list, Nparams: n}, nil
}

// domainSetNumaParameters changes the policy; a running guest keeps its mode.
func domainSetNumaParameters(c *call, d *Domain, a *remoteproto.DomainSetNumaParametersArgs) (*proc.Void, error) {
	return nil, d.tuneOne(c, a.Flags, withoutCPUSet, func(t *domxml.Domain, live bool) error {
		old := policyOf(t)
		p := old
		if err := numaTable.write(&p, a.Params); err != nil {
			return err
		}
		if live && p.mode != old.mode {
			return c.host.errorf(vir.ErrOperationInvalid, "can't change numatune mode for running domain")
		}
		if t.NUMATune == nil {
			t.NUMATune = &domxml.NUMATune{}
		}
		if t.NUMATune.Memory == nil {
			t.NUMATune.Memory = &domxml.NUMAMemory{}
		}
		m := t.NUMATune.Memory
		m.Mode = numaModes[p.mode]
		if hasParam(a.Params, vir.DomainNUMANodeset) {
			m.NodeSet, m.Placement = p.nodes, ""
		}
		if m.NodeSet == nil && m.Placement != "auto" {
			return vir.Errorf(vir.FromDomain, vir.ErrConfigUnsupported, "nodeset for NUMA memory tuning must be set if 'placement' is 'static'")
		}
		return nil
	})
}
