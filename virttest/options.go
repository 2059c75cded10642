package virttest

import (
	"path/filepath"

	"github.com/govirtd/govirtd/drivers"
)

const defaultURI = "test:///default"

// Option changes what New makes.
type Option func(*config)

type config struct {
	uri     string
	domains int
	seed    uint64
	strict  bool
	drivers []drivers.Driver
	// defaultURI is opened for clients that name none.
	defaultURI string
}

// WithDomains fills the host with n made-up domains instead of the one called
// test: most run, some are paused or shut off. The n-th is the same for each
// seed, however many there are. At most 100,000.
func WithDomains(n int) Option { return func(c *config) { c.domains = n } }

// WithSeed chooses another world. Without it the seed is 1.
func WithSeed(seed uint64) Option { return func(c *config) { c.seed = seed } }

// FromXML reads the world from a file in the format of libvirt's test driver:
// a <node> with a document for each object. All connections share it, except
// with Strict: libvirt gives each its own. A file that cannot be read fails
// Dial, and WithDomains adds nothing to it.
func FromXML(path string) Option {
	return func(c *config) {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
		c.uri = "test://" + filepath.ToSlash(path)
	}
}

// WithDriver makes the host another one than test:///default: that of a driver,
// under a URI of its scheme. Package qemutest has qemu:///system. WithDomains
// and FromXML are about test:/// and mean nothing then.
func WithDriver(d drivers.Driver, uri string) Option {
	return func(c *config) { c.drivers, c.uri, c.defaultURI = append(c.drivers, d), uri, uri }
}

// Strict makes the host answer exactly what libvirt 11.3.0 answers, refusals
// included: what its test driver lacks is VIR_ERR_NO_SUPPORT, and the world
// begins anew when the last connection closes. Without it the host can do more.
func Strict() Option { return func(c *config) { c.strict = true } }
