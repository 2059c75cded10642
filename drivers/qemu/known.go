//go:build linux

package qemu

import (
	"context"
	"sync"
	"time"

	"github.com/govirtd/govirtd/internal/qmp"
)

// known is an answer of the monitor that is kept, so that somebody who asks
// while the process stands still hears at once what was last known.
type known[T any] struct {
	mu      sync.Mutex
	value   T
	have    bool
	running *inquiry[T] // the one that is under way
}

type inquiry[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// ask asks the monitor, at most once at a time. Where an older answer is there
// it waits for a glance only, and the new one is kept for the next.
func (k *known[T]) ask(ctx context.Context, g *Guest, ask func(context.Context) (T, error)) (T, error) {
	k.mu.Lock()
	i := k.running
	if i == nil {
		i = &inquiry[T]{done: make(chan struct{})}
		k.running = i
		go k.run(g, i, ask)
	}
	old, have := k.value, k.have
	k.mu.Unlock()
	t := &g.backend.cfg.Times
	wait := t.Query
	switch {
	case g.silentFor() > t.Glance:
		wait = 0
	case have:
		wait = t.Glance
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-i.done:
		if i.err == nil || !have || isRefused(i.err, "") {
			return i.value, i.err
		}
		return old, nil
	case <-ctx.Done():
	case <-timer.C:
	}
	if have {
		return old, nil
	}
	if err := ctx.Err(); err != nil {
		return old, err
	}
	if silent := g.mon.Silent(); silent != nil {
		return old, silent
	}
	return old, &qmp.SilentError{} // it has just answered, and too late
}

func (k *known[T]) run(g *Guest, i *inquiry[T], ask func(context.Context) (T, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), g.backend.cfg.Times.Query)
	defer cancel()
	i.value, i.err = ask(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if i.err == nil {
		k.value, k.have = i.value, true
	}
	k.running = nil
	close(i.done)
}

// silentFor is how old the oldest unanswered command is.
func (g *Guest) silentFor() time.Duration {
	if _, since, busy := g.mon.Busy(); busy {
		return time.Since(since)
	}
	return 0
}
