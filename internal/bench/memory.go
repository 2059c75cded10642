package bench

import (
	"errors"
	"time"
)

var memory = []Workload{
	{"rss", "resident memory as it is; of a fresh daemon with -run '^rss$'", "memory", 2, once(rssIdle)},
	{"rss-connection", "resident memory per idle connection, of 2,000", "memory", 0, once(rssConnections)},
	{"rss-10k", "resident memory of 10,000 domains of about 6 KB", "memory", 2, once(rssDomains)},
}

func once(f func(*Target) (Sample, error)) func(*Target, time.Duration) (Sample, error) {
	return func(t *Target, _ time.Duration) (Sample, error) {
		if t.PID == 0 {
			return Sample{}, errors.New("needs the daemon's pid")
		}
		s, err := t.measure(func() (Sample, error) { return f(t) })
		s.Ops, s.OnlyOnce = 1, true
		return s, err
	}
}

func rssIdle(t *Target) (Sample, error) { return Sample{Memory: resident(t.PID)}, nil }

func rssConnections(t *Target) (Sample, error) {
	const n = 2000
	before := resident(t.PID)
	_, closeAll, err := t.openMany(n)
	defer closeAll()
	return Sample{Memory: (resident(t.PID) - before) / n}, err
}

func rssDomains(t *Target) (Sample, error) {
	const n = 10_000
	c, err := t.open()
	if err != nil {
		return Sample{}, err
	}
	defer c.Close()
	before := resident(t.PID)
	if err := c.pipeline(n, 5, func(i int) []byte { return define(i, true) }); err != nil {
		return Sample{}, err
	}
	s := Sample{Memory: resident(t.PID) - before}
	return s, c.pipeline(n, 5, func(i int) []byte { return undefine(i) })
}
