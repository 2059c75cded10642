package qemu

import (
	"context"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/protocol/vir"
)

// Destroy ends the process. It has a while to write out what it has not yet
// written, unless it stands still and could not; graceful gives it no less
// than it needs. When Destroy returns, all facts were told and the host is as
// it was before.
func (g *Guest) Destroy(ctx context.Context, graceful bool) error {
	g.life.mu.Lock()
	g.life.destroyed = true
	g.life.mu.Unlock()
	t := g.backend.cfg.Times
	err := g.end(ctx, graceful, t.Term, t.Kill)
	if err != nil {
		// It lives on, and its end will be one that nobody has asked for.
		g.life.mu.Lock()
		g.life.destroyed = false
		g.life.mu.Unlock()
	}
	return err
}

func (g *Guest) end(ctx context.Context, graceful bool, term, kill time.Duration) error {
	if err := g.proc.signal(unix.SIGTERM); err != nil {
		return errSystem(vir.FromNone, err, "Failed to terminate process %d with SIGTERM", g.proc.pid)
	}
	if !graceful && g.proc.frozen() {
		term = 0
	}
	if g.ended(ctx, term) {
		return nil
	}
	if graceful {
		return errSystem(vir.FromNone, unix.EBUSY, "Failed to terminate process %d with SIGTERM", g.proc.pid)
	}
	if err := g.proc.signal(unix.SIGKILL); err != nil {
		return errSystem(vir.FromNone, err, "Failed to terminate process %d with SIGKILL", g.proc.pid)
	}
	if g.ended(ctx, kill) {
		return nil
	}
	return errSystem(vir.FromNone, unix.EBUSY, "Failed to terminate process %d with SIGKILL", g.proc.pid)
}

// ended waits for the end. A caller that has gone does not shorten it: what
// was begun is finished.
func (g *Guest) ended(_ context.Context, within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-g.proc.done:
		<-g.over
		return true
	case <-timer.C:
	}
	return false
}
