package bench

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

var events = []Workload{
	{Name: "events-1", About: "lifecycle events, 1 listener", By: Rate, Target: 3, Prepare: listening(1, 20)},
	{Name: "events-100", About: "lifecycle events, 100 listeners", By: Rate, Target: 3, Prepare: listening(100, 20)},
	{Name: "events-500", About: "lifecycle events, 500 listeners", By: Rate, Target: 3, Prepare: listening(500, 20)},
	// Without a target: the sooner a daemon is ready for the next call, the more events wait for the listeners, which
	// share two processors with it.
	{Name: "latency-1", About: "from a call to its event meanwhile, 1 listener", By: P99, Prepare: listening(1, 20)},
	{Name: "latency-100", About: "the same, 100 listeners", By: P99, Prepare: listening(100, 20)},
	{Name: "latency-500", About: "the same, 500 listeners", By: P99, Prepare: listening(500, 20)},
}

// toggle changes the scratch domain, which is paused or not.
var toggle = map[bool][]byte{
	false: request(remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: reference(scratch)}),
	true:  request(remoteproto.DomainResume, &remoteproto.DomainResumeArgs{Dom: reference(scratch)}),
}

var register = request(remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{})

// listening suspends and resumes a domain in bursts of calls, and every
// listener must get every event of a burst before the next begins; one that is
// lost is an error. An operation is one event at one listener, its latency the
// time since the call that caused it was sent.
func listening(n, burst int) func(*Target) (Run, error) {
	return func(t *Target) (Run, error) {
		listeners, err := t.openMany(n)
		if err != nil {
			return nil, err
		}
		by, err := t.openOne()
		if err == nil {
			err = by.call(create(scratch))
		}
		if err != nil {
			return nil, err
		}
		t.later(func() { by.call(destroy(scratch)) })
		for _, c := range listeners {
			if err := c.call(register); err != nil {
				return nil, err
			}
		}
		a := &audience{by: by, listeners: listeners, epoch: time.Now(), times: make([][]time.Duration, n), errs: make([]error, n)}
		return func(d time.Duration) (Sample, error) {
			return t.measure(func() (Sample, error) { return a.run(burst, d) })
		}, nil
	}
}

// audience is listeners, and who causes the events.
type audience struct {
	by        *conn
	paused    bool // the domain is
	listeners []*conn
	times     [][]time.Duration
	errs      []error
	err       error // of by
	epoch     time.Time
	sent      [100]atomic.Int64 // when the calls of the burst were sent, since then
}

func (a *audience) run(burst int, d time.Duration) (Sample, error) {
	for i, c := range a.listeners {
		c.SetReadDeadline(time.Now().Add(d + 30*time.Second))
		a.times[i] = a.times[i][:0]
	}
	for end := time.Now().Add(d); a.failed() == nil && time.Now().Before(end); {
		a.burst(burst)
	}
	return summary(slices.Concat(a.times...)), a.failed()
}

// burst makes n events and waits until everybody has got them.
func (a *audience) burst(n int) {
	var wg sync.WaitGroup
	for i, c := range a.listeners {
		wg.Go(func() {
			for got := 0; got < n; {
				if a.errs[i] = c.next(); a.errs[i] != nil {
					return
				}
				if c.p.Type == netpkt.Message {
					a.times[i] = append(a.times[i], time.Since(a.epoch)-time.Duration(a.sent[got].Load()))
					got++
				}
			}
		})
	}
	for i := 0; i < n && a.err == nil; i++ {
		a.sent[i].Store(int64(time.Since(a.epoch)))
		a.err = a.by.call(toggle[a.paused])
		a.paused = !a.paused
	}
	if a.err != nil { // nobody is to wait for what does not come
		for _, c := range a.listeners {
			c.Close()
		}
	}
	wg.Wait()
}

func (a *audience) failed() error {
	if err := errors.Join(a.errs...); err != nil && a.err == nil {
		return fmt.Errorf("a listener lacks events: %w", err)
	}
	return a.err
}
