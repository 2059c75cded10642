package engine

import (
	"context"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

func bindMonitorEvents(b *binder) {
	onSession(b, qemuproto.ConnectDomainQemuMonitorEventDeregister, monitorEventDeregister).quick().everywhere()
}

// monitorEventDeregister finds nothing: there is no way to register yet. The
// daemon itself keeps these callbacks, so that no driver is asked, nor the
// read-only rule.
func monitorEventDeregister(_ context.Context, pc *proc.Call, a *qemuproto.ConnectDomainQemuMonitorEventDeregisterArgs) (*proc.Void, error) {
	if connOf(pc.Session) == nil {
		return nil, errNotOpen(pc.Info)
	}
	return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "qemu monitor event callback %d not registered", a.CallbackID)
}
