package engine

import (
	"context"
	"sync"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// statsAtOnce is how many guests are asked at the same time: each may take a
// moment to answer.
const statsAtOnce = 16

// backendStats asks the backend for the figures of domains, of all at the same
// time. Records that are not selected are nil.
func (h *Host) backendStats(ctx context.Context, records []*record, groups vir.DomainStatsTypes, backing bool) [][]drivers.DomainStat {
	statter, ok := h.backend.(drivers.DomainStatter)
	if groups &= h.backendStatsGroups(); !ok || groups == 0 {
		return nil
	}
	out := make([][]drivers.DomainStat, len(records))
	slots := make(chan struct{}, statsAtOnce)
	var asked sync.WaitGroup
	for i, r := range records {
		if r == nil {
			continue
		}
		slots <- struct{}{}
		asked.Go(func() {
			defer func() { <-slots }()
			out[i] = statter.DomainStats(ctx, drivers.DomainStatsQuery{Domain: r.current().tree(), Guest: r.guest, Groups: groups, Backing: backing})
		})
	}
	asked.Wait()
	return out
}

// backendStatsGroups are the groups that the backend has figures of.
func (h *Host) backendStatsGroups() vir.DomainStatsTypes {
	if statter, ok := h.backend.(drivers.DomainStatter); ok {
		return statter.DomainStatsGroups()
	}
	return 0
}

// stats adds figures that a backend has told.
func (p *wireParams) stats(list []drivers.DomainStat) {
	for _, s := range list {
		switch v := s.Value.(type) {
		case int32:
			p.int(s.Name, v)
		case uint32:
			p.uint(s.Name, v)
		case int64:
			p.llong(s.Name, v)
		case uint64:
			p.ullong(s.Name, v)
		case float64:
			p.double(s.Name, v)
		case bool:
			p.boolean(s.Name, v)
		case string:
			p.string(s.Name, v)
		}
	}
}
