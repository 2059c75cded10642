package netpkt

import (
	"net"
	"os"
	"sync"
)

const (
	// smallPacket is copied behind others rather than queued by itself.
	smallPacket = 4 << 10
	// joinSize is how much is joined into one segment.
	joinSize = 16 << 10
)

// segment is a piece of a Writer's queue: several small packets, or one that
// has a buffer of its own, borrows bytes or carries descriptors.
type segment struct {
	next    *segment
	buf     *Buffer
	tail    []byte // borrowed from the caller of Wait, behind buf
	off     int    // bytes that are written
	offered int    // bytes of Offer in it
	fds     []*os.File
	open    bool          // more small packets may be added to buf
	started bool          // must be written to its end
	final   bool          // end of the writing
	done    chan struct{} // closed in the end, nil if nobody waits
	err     error
}

var segmentPool = sync.Pool{New: func() any { return new(segment) }}

func newSegment() *segment { return segmentPool.Get().(*segment) }

func (s *segment) size() int {
	n := len(s.tail)
	if s.buf != nil {
		n += len(s.buf.B)
	}
	return n
}

// unwritten is what is still to be written, in two parts.
func (s *segment) unwritten() (head, tail []byte) {
	n := 0
	if s.buf != nil {
		if n = len(s.buf.B); s.off < n {
			return s.buf.B[s.off:], s.tail
		}
	}
	return s.tail[s.off-n:], nil
}

// complete tells whoever waits and lets go of what the segment held.
func (s *segment) complete(err error) {
	s.buf.Release()
	CloseAll(s.fds)
	s.buf, s.tail, s.fds, s.err = nil, nil, nil, err
	if s.done != nil {
		close(s.done)
		return // who waits may still hold it
	}
	*s = segment{}
	segmentPool.Put(s)
}

// append adds a small packet, or part of one, to the last segment or to a new
// one.
func (w *Writer) append(b []byte, offered int) {
	s := w.last
	if s == nil || !s.open || cap(s.buf.B)-len(s.buf.B) < len(b) {
		s = newSegment()
		s.buf, s.open = NewBuffer(max(joinSize, len(b))), true
		w.push(s)
	}
	s.buf.B = append(s.buf.B, b...)
	s.offered += offered
	w.queued += len(b)
	w.offered += offered
}

// push puts a segment at the end of the queue.
func (w *Writer) push(s *segment) {
	if w.last == nil {
		w.first = s
	} else {
		w.last.next = s
	}
	w.last = s
	w.queued += s.size()
}

// pop removes the first segment.
func (w *Writer) pop() *segment {
	s := w.first
	w.first = s.next
	if w.first == nil {
		w.last = nil
	}
	s.next = nil
	w.offered -= s.offered
	return s
}

// remove takes a segment out of the queue and reports whether it was there.
func (w *Writer) remove(s *segment) bool {
	var prev *segment
	for q := w.first; q != nil; prev, q = q, q.next {
		if q != s {
			continue
		}
		if prev == nil {
			w.pop()
		} else {
			prev.next = s.next
			if w.last == s {
				w.last = prev
			}
			s.next = nil
		}
		w.queued -= s.size() - s.off
		return true
	}
	return false
}

// dropAll completes everything unwritten.
func (w *Writer) dropAll() {
	for w.first != nil {
		s := w.pop()
		w.queued -= s.size() - s.off
		s.complete(net.ErrClosed)
	}
}
