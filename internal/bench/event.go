package bench

import (
	"fmt"
	"sync"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

var events = []Workload{
	{"events-1", "lifecycle events, 1 listener", "rate", 3, listening(1)},
	{"events-100", "lifecycle events, 100 listeners", "rate", 3, listening(100)},
	{"events-500", "lifecycle events, 500 listeners", "rate", 3, listening(500)},
}

// listening suspends and resumes a domain in bursts, and every listener must get every event of a burst before the next
// begins; one that is lost is an error. An operation is one event at one listener.
func listening(n int) func(*Target, time.Duration) (Sample, error) {
	const burst = 20
	return func(t *Target, d time.Duration) (Sample, error) {
		conns, closeAll, err := t.openMany(n + 1)
		defer closeAll()
		if err != nil {
			return Sample{}, err
		}
		by, listeners := conns[0], conns[1:]
		create := request(remoteproto.DomainCreateXML, &remoteproto.DomainCreateXMLArgs{XMLDesc: document(scratch, false)})
		if err := by.call(create); err != nil {
			return Sample{}, err
		}
		defer by.call(request(remoteproto.DomainDestroy, &remoteproto.DomainDestroyArgs{Dom: reference(scratch)}))
		register := request(remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{})
		for _, c := range listeners {
			if err := c.call(register); err != nil {
				return Sample{}, err
			}
			c.SetReadDeadline(time.Now().Add(d + 30*time.Second))
		}
		toggle := [2][]byte{
			request(remoteproto.DomainSuspend, &remoteproto.DomainSuspendArgs{Dom: reference(scratch)}),
			request(remoteproto.DomainResume, &remoteproto.DomainResumeArgs{Dom: reference(scratch)}),
		}
		return t.measure(func() (s Sample, err error) {
			for end := time.Now().Add(d); err == nil && time.Now().Before(end); s.Ops += n * burst {
				var wg sync.WaitGroup
				errs := make([]error, n)
				for i, c := range listeners {
					wg.Go(func() {
						for got := 0; got < burst && errs[i] == nil; {
							if errs[i] = c.next(); c.p.Type == netpkt.Message {
								got++
							}
						}
					})
				}
				for i := 0; i < burst && err == nil; i++ {
					err = by.call(toggle[i%2])
				}
				if err != nil {
					for _, c := range listeners {
						c.Close()
					}
				}
				wg.Wait()
				for _, e := range errs {
					if e != nil && err == nil {
						err = fmt.Errorf("a listener lacks events: %w", e)
					}
				}
			}
			return s, err
		})
	}
}
