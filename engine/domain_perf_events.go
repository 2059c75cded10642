package engine

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindDomainPerfEvents(b *binder) {
	onDomain(b, remoteproto.DomainGetPerfEvents, domainGetPerfEvents)
	change(b, remoteproto.DomainSetPerfEvents, domainSetPerfEvents).
		wire(func(a *remoteproto.DomainSetPerfEventsArgs) error { return checkParamNames(a.Params) }).
		args(func(a *remoteproto.DomainSetPerfEventsArgs) error {
			return someParams(remoteproto.DomainSetPerfEvents.Info, a.Params)
		}).
		driver(func(_ *call, a *remoteproto.DomainSetPerfEventsArgs) error { return perfTable.check(a.Params) })
}

// perfEvents are the counters in canonical order.
var perfEvents = []string{
	vir.PerfParamCmt, vir.PerfParamMbmt, vir.PerfParamMbml, vir.PerfParamCPUCycles, vir.PerfParamInstructions,
	vir.PerfParamCacheReferences, vir.PerfParamCacheMisses, vir.PerfParamBranchInstructions, vir.PerfParamBranchMisses,
	vir.PerfParamBusCycles, vir.PerfParamStalledCyclesFrontend, vir.PerfParamStalledCyclesBackend, vir.PerfParamRefCPUCycles,
	vir.PerfParamCPUClock, vir.PerfParamTaskClock, vir.PerfParamPageFaults, vir.PerfParamContextSwitches,
	vir.PerfParamCPUMigrations, vir.PerfParamPageFaultsMin, vir.PerfParamPageFaultsMaj, vir.PerfParamAlignmentFaults,
	vir.PerfParamEmulationFaults,
}

var perfTable = func() (t paramTable[domxml.Domain]) {
	for _, name := range perfEvents {
		t = append(t, paramKey[domxml.Domain]{name, vir.TypedParamBoolean,
			func(d *domxml.Domain) remoteproto.TypedParamValue {
				on := slices.Contains(d.Perf, domxml.PerfEvent{Name: name, Enabled: domxml.Yes})
				return remoteproto.TypedParamValue{B: boolInt(on)}
			},
			func(d *domxml.Domain, v *remoteproto.TypedParamValue) error {
				setPerfEvent(d, name, v.B != 0)
				return nil
			}})
	}
	return t
}()

// setPerfEvent names the counter in the document, switched on or off.
func setPerfEvent(d *domxml.Domain, name string, on bool) {
	e := domxml.PerfEvent{Name: name, Enabled: domxml.No}
	if on {
		e.Enabled = domxml.Yes
	}
	d.Perf = slices.DeleteFunc(d.Perf, func(o domxml.PerfEvent) bool { return o.Name == name })
	d.Perf = append(d.Perf, e)
	slices.SortStableFunc(d.Perf, func(a, b domxml.PerfEvent) int {
		return slices.Index(perfEvents, a.Name) - slices.Index(perfEvents, b.Name)
	})
}

func domainGetPerfEvents(_ *call, d *Domain, a *remoteproto.DomainGetPerfEventsArgs) (*remoteproto.DomainGetPerfEventsRet, error) {
	def, err := oneDefinition(d.load(), a.Flags)
	if err != nil {
		return nil, err
	}
	return &remoteproto.DomainGetPerfEventsRet{Params: perfTable.read(def.tree())}, nil
}

func domainSetPerfEvents(c *call, d *Domain, a *remoteproto.DomainSetPerfEventsArgs) (*proc.Void, error) {
	return nil, d.tuneOne(c, a.Flags, withoutCounters, func(t *domxml.Domain, _ bool) error { return perfTable.write(t, a.Params) })
}
