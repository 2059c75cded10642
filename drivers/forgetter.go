package drivers

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// DomainForgetter is a Backend that has files of domains which are there while
// no guest runs: variables of firmware, the state of emulated TPMs.
type DomainForgetter interface {
	// MayForget judges whether a domain may lose its definition with these
	// flags (virDomainUndefineFlags), before anything happens. forget removes
	// what is to go with it.
	MayForget(d *domxml.Domain, flags vir.DomainUndefineFlags) (forget func() error, err error)
}
