package engine

import (
	"strings"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
)

// errNotOpen answers every call before connect_open. Calls about objects that
// the reference keeps in drivers of their own have a shorter text.
func errNotOpen(info *proc.Info) error {
	switch family(info) {
	case vir.FromNodedev:
		if !ofHypervisor[info.Name] {
			return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "connection not open")
		}
	case vir.FromNetwork, vir.FromStorage, vir.FromInterface, vir.FromSecret, vir.FromNWFilter:
		return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "connection not open")
	}
	return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "hypervisor connection not open")
}

// ofHypervisor are the procedures about node devices that the hypervisor's
// own driver serves: those that take a device from the host.
var ofHypervisor = map[string]bool{
	"node_device_dettach": true, "node_device_detach_flags": true, "node_device_re_attach": true, "node_device_reset": true,
}

// errReadOnly refuses a call on a read-only connection. Where it depends on
// the flags of the call, it is a document with secrets that was wanted.
func errReadOnly(info *proc.Info) error {
	if strings.Contains(info.ReadOnlyIf, "_SECURE") {
		return vir.Errorf(family(info), vir.ErrOperationDenied, "%s with secure flag", info.API)
	}
	return vir.Errorf(family(info), vir.ErrOperationDenied, "read only access prevents %s", info.API)
}

// errNoSupport answers a procedure that the driver lacks.
func errNoSupport(info *proc.Info) error {
	return vir.Errorf(family(info), vir.ErrNoSupport, "%s", info.API)
}

// errNotYet answers a procedure that the reference's driver has and ours does
// not have yet.
func errNotYet(info *proc.Info) error {
	return vir.Errorf(family(info), vir.ErrOperationUnsupported, "govirtd: not implemented yet: %s", info.Name)
}

// errNotActive is the reference's answer where a verb needs a running domain.
func errNotActive() error {
	return vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "domain is not running")
}

// errTransient is the answer where a verb needs a definition.
func errTransient() error {
	return vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "transient domains do not have any persistent config")
}
