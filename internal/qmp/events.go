package qmp

import "sync"

// eventQueue hands events on in their order. Its goroutine lives as long as
// there are events.
type eventQueue struct {
	take   func(Event)
	closed func(error)

	mu      sync.Mutex
	room    sync.Cond // signalled when there is room
	waiting []func()
	running bool
	ended   bool
}

// maxEvents is how many events may wait; then nothing more is read.
const maxEvents = 4096

func (q *eventQueue) init(take func(Event), closed func(error)) {
	q.take, q.closed = take, closed
	q.room.L = &q.mu
}

// put queues an event; it waits while there are too many.
func (q *eventQueue) put(e Event) {
	if q.take == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) >= maxEvents && !q.ended {
		q.room.Wait()
	}
	if !q.ended {
		q.add(func() { q.take(e) })
	}
}

// wait returns when the events that are there have been taken.
func (q *eventQueue) wait(done <-chan struct{}) {
	q.mu.Lock()
	if !q.running {
		q.mu.Unlock()
		return
	}
	here := make(chan struct{})
	q.add(func() { close(here) })
	q.mu.Unlock()
	select {
	case <-here:
	case <-done:
	}
}

// end queues the end, behind the events that are there.
func (q *eventQueue) end(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.room.Broadcast()
	if q.closed != nil {
		q.add(func() { q.closed(err) })
	}
}

// add is for who holds q.mu.
func (q *eventQueue) add(f func()) {
	q.waiting = append(q.waiting, f)
	if !q.running {
		q.running = true
		go q.run()
	}
}

func (q *eventQueue) run() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) > 0 {
		f := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.room.Signal()
		q.mu.Unlock()
		f()
		q.mu.Lock()
	}
	q.running, q.waiting = false, nil
}
