package engine_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/node"
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

// unknownArgs fills the arguments of a procedure with objects that do not
// exist, as conformance/survey/rules.py does; false where it is about none.
func unknownArgs(args any) (found bool) {
	id := rp.UUID{6: 0x40, 8: 0x80, 15: 0xff}
	dom := rp.Domain{Name: "nosuch", UUID: id, ID: -1}
	net := rp.Network{Name: "nosuch", UUID: id}
	v := reflect.ValueOf(args).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i).Addr().Interface().(type) {
		case *rp.Domain:
			*f = dom
		case *rp.Network:
			*f = net
		case *rp.StoragePool:
			*f = rp.StoragePool{Name: "nosuch", UUID: id}
		case *rp.StorageVol:
			*f = rp.StorageVol{Pool: "nosuch", Name: "nosuch", Key: "/nosuch"}
		case *rp.Secret:
			*f = rp.Secret{UUID: id}
		case *rp.NWFilter:
			*f = rp.NWFilter{Name: "nosuch", UUID: id}
		case *rp.NWFilterBinding:
			*f = rp.NWFilterBinding{Portdev: "nosuch", Filtername: "nosuch"}
		case *rp.Interface:
			*f = rp.Interface{Name: "nosuch", MAC: "00:00:00:00:00:01"}
		case *rp.DomainSnapshot:
			*f = rp.DomainSnapshot{Name: "nosuch", Dom: dom}
		case *rp.DomainCheckpoint:
			*f = rp.DomainCheckpoint{Name: "nosuch", Dom: dom}
		case *rp.NetworkPort:
			*f = rp.NetworkPort{Net: net, UUID: id}
		default:
			continue
		}
		found = true
	}
	return found
}

// What the QEMU driver and those beside it say of objects that do not exist.
func TestUnknownObjects(t *testing.T) {
	text, err := os.ReadFile("../testdata/observed/survey-qemu.json")
	if err != nil {
		t.Fatal(err)
	}
	var survey struct {
		Procedures map[string]struct{ Unknown struct{ Error any } }
	}
	if err := json.Unmarshal(text, &survey); err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Config{Drivers: []drivers.Driver{oneHost{drivers.Host{
		Key: "kept", URI: "kept:///", Personality: qemupersonality.New(qemupersonality.Config{}), Backend: wholeHost{sim.New(drivers.SimulatedHost{}, now), node.New()},
		Keeper: newMemoryKeeper(),
	}}}, Strict: true, Now: now})
	s := connect(t, e, "kept:///")
	compared := 0
	for _, info := range rp.Procedures {
		if info.Kind == proc.KindEvent {
			continue
		}
		want, ok := survey.Procedures[info.Name].Unknown.Error.([]any)
		args := info.NewArgs()
		if !ok || len(want) < 3 || info.ArgsName == "" || !unknownArgs(args) {
			continue
		}
		b, err := args.(interface {
			AppendXDR([]byte) ([]byte, error)
		}).AppendXDR(nil)
		if err != nil {
			t.Errorf("%s: %v", info.Name, err)
			continue
		}
		c := proc.NewCall(s, info, 0, nil)
		_, err = e.Table().Handler(info.Program.Number, info.Number).Serve(t.Context(), c, b, nil)
		c.Release()
		var got *vir.Error
		if !errors.As(err, &got) {
			t.Errorf("%s: %v, want %v", info.Name, err, want)
			continue
		}
		switch info.Name {
		case "domain_block_stats", "domain_open_graphics":
			continue // the reference has been given a disk and a file
		}
		if got.Code == vir.ErrInvalidArg || got.Code == vir.ErrNoSupport || strings.Contains(got.Message, "not implemented yet") {
			continue // of an argument that it looks at first, or not there yet
		}
		compared++
		if float64(got.Code) != want[0] || float64(got.Domain) != want[1] || got.Message != want[2] {
			t.Errorf("%s: %d %d %s\nwant %v", info.Name, got.Code, got.Domain, got.Message, want)
		}
	}
	if t.Logf("%d compared", compared); compared < 148 {
		t.Errorf("only %d compared: one that was equal is not looked at any more", compared)
	}
}

// wholeHost is a simulated host with the devices of this one.
type wholeHost struct {
	*sim.Backend
	*node.Host
}
