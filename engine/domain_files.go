package engine

import (
	"context"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// Procedures that hand descriptors of the client to the driver. No driver of
// ours has a use for them; the arguments are judged all the same.

func bindDomainFiles(b *binder) {
	onSession(b, remoteproto.DomainFDAssociate, domainFDAssociate)
}

func domainFDAssociate(_ context.Context, pc *proc.Call, _ *remoteproto.DomainFDAssociateArgs) (*proc.Void, error) {
	p := remoteproto.DomainFDAssociate.Info
	c := connOf(pc.Session)
	if c == nil {
		return nil, errNotOpen(p)
	}
	files := pc.TakeFDs()
	defer closeFiles(files)
	if len(files) == 0 {
		return nil, notZero(p, "nfds", int32(0))
	}
	if c.readOnly {
		return nil, errReadOnly(p)
	}
	return nil, errNoSupport(p)
}
