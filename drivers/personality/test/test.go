// Package testpersonality is what clients of test:/// URIs see: the names,
// defaults, documents and error texts of libvirt's test driver, and the world
// that it begins with. What runs there is somebody else's: package sim.
package testpersonality

import (
	"context"
	"net/url"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

//go:generate go run ../internal/genrules -survey ../../../testdata/observed/survey.json -package testpersonality -driver test

// Driver serves test:/// URIs.
type Driver struct {
	// NewBackend makes the simulation of a host.
	NewBackend func(drivers.SimulatedHost) drivers.Backend
	// Domains is how many made-up domains test:///default has; 0 leaves it the
	// one that the reference has. Seed is what they are made from.
	Domains int
	Seed    uint64
	// ShareFiles makes all connections to the same file share one world. The
	// reference gives each its own.
	ShareFiles bool
}

var (
	_ drivers.Driver      = Driver{}
	_ drivers.Personality = (*Personality)(nil)
)

// Scheme is test.
func (Driver) Scheme() string { return "test" }

// Open knows test:///default, one world for all, and test:///path.xml, a
// world from a file for each connection.
func (d Driver) Open(_ context.Context, uri *url.URL) (*drivers.Host, error) {
	switch uri.Path {
	case "", "/":
		return nil, vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "testOpen: supply a path or use test:///default")
	case "/default":
		return &drivers.Host{
			Key:         "test:///default",
			URI:         uri.String(),
			Personality: &Personality{capabilities: defaultCapabilities},
			Backend:     d.NewBackend(defaultHost),
			World:       d.world,
		}, nil
	}
	return d.openFile(uri)
}

// world is the content of test:///default.
func (d Driver) world() (*drivers.World, error) {
	w, err := defaultWorld()
	if err != nil || d.Domains == 0 {
		return w, err
	}
	w.Domains, err = populate(min(d.Domains, MaxDomains), d.Seed)
	return w, err
}

// Personality is the test driver's.
type Personality struct {
	capabilities func() string
}

// Name is TEST.
func (*Personality) Name() string { return "TEST" }

// Prefix is that of the test driver's functions.
func (*Personality) Prefix() string { return "test" }

// ErrorDomain is VIR_FROM_TEST.
func (*Personality) ErrorDomain() vir.ErrorDomain { return vir.FromTest }

// Version is 0.0.2, for ever.
func (*Personality) Version() uint64 { return 2 }

// Rule looks the recorded behaviour up.
func (*Personality) Rule(procedure string) (drivers.Rule, bool) {
	r, ok := rules[procedure]
	return r, ok
}

// CompleteDomain adds the test driver's defaults.
func (*Personality) CompleteDomain(d *domxml.Domain) error { return Complete(d) }

// Capabilities is a fixed document.
func (p *Personality) Capabilities(context.Context) (string, error) { return p.capabilities(), nil }

// StateError has the verbs for which the test driver has its own words.
func (*Personality) StateError(verb, domain string, _ bool) *vir.Error {
	switch verb {
	case "start":
		return vir.Errorf(vir.FromTest, vir.ErrInternalError, "Domain '%s' is already running", domain)
	case "suspend", "shutdown":
		return vir.Errorf(vir.FromTest, vir.ErrInternalError, "domain '%s' not running", domain)
	case "resume":
		return vir.Errorf(vir.FromTest, vir.ErrInternalError, "domain '%s' not paused", domain)
	}
	return nil
}
