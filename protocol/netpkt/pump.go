package netpkt

import "net"

// Flush writes what is queued as far as that goes without waiting, and has the
// rest written behind the caller's back.
func (w *Writer) Flush() {
	w.mu.Lock()
	if w.busy || w.first == nil || w.closed != nil {
		w.mu.Unlock()
		return
	}
	w.busy = true
	if w.raw == nil || !w.pump(false, nil) {
		go w.drain()
		w.mu.Unlock()
		return
	}
	w.busy = false
	w.unlock()
}

// drain writes until the queue is empty.
func (w *Writer) drain() {
	w.mu.Lock()
	w.pump(true, nil)
	w.busy = false
	w.unlock()
}

// Pending is a packet that somebody waits for.
type Pending struct{ s *segment }

// Begin queues a packet whose end is borrowed: tail must not change until Wait
// has returned, which must be called.
func (w *Writer) Begin(b *Buffer, tail []byte) Pending {
	s := &segment{buf: b, tail: tail, done: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed != nil {
		s.complete(w.closed)
	} else {
		w.push(s)
	}
	return Pending{s}
}

// Cancel takes the packet back unless its first byte has been written. Wait
// must be called all the same.
func (w *Writer) Cancel(p Pending) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !p.s.started && w.remove(p.s) {
		p.s.complete(errCancelled)
	}
}

// Wait writes the packet, or waits until whoever writes has written it.
func (w *Writer) Wait(p Pending) error {
	s := p.s
	w.mu.Lock()
	if w.busy || w.closed != nil {
		w.mu.Unlock()
	} else {
		w.busy = true
		if w.raw != nil {
			w.pump(false, s)
		}
		if w.first == s {
			// It is this packet that the peer is slow to take: no need for
			// another goroutine to wait.
			w.pump(true, s)
		}
		if w.first == nil {
			w.busy = false
		} else {
			go w.drain()
		}
		w.unlock()
	}
	<-s.done
	return s.err
}

// pump writes segments up to the end of the queue, or up to and including
// until. If it may not wait it stops when the socket is full. It reports
// whether the queue is empty. Called with the lock held and busy set; the
// lock is released while writing.
func (w *Writer) pump(wait bool, until *segment) (empty bool) {
	for w.closed == nil && w.first != nil {
		s := w.first
		s.started = true
		head, tail := s.unwritten()
		w.mu.Unlock()
		n, err := w.write(head, tail, wait)
		w.mu.Lock()
		s.off += n
		w.queued -= n
		if err != nil {
			w.fail(err)
			break
		}
		// More may have come behind the segment while it was written.
		if more, _ := s.unwritten(); len(more) > 0 {
			if n < len(head)+len(tail) && !wait {
				return false
			}
			continue
		}
		if len(s.fds) > 0 {
			if !wait {
				return false
			}
			s.open = false
			w.mu.Unlock()
			for _, f := range s.fds {
				if err = w.sendFD(f); err != nil {
					break
				}
			}
			w.mu.Lock()
			if err != nil {
				w.fail(err)
				break
			}
		}
		if s.final {
			w.fail(ErrFinished)
		}
		w.pop()
		s.complete(nil)
		if w.progress != nil {
			w.progress()
		}
		if s == until {
			break
		}
	}
	if w.closed != nil {
		w.dropAll()
	}
	return w.first == nil
}

// fail makes err the end of the writing unless it has ended already.
func (w *Writer) fail(err error) {
	if w.closed == nil {
		w.closed = err
	}
}

// write writes both parts, or as much as goes without waiting.
func (w *Writer) write(head, tail []byte, wait bool) (int, error) {
	if len(head) == 0 {
		return 0, nil
	}
	if wait {
		if len(tail) == 0 {
			return w.conn.Write(head)
		}
		n, err := (&net.Buffers{head, tail}).WriteTo(w.conn)
		return int(n), err
	}
	w.rest, w.err = [2][]byte{head, tail}, nil
	err := w.raw.Write(w.try)
	n := len(head) + len(tail) - len(w.rest[0]) - len(w.rest[1])
	w.rest = [2][]byte{}
	if err == nil {
		err = w.err
	}
	return n, err
}
