//go:build linux

package qemu

import (
	"context"
	"math"
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.MemoryStats       = (*Guest)(nil)
	_ drivers.MemoryStatsPoller = (*Guest)(nil)
)

// balloonFigures are what the balloon says.
type balloonFigures struct {
	actual  uint64 // bytes
	updated int64  // when the guest has last told, in seconds since the epoch
	guest   map[string]uint64
	// told says that the guest could be asked.
	told bool
}

// balloonStats are the guest's figures in the reference's order.
var balloonStats = []struct {
	name string
	tag  vir.DomainMemoryStatTags
	kib  bool // bytes there, KiB here
}{
	{"stat-swap-in", vir.DomainMemoryStatSwapIn, true}, {"stat-swap-out", vir.DomainMemoryStatSwapOut, true},
	{"stat-major-faults", vir.DomainMemoryStatMajorFault, false}, {"stat-minor-faults", vir.DomainMemoryStatMinorFault, false},
	{"stat-free-memory", vir.DomainMemoryStatUnused, true}, {"stat-total-memory", vir.DomainMemoryStatAvailable, true},
	{"stat-available-memory", vir.DomainMemoryStatUsable, true},
}

// moreBalloonStats come behind the time.
var moreBalloonStats = []struct {
	name string
	tag  vir.DomainMemoryStatTags
	kib  bool
}{
	{"stat-disk-caches", vir.DomainMemoryStatDiskCaches, true}, {"stat-htlb-pgalloc", vir.DomainMemoryStatHugetlbPgalloc, false},
	{"stat-htlb-pgfail", vir.DomainMemoryStatHugetlbPgfail, false},
}

func (g *Guest) queryBalloon(ctx context.Context) (balloonFigures, error) {
	var size struct {
		Actual uint64 `json:"actual"`
	}
	if err := g.mon.Run(ctx, "query-balloon", nil, &size); err != nil {
		return balloonFigures{}, err
	}
	return balloonFigures{actual: size.Actual}, nil
}

// balloonNow is the size of the balloon with the guest's figures.
func (g *Guest) balloonNow(ctx context.Context) (balloonFigures, error) {
	return g.balloon.ask(ctx, g, func(ctx context.Context) (balloonFigures, error) {
		f, err := g.queryBalloon(ctx)
		if err != nil {
			return f, err
		}
		var stats struct {
			Stats   map[string]uint64 `json:"stats"`
			Updated int64             `json:"last-update"`
		}
		err = g.mon.Run(ctx, "qom-get", object{"path": g.balloonPath(), "property": "guest-stats"}, &stats)
		switch {
		case err == nil:
			f.guest, f.updated, f.told = stats.Stats, stats.Updated, true
		case !isRefused(err, ""):
			return f, err
		}
		return f, nil
	})
}

func (g *Guest) balloonPath() string {
	return "/machine/peripheral/" + alias(g.live.Load().Devices.Memballoon.Alias)
}

// MemoryStats gives the balloon's figures, and what the process takes.
func (g *Guest) MemoryStats(ctx context.Context, memory uint64) ([]drivers.MemoryStat, error) {
	rss := drivers.MemoryStat{Tag: vir.DomainMemoryStatRSS, Value: g.proc.memory()}
	if !g.live.Load().HasMemballoon() {
		return []drivers.MemoryStat{{Tag: vir.DomainMemoryStatActualBalloon, Value: memory}, rss}, nil
	}
	f, err := g.balloonNow(ctx)
	if err != nil {
		return nil, g.monitorError(err)
	}
	out := []drivers.MemoryStat{{Tag: vir.DomainMemoryStatActualBalloon, Value: f.actual >> 10}}
	add := func(name string, tag vir.DomainMemoryStatTags, kib bool) {
		v, ok := f.guest[name]
		if !ok || v == math.MaxUint64 {
			return // the guest does not tell
		}
		if kib {
			v >>= 10
		}
		out = append(out, drivers.MemoryStat{Tag: tag, Value: v})
	}
	for _, s := range balloonStats {
		add(s.name, s.tag, s.kib)
	}
	if f.told {
		out = append(out, drivers.MemoryStat{Tag: vir.DomainMemoryStatLastUpdate, Value: uint64(max(f.updated, 0))})
	}
	for _, s := range moreBalloonStats {
		add(s.name, s.tag, s.kib)
	}
	return append(out, rss), nil
}

// SetMemoryStatsPeriod says how often the guest is asked for its figures.
func (g *Guest) SetMemoryStatsPeriod(ctx context.Context, period time.Duration) error {
	if !g.live.Load().HasMemballoon() {
		return errInvalid("Memory balloon model must be virtio to set the collection period")
	}
	return g.verb(ctx, "qom-set", object{"path": g.balloonPath(), "property": "guest-stats-polling-interval",
		"value": int64(period / time.Second)}, nil)
}
