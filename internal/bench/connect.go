package bench

import "time"

var connects = []Workload{
	{Name: "connect-1", About: "connect, auth list, open, close", By: Rate, Target: 3, Prepare: connecting(1)},
	{Name: "connect-8", About: "the same, 8 at a time", By: Rate, Target: 3, Prepare: connecting(8)},
	{Name: "storm-500", About: "500 connections at once, until the last is served", By: P99, Target: 3, Prepare: storm},
}

// visit is one connection from its begin to its end.
func (t *Target) visit(*conn) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	defer c.Close()
	return c.call(closeCall)
}

// held makes sure that the connection which keeps the host is there.
func (t *Target) held() error {
	c, err := t.open()
	if err == nil {
		c.Close()
	}
	return err
}

func connecting(n int) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) { return t.measured(make([]*conn, n), t.visit), t.held() }
}

// storm's p99 is the time until the last was served; one that is refused is an
// error.
func storm(t *Target) (Run, error) {
	const n = 500
	return func(time.Duration) (Sample, error) {
		s, err := t.measure(func() (Sample, error) {
			s, err := serially(make([]*conn, n), time.Nanosecond, t.visit)
			s.Ops = n
			return s, err
		})
		s.P50, s.P99 = s.Elapsed, s.Elapsed
		return s, err
	}, t.held()
}
