package engine

import (
	"context"

	"github.com/govirtd/govirtd/protocol/lxcproto"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// bindRest gives every procedure of the programs that has no handler yet a
// row that answers as the reference does as far as that can be known without
// one: not open, read-only, arguments (argChecks), and VIR_ERR_NO_SUPPORT where
// the driver lacks it.
func bindRest(b *binder) {
	for _, list := range [][]*proc.Info{remoteproto.Procedures, qemuproto.Procedures, lxcproto.Procedures} {
		for _, info := range list {
			if info.Kind == proc.KindEvent || b.engine.bindings[info] != nil || isAuth(info) {
				continue
			}
			b.engine.table.Add(&proc.Handler{Info: info, Quick: true, Serve: b.engine.unbound(info)})
		}
	}
}

// isAuth reports the procedures that the transport itself answers.
func isAuth(info *proc.Info) bool {
	return info.Program == &remoteproto.Program &&
		info.Number >= remoteproto.ProcAuthList && info.Number <= remoteproto.ProcAuthPolkit
}

func (e *Engine) unbound(info *proc.Info) func(context.Context, *proc.Call, []byte, []byte) ([]byte, error) {
	checks := checksOf(info)
	return func(_ context.Context, pc *proc.Call, args, _ []byte) ([]byte, error) {
		a := info.NewArgs()
		if err := proc.Decode(args, a); err != nil {
			return nil, err
		}
		c := connOf(pc.Session)
		if c == nil {
			return nil, errNotOpen(info)
		}
		if err := run(checks.early, a); err != nil {
			return nil, err
		}
		if c.readOnly && denied(info, a) {
			return nil, errReadOnly(info)
		}
		if err := run(checks.late, a); err != nil {
			return nil, err
		}
		if c.host.rules.of(info).supported {
			return nil, errNotYet(info)
		}
		return nil, errNoSupport(info)
	}
}
