package engine

import (
	"context"
	"os"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Procedures that hand descriptors of the client to the driver. No driver of
// ours has a use for them; the arguments are judged all the same.

func bindDomainFiles(b *binder) {
	onSession(b, remoteproto.DomainOpenGraphics, domainOpenGraphics)
	onSession(b, remoteproto.DomainFDAssociate, domainFDAssociate)
}

func domainOpenGraphics(_ context.Context, pc *proc.Call, _ *remoteproto.DomainOpenGraphicsArgs) (*proc.Void, error) {
	p := remoteproto.DomainOpenGraphics.Info
	c := connOf(pc.Session)
	if c == nil {
		return nil, errNotOpen(p)
	}
	files := pc.TakeFDs()
	defer closeFiles(files)
	if len(files) == 0 {
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "No FD available at slot 0")
	}
	if c.readOnly {
		return nil, errReadOnly(p)
	}
	if i, err := files[0].Stat(); err != nil || i.Mode()&os.ModeSocket == 0 {
		return nil, argError(p, "fd", "fd %d must be a socket", files[0].Fd())
	}
	return nil, errNoSupport(p)
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
