package engine_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// plain is a driver whose guests can be started and ended, and nothing else.
type plain struct{ *lasting }

type plainGuest struct{ drivers.Guest }

func (plain) GuestType() reflect.Type { return reflect.TypeFor[plainGuest]() }

func (p plain) Start(ctx context.Context, d *domxml.Domain, o drivers.StartOptions, n drivers.Notify) (drivers.Guest, error) {
	g, err := p.Backend.Start(ctx, d, o, n)
	return plainGuest{g}, err
}

// TestDifference38LiveLimits: the document of a running guest does not claim
// limits that the guest has not been given, and tells of none.
func TestDifference38LiveLimits(t *testing.T) {
	b := plain{&lasting{Backend: sim.New(drivers.SimulatedHost{Online: []bool{true}}, now), guests: map[string]*lastingGuest{}}}
	b.lasting.self = b
	s := connect(t, engine.New(engine.Config{Drivers: []drivers.Driver{b.lasting}}), "lasting:///")
	dom := must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: document("a")}).Dom
	must(t, s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: dom})
	weight := []remoteproto.TypedParam{{Field: "weight", Value: remoteproto.TypedParamValue{Type: int32(vir.TypedParamUint), Ui: 500}}}
	fails(t, s, remoteproto.DomainSetBlkioParameters, &remoteproto.DomainSetBlkioParametersArgs{Dom: dom, Params: weight, Flags: uint32(vir.DomainAffectLive)},
		vir.ErrOperationInvalid, "Requested operation is not valid: blkio cgroup isn't mounted")
	fails(t, s, remoteproto.DomainGetBlkioParameters, &remoteproto.DomainGetBlkioParametersArgs{Dom: dom, Nparams: 8, Flags: uint32(vir.DomainAffectLive)},
		vir.ErrOperationInvalid, "Requested operation is not valid: blkio cgroup isn't mounted")
	must(t, s, remoteproto.DomainSetBlkioParameters, &remoteproto.DomainSetBlkioParametersArgs{Dom: dom, Params: weight, Flags: uint32(vir.DomainAffectConfig)})
}
