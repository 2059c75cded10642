package bench

import (
	"time"

	"github.com/govirtd/govirtd/protocol/remoteproto"
)

var connects = []Workload{
	{"connect-1", "connect, auth list, open, close", "rate", 3, connecting(1)},
	{"connect-8", "the same, 8 at a time", "rate", 3, connecting(8)},
	{"storm-500", "500 connections at once", "p99", 3, storm},
}

var closeCall = request(remoteproto.ConnectClose, nil)

// visit is one connection from its begin to its end.
func (t *Target) visit() error {
	c, err := t.open()
	if err != nil {
		return err
	}
	defer c.Close()
	return c.call(closeCall)
}

func connecting(n int) func(*Target, time.Duration) (Sample, error) {
	return func(t *Target, d time.Duration) (Sample, error) {
		return t.measure(func() (Sample, error) {
			return serially(make([]*conn, n), d, func(*conn) error { return t.visit() })
		})
	}
}

// storm's p99 is the time until the last was served.
func storm(t *Target, _ time.Duration) (Sample, error) {
	s, err := t.measure(func() (Sample, error) {
		s, err := serially(make([]*conn, 500), time.Nanosecond, func(*conn) error { return t.visit() })
		s.Ops = 500
		return s, err
	})
	s.P50, s.P99 = s.Elapsed, s.Elapsed
	return s, err
}
