//go:build linux

package qemu

import (
	"context"
	"errors"
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
	err := g.end(g.proc, graceful, t.Term, t.Kill)
	if err != nil {
		// It lives on, and its end will be one that nobody has asked for.
		g.life.mu.Lock()
		g.life.destroyed = false
		g.life.mu.Unlock()
	}
	return err
}

// destroyFound is Destroy for a guest that may not have been attached to yet:
// the process is found by its number, and is the one that was written down.
func (b *Backend) destroyFound(g *Guest, s *statusFile, graceful bool) error {
	g.life.mu.Lock()
	g.life.destroyed = true
	g.life.mu.Unlock()
	p, err := b.adopt(s)
	switch {
	case errors.Is(err, errNoProcess):
		return nil // which attach finds out as well
	case err == nil:
		err = g.end(p, graceful, b.cfg.Times.Term, b.cfg.Times.Kill)
		p.fd.Close()
	}
	if err != nil {
		g.life.mu.Lock()
		g.life.destroyed = false
		g.life.mu.Unlock()
	}
	return err
}

// end has a process end, which is the guest's by whatever handle.
func (g *Guest) end(p *process, graceful bool, term, kill time.Duration) error {
	if err := p.signal(unix.SIGTERM); err != nil {
		return errSystem(vir.FromNone, err, "Failed to terminate process %d with SIGTERM", p.pid)
	}
	if g.ended(p, term, !graceful) {
		return nil
	}
	if graceful {
		return errSystem(vir.FromNone, unix.EBUSY, "Failed to terminate process %d with SIGTERM", p.pid)
	}
	if err := p.signal(unix.SIGKILL); err != nil {
		return errSystem(vir.FromNone, err, "Failed to terminate process %d with SIGKILL", p.pid)
	}
	if g.ended(p, kill, false) {
		return nil
	}
	return errSystem(vir.FromNone, unix.EBUSY, "Failed to terminate process %d with SIGKILL", p.pid)
}

// ended waits for the end. A caller that has gone does not shorten it: what
// was begun is finished. A process that stands still is not waited for where
// the next signal moves it.
func (g *Guest) ended(p *process, within time.Duration, alive bool) bool {
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	look := time.NewTicker(frozenLook)
	defer look.Stop()
	for {
		if alive && p.frozen() {
			return false
		}
		select {
		case <-p.done:
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
