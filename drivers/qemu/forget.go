//go:build linux

package qemu

import (
	"errors"
	"os"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.DomainForgetter = (*Backend)(nil)

// MayForget wants to be told what becomes of the firmware's variables, since
// they cannot be made again. The state of a TPM goes unless it is to stay.
func (b *Backend) MayForget(d *domxml.Domain, flags vir.DomainUndefineFlags) (func() error, error) {
	both := func(a, b vir.DomainUndefineFlags) bool { return flags&a != 0 && flags&b != 0 }
	invalid := func(text string) error { return vir.Errorf(vir.FromQEMU, vir.ErrOperationInvalid, "%s", text) }
	switch {
	case both(vir.DomainUndefineNVRAM, vir.DomainUndefineKeepNVRAM):
		return nil, invalid("cannot both keep and delete nvram")
	case both(vir.DomainUndefineTPM, vir.DomainUndefineKeepTPM):
		return nil, invalid("cannot both keep and delete TPM")
	}
	var nvram string
	if n := d.OS.NVRAM; n != nil && n.Path != "" {
		if _, err := os.Stat(n.Path); err == nil {
			nvram = n.Path
		}
	}
	if nvram != "" && flags&(vir.DomainUndefineNVRAM|vir.DomainUndefineKeepNVRAM) == 0 {
		return nil, invalid("cannot undefine domain with nvram")
	}
	return func() error {
		var errs []error
		if nvram != "" && flags&vir.DomainUndefineNVRAM != 0 {
			if err := os.Remove(nvram); err != nil && !missing(err) {
				errs = append(errs, errSystem(vir.FromQEMU, err, "failed to remove nvram: %s", nvram))
			}
		}
		if t := emulatedTPM(d); t != nil && flags&vir.DomainUndefineKeepTPM == 0 &&
			(t.PersistentState != domxml.Yes || flags&vir.DomainUndefineTPM != 0) {
			errs = append(errs, b.forgetTPM(d, t))
		}
		return errors.Join(errs...)
	}, nil
}
