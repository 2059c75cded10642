//go:build linux

package qemu

import (
	"context"
	"strconv"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

var _ drivers.IOThreader = (*Guest)(nil)

func ioThreadName(id uint) string { return "iothread" + strconv.FormatUint(uint64(id), 10) }

// ioThreadProps are what a thread has been told of polling and of its pool.
func ioThreadProps(t *domxml.IOThread) object {
	props := object{}
	if p := t.Poll; p != nil {
		for name, v := range map[string]*uint64{"poll-max-ns": p.Max, "poll-grow": p.Grow, "poll-shrink": p.Shrink} {
			if v != nil {
				props[name] = int64(*v) // its own range is that of the emulator's numbers
			}
		}
	}
	for name, v := range map[string]*int{"thread-pool-min": t.ThreadPoolMin, "thread-pool-max": t.ThreadPoolMax} {
		if v != nil {
			props[name] = *v
		}
	}
	return props
}

// IOThreadNumbers are those of the threads that the process has.
func (g *Guest) IOThreadNumbers(ctx context.Context) (ids []uint, err error) {
	list, err := g.IOThreads(ctx)
	for _, t := range list {
		ids = append(ids, t.ID)
	}
	return ids, err
}

// AddIOThread makes another thread.
func (g *Guest) AddIOThread(ctx context.Context, t *domxml.IOThread) error {
	props := ioThreadProps(t)
	props["qom-type"], props["id"] = "iothread", ioThreadName(t.ID)
	return g.verb(ctx, "object-add", props, nil)
}

// RemoveIOThread ends a thread.
func (g *Guest) RemoveIOThread(ctx context.Context, id uint) error {
	return g.verb(ctx, "object-del", object{"id": ioThreadName(id)}, nil)
}

// SetIOThread changes how a thread polls and how large its pool is.
func (g *Guest) SetIOThread(ctx context.Context, t *domxml.IOThread) error {
	props := ioThreadProps(t)
	order := []string{"poll-max-ns", "poll-grow", "poll-shrink", "thread-pool-max", "thread-pool-min"}
	// The pool's least is never above its most, on the way neither.
	now := g.live.Load().Clone().IOThread(t.ID)
	if now != nil && now.ThreadPoolMin != nil && t.ThreadPoolMax != nil && *now.ThreadPoolMin > *t.ThreadPoolMax {
		order[3], order[4] = order[4], order[3]
	}
	for _, name := range order {
		v, ok := props[name]
		if !ok {
			continue
		}
		args := object{"path": "/objects/" + ioThreadName(t.ID), "property": name, "value": v}
		if err := g.verb(ctx, "qom-set", args, nil); err != nil {
			return err
		}
	}
	return nil
}
