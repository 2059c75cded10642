package engine_test

import (
	"errors"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	qemupersonality "github.com/govirtd/govirtd/drivers/personality/qemu"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/lxcproto"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Every call of the programs has a row in the table of the QEMU driver.
func TestRulesAreComplete(t *testing.T) {
	p := qemupersonality.New(qemupersonality.Config{})
	supported := 0
	for _, list := range [][]*proc.Info{rp.Procedures, qemuproto.Procedures, lxcproto.Procedures} {
		for _, info := range list {
			if info.Kind == proc.KindEvent {
				continue
			}
			name := info.Name
			if info.Program != &rp.Program {
				name = info.Program.Name + "." + name
			}
			r, ok := p.Rule(name)
			if !ok {
				t.Errorf("%s has no rule", name)
			}
			if r.Supported {
				supported++
			}
		}
	}
	if supported < 350 {
		t.Errorf("only %d procedures are supported", supported)
	}
}

// Procedures about objects that other drivers of the reference have complain
// of flags in those drivers' names.
func TestFlagsOfOtherDrivers(t *testing.T) {
	e := engine.New(engine.Config{Drivers: []drivers.Driver{oneHost{drivers.Host{
		Key: "kept", URI: "kept:///", Personality: qemupersonality.New(qemupersonality.Config{}), Backend: sim.New(drivers.SimulatedHost{}, now),
	}}}, Strict: true, Now: now})
	s := connect(t, e, "kept:///")
	check := func(err error, domain vir.ErrorDomain, text string) {
		t.Helper()
		var e *vir.Error
		if !errors.As(err, &e) || e.Code != vir.ErrInvalidArg || e.Domain != domain || e.Message != text {
			t.Errorf("%v, want domain %d: %s", err, domain, text)
		}
	}
	_, err := do(s, rp.SecretGetXMLDesc, &rp.SecretGetXMLDescArgs{Secret: secretArg(secretID), Flags: 0x80})
	check(err, vir.FromSecret, "unsupported flags (0x80) in function secretGetXMLDesc")
	_, err = do(s, rp.NetworkGetXMLDesc, &rp.NetworkGetXMLDescArgs{Net: s.net("n"), Flags: 0x80})
	check(err, vir.FromNetwork, "unsupported flags (0x80) in function networkGetXMLDesc")
	_, err = do(s, rp.DomainGetXMLDesc, &rp.DomainGetXMLDescArgs{Dom: s.dom("n"), Flags: 0x80})
	check(err, vir.FromQEMU, "unsupported flags (0x80) in function qemuDomainGetXMLDesc")
}
