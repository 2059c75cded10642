package bench

import (
	"net"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
)

var connects = []Workload{
	{Name: "connect-1", About: "connect, auth list, open, close", By: Rate, Target: 3, Prepare: connecting(1)},
	{Name: "connect-8", About: "the same, 8 at a time", By: Rate, Target: 3, Prepare: connecting(8)},
	{Name: "storm-500", About: "500 connections at once, until the last is served", By: P99, Target: 3, Prepare: storm},
}

// visit makes one connection from its begin to its end. Where it is the only
// one at a time, it waits in the kernel and not in Go's poller.
func (t *Target) visit(alone bool) func(*conn) error {
	open := openCall(t.URI)
	connect := func(socket string) (net.Conn, error) { return net.Dial("unix", socket) }
	if alone {
		connect = dialBlocking
	}
	return func(*conn) error {
		nc, err := connect(t.Socket)
		if err != nil {
			return err
		}
		c := &conn{Conn: nc, in: netpkt.NewReader(nc)}
		if err := c.begin(open); err != nil {
			return err
		}
		defer c.Close()
		return c.call(closeCall)
	}
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
	return func(t *Target) (Run, error) { return t.measured(make([]*conn, n), t.visit(n == 1)), t.held() }
}

// storm's p99 is the time until the last was served; one that is refused is an
// error.
func storm(t *Target) (Run, error) {
	const n = 500
	visit := t.visit(false)
	return func(time.Duration) (Sample, error) {
		s, err := t.measure(func() (Sample, error) {
			s, err := serially(make([]*conn, n), time.Nanosecond, visit)
			s.Ops = n
			return s, err
		})
		s.P50, s.P99 = s.Elapsed, s.Elapsed
		return s, err
	}, t.held()
}
