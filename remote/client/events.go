package client

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// Event is one message of the server.
type Event struct {
	Program   uint32
	Procedure int32
	Body      []byte // encoded; see Decode
	// Lost is how many events before this one were dropped because too many
	// had not been taken.
	Lost uint64
}

// Is reports whether the event is one of procedure p.
func (e *Event) Is(p *proc.Info) bool {
	return e.Program == p.Program.Number && e.Procedure == p.Number
}

// Decode decodes the event as a message of p.
func Decode[A any](e *Event, p *proc.Proc[A, proc.Void]) (*A, error) {
	if !e.Is(p.Info) {
		return nil, fmt.Errorf("client: event %d is not %s", e.Procedure, p.Name)
	}
	a := new(A)
	r := xdr.NewReader(e.Body)
	p.DecodeArgs(r, a)
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("client: event %s: %w", p.Name, err)
	}
	return a, nil
}

// NextEvent takes the next event, or waits for one. When the connection has
// ended and every event is taken, the error is the connection's.
func (c *Conn) NextEvent(ctx context.Context) (Event, error) {
	for {
		e, state := c.events.take()
		switch state {
		case taken:
			return e, nil
		case over:
			return Event{}, c.Err()
		}
		select {
		case <-c.events.more:
		case <-c.done:
			// The last events may have come just before; events.close follows.
			<-c.events.closed
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}

// Events gives the events as they come, until the connection or ctx ends.
func (c *Conn) Events(ctx context.Context) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for {
			e, err := c.NextEvent(ctx)
			if err != nil || !yield(e) {
				return
			}
		}
	}
}

// eventQueue keeps events between the reader, which never waits for it, and
// whoever takes them.
type eventQueue struct {
	limit  int
	more   chan struct{} // room for one: something may be there
	closed chan struct{}

	mu   sync.Mutex
	list []Event
	lost uint64
}

func (q *eventQueue) init(limit int) {
	q.limit, q.more, q.closed = limit, make(chan struct{}, 1), make(chan struct{})
}

func (q *eventQueue) add(p *netpkt.Packet) {
	q.mu.Lock()
	if len(q.list) >= q.limit {
		q.lost++
	} else {
		q.list = append(q.list, Event{
			Program: p.Program, Procedure: p.Procedure, Body: bytes.Clone(p.Payload), Lost: q.lost,
		})
		q.lost = 0
	}
	q.mu.Unlock()
	q.signal()
}

func (q *eventQueue) signal() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

func (q *eventQueue) close() { close(q.closed) }

// What take found.
const (
	none = iota
	taken
	over
)

func (q *eventQueue) take() (Event, int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		select {
		case <-q.closed:
			return Event{}, over
		default:
			return Event{}, none
		}
	}
	e := q.list[0]
	q.list[0] = Event{}
	if q.list = q.list[1:]; len(q.list) == 0 {
		q.list = nil
	} else {
		q.signal() // for another one who waits
	}
	return e, taken
}
