//go:build linux

package qemu

import (
	"context"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/protocol/vir"
)

// Destroy ends the process. It has a while to write out what it has not yet
// written, unless it stands still and could not; graceful gives it no other
// end than that. When Destroy returns, all facts were told and the host is as
// it was before.
func (g *Guest) Destroy(_ context.Context, graceful bool) error {
	g.life.mu.Lock()
	g.life.destroyed = true
	g.life.mu.Unlock()
	t := g.backend.cfg.Times
	err := g.end(graceful, t.Term, t.Kill)
	if err != nil {
		// It lives on, and its end will be one that nobody has asked for.
		g.life.mu.Lock()
		g.life.destroyed = false
		g.life.mu.Unlock()
	}
	return err
}

func (g *Guest) end(graceful bool, term, kill time.Duration) error {
	if err := g.proc.signal(unix.SIGTERM); err != nil {
		return errSystem(vir.FromNone, err, "Failed to terminate process %d with SIGTERM", g.proc.pid)
	}
	if g.ended(term, !graceful) {
		return nil
	}
	if graceful {
		return errSystem(vir.FromNone, unix.EBUSY, "Failed to terminate process %d with SIGTERM", g.proc.pid)
	}
	if err := g.proc.signal(unix.SIGKILL); err != nil {
		return errSystem(vir.FromNone, err, "Failed to terminate process %d with SIGKILL", g.proc.pid)
	}
	if g.ended(kill, false) {
		return nil
	}
	return errSystem(vir.FromNone, unix.EBUSY, "Failed to terminate process %d with SIGKILL", g.proc.pid)
}

// ended waits for the end. A caller that has gone does not shorten it: what
// was begun is finished. A process that stands still is not waited for where
// the next signal moves it.
func (g *Guest) ended(within time.Duration, alive bool) bool {
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	look := time.NewTicker(frozenLook)
	defer look.Stop()
	for {
		if alive && g.proc.frozen() {
			return false
		}
		select {
		case <-g.proc.done:
			<-g.over
			return true
		case <-deadline.C:
			return false
		case <-look.C:
		}
	}
}

// frozenLook is how often a process that does not end is looked at.
const frozenLook = 100 * time.Millisecond
