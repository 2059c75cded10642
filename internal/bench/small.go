package bench

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/govirtd/govirtd/protocol/remoteproto"
)

var smallCall = request(remoteproto.ConnectGetLibVersion, nil)

var smallCalls = []Workload{
	{Name: "call-serial", About: "small call, 1 connection, one after the other", By: Rate, Target: 5, CPU: 8, Prepare: one(smallCall)},
	{Name: "call-50", About: "small call, 1 connection, 50 in flight", By: Rate, Target: 10, Prepare: pipelined},
	{Name: "call-64", About: "small call, 64 connections", By: Rate, Target: 5, Prepare: together(64)},
	{Name: "call-500", About: "small call, 500 connections", By: Rate, Target: 5, Prepare: together(500)},
	{Name: "call-idle-1000", About: "small call beside 1,000 idle connections", By: P50, Target: 50, Prepare: beside(1000)},
	{Name: "call-idle-4000", About: "small call beside 4,000 idle connections", By: P50, Target: 200, Slow: 1.2, Heavy: true, Prepare: beside(4000)},
}

// serially repeats op on every connection at once until the time is over.
func serially(conns []*conn, d time.Duration, op func(*conn) error) (Sample, error) {
	end := time.Now().Add(d)
	times := make([][]time.Duration, len(conns))
	errs := make([]error, len(conns))
	var wg sync.WaitGroup
	for i, c := range conns {
		wg.Go(func() {
			for at, first := time.Now(), true; first || at.Before(end); first = false {
				if errs[i] = op(c); errs[i] != nil {
					return
				}
				now := time.Now()
				times[i] = append(times[i], now.Sub(at))
				at = now
			}
		})
	}
	wg.Wait()
	return summary(slices.Concat(times...)), errors.Join(errs...)
}

// measured runs op on every connection at once, and measures the daemon.
func (t *Target) measured(conns []*conn, op func(*conn) error) Run {
	return func(d time.Duration) (Sample, error) {
		return t.measure(func() (Sample, error) { return serially(conns, d, op) })
	}
}

// round makes calls in turn on one connection; all of them are one operation.
func (t *Target) round(c *conn, reqs ...[]byte) Run {
	return t.measured([]*conn{c}, func(c *conn) error {
		for _, req := range reqs {
			if err := c.call(req); err != nil {
				return err
			}
		}
		return nil
	})
}

// one is a workload of one connection that makes calls in turn.
func one(reqs ...[]byte) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) {
		c, err := t.openOne()
		if err != nil {
			return nil, err
		}
		return t.round(c, reqs...), nil
	}
}

func together(n int) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) {
		conns, err := t.openMany(n)
		return t.measured(conns, func(c *conn) error { return c.call(smallCall) }), err
	}
}

func beside(idle int) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) {
		if err := t.crowd(idle); err != nil {
			return nil, err
		}
		return one(smallCall)(t)
	}
}

func pipelined(t *Target) (Run, error) {
	c, err := t.openOne()
	if err != nil {
		return nil, err
	}
	return func(d time.Duration) (Sample, error) {
		return t.measure(func() (s Sample, err error) {
			for end := time.Now().Add(d); err == nil && time.Now().Before(end); s.Ops += 1000 {
				err = c.pipeline(1000, 50, func(int) []byte { return smallCall })
			}
			return s, err
		})
	}, nil
}
