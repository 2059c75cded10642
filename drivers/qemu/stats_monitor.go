//go:build linux

package qemu

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.DirtyRater = (*Guest)(nil)

// haltPoll is how long KVM has waited for something to do, with success and
// without, in nanoseconds. Others do not wait.
func (g *Guest) haltPoll(ctx context.Context) (success, fail uint64, err error) {
	if g.live.Load().Type != "kvm" || g.emulator.Version < 7001000 {
		return 0, 0, nil
	}
	v, err := g.polls.ask(ctx, g, func(ctx context.Context) (v [2]uint64, err error) {
		names := []string{"halt_poll_success_ns", "halt_poll_fail_ns"}
		var list []struct {
			Stats []struct {
				Name  string `json:"name"`
				Value any    `json:"value"`
			} `json:"stats"`
		}
		err = g.mon.Run(ctx, "query-stats", object{"target": "vcpu", "providers": []object{{"provider": "kvm", "names": names}}}, &list)
		for _, l := range list {
			for _, s := range l.Stats {
				if n, ok := s.Value.(float64); ok {
					if i := slices.Index(names, s.Name); i >= 0 {
						v[i] += uint64(n)
					}
				}
			}
		}
		return v, err
	})
	return v[0], v[1], err
}

// IOThread is a thread that works for disks.
type IOThread struct {
	ID                            uint
	Thread                        int
	PollMax, PollGrow, PollShrink uint64
}

// IOThreads are those of the guest, in the order in which the process tells of
// them.
func (g *Guest) IOThreads(ctx context.Context) ([]IOThread, error) {
	list, err := g.iothreads.ask(ctx, g, func(ctx context.Context) ([]IOThread, error) {
		var list []struct {
			ID         string `json:"id"`
			Thread     int    `json:"thread-id"`
			PollMax    uint64 `json:"poll-max-ns"`
			PollGrow   uint64 `json:"poll-grow"`
			PollShrink uint64 `json:"poll-shrink"`
		}
		if err := g.mon.Run(ctx, "query-iothreads", nil, &list); err != nil {
			return nil, err
		}
		var out []IOThread
		for _, t := range list {
			number, ok := strings.CutPrefix(t.ID, "iothread")
			n, err := strconv.ParseUint(number, 10, 32)
			if !ok || err != nil {
				continue // not one of ours
			}
			out = append(out, IOThread{ID: uint(n), Thread: t.Thread, PollMax: t.PollMax, PollGrow: t.PollGrow, PollShrink: t.PollShrink})
		}
		return out, nil
	})
	return list, g.monitorError(err)
}

// dirtyRate is what the last measurement of written memory has found.
type dirtyRate struct {
	status int32 // virDomainDirtyRateStatus
	start  int64
	period int64
	mode   string
	rate   *int64 // MiB in a second
}

func (g *Guest) dirtyRate(ctx context.Context) (dirtyRate, error) {
	return g.dirty.ask(ctx, g, func(ctx context.Context) (r dirtyRate, err error) {
		var s struct {
			Status string `json:"status"`
			Start  int64  `json:"start-time"`
			Period int64  `json:"calc-time"`
			Mode   string `json:"mode"`
			Rate   *int64 `json:"dirty-rate"`
		}
		err = g.mon.Run(ctx, "query-dirty-rate", nil, &s)
		r = dirtyRate{start: s.Start, period: s.Period, mode: s.Mode, rate: s.Rate}
		r.status = int32(max(slices.Index([]string{"unstarted", "measuring", "measured"}, s.Status), 0))
		return r, err
	})
}

// StartDirtyRate begins a measurement.
func (g *Guest) StartDirtyRate(ctx context.Context, seconds int, flags vir.DomainDirtyRateCalcFlags) error {
	if seconds < 1 || seconds > 60 {
		return vir.Errorf(vir.FromQEMU, vir.ErrConfigUnsupported, "seconds=%d is invalid, please choose value within [1, 60].", seconds)
	}
	args := object{"calc-time": seconds}
	switch {
	case flags&vir.DomainDirtyrateModeDirtyRing != 0:
		if k := g.live.Load().Features.KVM; k == nil || k.DirtyRing == nil || k.DirtyRing.State != domxml.On {
			return vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "dirty-ring calculation mode requires dirty-ring feature enabled.")
		}
		args["mode"] = "dirty-ring"
	case flags&vir.DomainDirtyrateModeDirtyBitmap != 0:
		args["mode"] = "dirty-bitmap"
	case g.emulator.Version >= 6002000:
		args["mode"] = "page-sampling"
	}
	return g.verb(ctx, "calc-dirty-rate", args, nil)
}
