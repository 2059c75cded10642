package engine

import (
	"context"
	"os"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Connections to screens that are handed to the guest, made by the client or
// by the daemon.

func bindDomainGraphics(b *binder) {
	needsGuest[drivers.GraphicsOpener](onSession(b, remoteproto.DomainOpenGraphics, domainOpenGraphics))
	onGuest(b, remoteproto.DomainOpenGraphicsFD, domainOpenGraphicsFD)
}

// domainOpenGraphics judges the descriptor before anything else.
func domainOpenGraphics(ctx context.Context, pc *proc.Call, a *remoteproto.DomainOpenGraphicsArgs) (*proc.Void, error) {
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
	if !c.host.rules.of(p).supported {
		return nil, errNoSupport(p)
	}
	if err := c.host.checkFlags(p, a.Flags); err != nil {
		return nil, err
	}
	d, err := c.host.domain(&a.Dom)
	if err != nil {
		return nil, err
	}
	r := d.load()
	if !r.active() {
		return nil, errNotActive()
	}
	g, ok := r.guest.(drivers.GraphicsOpener)
	if !ok {
		return nil, errNoSupport(p)
	}
	return nil, g.OpenGraphics(ctx, uint(a.Idx), files[0], a.Flags&uint32(vir.DomainOpenGraphicsSkipauth) != 0)
}

// domainOpenGraphicsFD makes the connection itself and answers with its end.
func domainOpenGraphicsFD(c *call, g drivers.GraphicsOpener, a *remoteproto.DomainOpenGraphicsFDArgs) (*proc.Void, error) {
	theirs, ours, err := socketPair("graphics")
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	if err := g.OpenGraphics(c, uint(a.Idx), ours, a.Flags&uint32(vir.DomainOpenGraphicsSkipauth) != 0); err != nil {
		theirs.Close()
		return nil, err
	}
	c.ReplyFDs(theirs)
	return nil, nil
}
