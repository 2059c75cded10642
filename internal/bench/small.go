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
	{"call-serial", "small call, 1 connection, one after the other", "rate", 5, small(1, 0)},
	{"call-50", "small call, 1 connection, 50 in flight", "rate", 10, pipelined},
	{"call-64", "small call, 64 connections", "rate", 5, small(64, 0)},
	{"call-500", "small call, 500 connections", "rate", 5, small(500, 0)},
	{"call-idle-1000", "small call beside 1000 idle connections", "p50", 50, small(1, 1000)},
	{"call-idle-4000", "small call beside 4000 idle connections", "p50", 200, small(1, 4000)},
}

// openMany opens n connections; closeAll is to be called also after an error.
func (t *Target) openMany(n int) (list []*conn, closeAll func(), err error) {
	closeAll = func() {
		for _, c := range list {
			c.Close()
		}
	}
	for range n {
		c, err := t.open()
		if err != nil {
			return list, closeAll, err
		}
		list = append(list, c)
	}
	return list, closeAll, nil
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

// summary is the sample of these latencies.
func summary(all []time.Duration) Sample {
	if len(all) == 0 {
		return Sample{}
	}
	slices.Sort(all)
	return Sample{Ops: len(all), P50: all[len(all)/2], P99: all[len(all)*99/100]}
}

func small(active, idle int) func(*Target, time.Duration) (Sample, error) {
	return func(t *Target, d time.Duration) (Sample, error) {
		conns, closeAll, err := t.openMany(active + idle)
		defer closeAll()
		if err != nil {
			return Sample{}, err
		}
		return t.measure(func() (Sample, error) {
			return serially(conns[:active], d, func(c *conn) error { return c.call(smallCall) })
		})
	}
}

func pipelined(t *Target, d time.Duration) (Sample, error) {
	c, err := t.open()
	if err != nil {
		return Sample{}, err
	}
	defer c.Close()
	return t.measure(func() (s Sample, err error) {
		for end := time.Now().Add(d); err == nil && time.Now().Before(end); s.Ops += 5000 {
			err = c.pipeline(5000, 50, func(int) []byte { return smallCall })
		}
		return s, err
	})
}
