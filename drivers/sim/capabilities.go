package sim

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// DomainCapabilities says that a simulated domain can do nothing in
// particular. What the caller asks about is repeated, unchecked.
func (b *Backend) DomainCapabilities(_ context.Context, q drivers.DomainCapabilitiesQuery) (string, error) {
	c := &domxml.DomainCapabilities{
		Domain:  "test",
		Arch:    b.host.Node.Model,
		CPU:     &domxml.DomainCapsCPU{},
		Devices: &domxml.DomainCapsDevices{},
		Features: &domxml.DomainCapsExtra{
			SEV: &domxml.DomainCapsSEV{Supported: domxml.No},
			SGX: &domxml.DomainCapsSGX{Supported: domxml.No},
		},
	}
	for _, mode := range []string{"host-passthrough", "maximum", "host-model", "custom"} {
		c.CPU.Modes = append(c.CPU.Modes, domxml.DomainCapsCPUMode{Name: mode, Supported: domxml.No})
	}
	if q.Arch != nil {
		if c.Arch = *q.Arch; !drivers.KnownArch(c.Arch) {
			return "", vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "unknown architecture: %s", c.Arch)
		}
	}
	if q.VirtType != nil {
		if c.Domain = *q.VirtType; !drivers.KnownVirtType(c.Domain) {
			return "", vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "unknown virttype: %s", c.Domain)
		}
	}
	c.Path, c.Machine = q.Emulator, q.Machine
	return string(domxml.FormatDomainCapabilities(c)), nil
}
