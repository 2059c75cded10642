package engine_test

import (
	"context"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// shortLived starts guests that have gone before Start returns.
type shortLived struct{ *sim.Backend }

func (b shortLived) Start(ctx context.Context, d *domxml.Domain, o drivers.StartOptions, notify drivers.Notify) (drivers.Guest, error) {
	g, err := b.Backend.Start(ctx, d, o, notify)
	if d.Name != "test" {
		notify(drivers.Gone{})
	}
	return g, err
}

// TestEarlyFact: a guest that ends at once is not taken for running.
func TestEarlyFact(t *testing.T) {
	e := engine.New(engine.Config{
		Drivers: []drivers.Driver{testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend {
			return shortLived{sim.New(h, now)}
		}}},
		DefaultURI: "test:///default",
	})
	s := connect(t, e, "test:///default")
	dom := must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{
		XML: "<domain type='test'><name>short</name><memory>1024</memory><os><type>hvm</type></os></domain>",
	}).Dom
	must(t, s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: dom})
	if st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: dom}); vir.DomainState(st.State) != vir.DomainShutoff {
		t.Errorf("state %d", st.State)
	}
	if err := e.Invariants(); err != nil {
		t.Error(err)
	}
}
