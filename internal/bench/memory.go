package bench

import (
	"errors"
	"time"
)

var memory = []Workload{
	{Name: "rss", About: "resident memory of a fresh daemon", By: Memory, Target: 2, Fresh: true, Prepare: weighing(resident1)},
	{Name: "rss-connection", About: "resident memory per idle connection: of 10,000 at govirtd, of 2,000 at libvirtd", By: Memory, Limit: 16 << 10,
		Fresh: true, Heavy: true, Most: 2, Prepare: weighing(residentOfConnections)},
	{Name: "rss-10k", About: "resident memory of 10,000 domains of about 6 KB", By: Memory, Target: 2,
		Fresh: true, Heavy: true, Most: 2, Prepare: weighing(residentOfDomains)},
}

// weighing is a workload about memory; f gives the bytes.
func weighing(f func(*Target) (int64, error)) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) {
		if err := t.held(); err != nil {
			return nil, err
		}
		if resident(t.PID) == 0 {
			return nil, errors.New("the resident memory of the daemon is unknown")
		}
		return func(time.Duration) (Sample, error) {
			time.Sleep(300 * time.Millisecond) // what a start leaves behind is done
			return t.measure(func() (s Sample, err error) {
				s.Ops = 1
				s.Memory, err = f(t)
				return s, err
			})
		}, nil
	}
}

func resident1(t *Target) (int64, error) { return resident(t.PID), nil }

func residentOfConnections(t *Target) (int64, error) {
	n := 10_000
	if t.Reference { // it takes 5,000 by default, and the time grows with the square
		n = 2000
	}
	before := resident(t.PID)
	err := t.crowd(n)
	return (resident(t.PID) - before) / int64(n), err
}

func residentOfDomains(t *Target) (int64, error) {
	const n = 10_000
	c, err := t.openOne()
	if err != nil {
		return 0, err
	}
	before := resident(t.PID)
	err = c.pipeline(n, 5, func(i int) []byte { return define(i, true) })
	return resident(t.PID) - before, err
}
