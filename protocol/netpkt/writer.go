package netpkt

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
)

// ErrFinished is what a Writer's failed function hears when everything up to
// Finish has been written.
var ErrFinished = errors.New("netpkt: the last packet has been written")

// errCancelled is the outcome of a packet that was taken back.
var errCancelled = errors.New("netpkt: packet taken back")

// Writer queues packets for a connection, in order, from any goroutine.
// Queueing never waits; Flush writes as much as the socket takes and leaves
// the rest to a goroutine that lives until the queue is empty. Small packets
// that wait together go out in one write.
//
// The queue has no bound of its own: its users look at Queued, or wait for
// their packet (Wait), or say how much may be there already (Offer).
type Writer struct {
	conn net.Conn
	raw  syscall.RawConn // nil: cannot write without waiting
	fdOK bool

	progress func()      // the queue became shorter; called with mu held
	failed   func(error) // called once when writing has failed or finished

	mu          sync.Mutex
	first, last *segment
	queued      int   // bytes
	offered     int   // bytes of Offer among them
	busy        bool  // somebody writes; only they touch what follows
	closed      error // no more writing
	reported    bool  // failed has been called

	rest [2][]byte // of the segment being written; see tryWrite
	err  error
	try  func(fd uintptr) bool
}

// NewWriter writes to conn. Both functions may be nil; progress must not call
// the Writer.
func NewWriter(conn net.Conn, progress func(), failed func(error)) *Writer {
	w := &Writer{conn: conn, progress: progress, failed: failed}
	if sc, ok := conn.(syscall.Conn); ok && rawReads {
		if raw, err := sc.SyscallConn(); err == nil {
			w.raw = raw
			_, w.fdOK = conn.(*net.UnixConn)
			w.try = w.tryWrite
		}
	}
	return w
}

// CanSendFDs reports whether descriptors can travel over the connection.
func (w *Writer) CanSendFDs() bool { return w.fdOK }

// Queued is how many bytes wait to be written.
func (w *Writer) Queued() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queued
}

// Append queues a copy of the packet b.
func (w *Writer) Append(b []byte) {
	w.mu.Lock()
	if w.closed == nil {
		w.append(b, 0)
	}
	w.mu.Unlock()
}

// Offer queues a copy of the packet, given in two parts, unless that makes the
// bytes that were offered and are not yet written more than limit; then it
// reports false.
func (w *Writer) Offer(head, body []byte, limit int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed != nil {
		return true
	}
	n := len(head) + len(body)
	if w.offered+n > limit {
		return false
	}
	w.append(head, len(head))
	w.append(body, len(body))
	return true
}

// Put queues the packet in b, which becomes the writer's, as do the files:
// they follow the packet, one carrier byte each.
func (w *Writer) Put(b *Buffer, fds []*os.File) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed != nil {
		b.Release()
		CloseAll(fds)
		return
	}
	if len(fds) == 0 && len(b.B) <= smallPacket {
		w.append(b.B, 0)
		b.Release()
		return
	}
	s := newSegment()
	s.buf, s.fds = b, fds
	w.push(s)
}

// Finish ends the writing behind what is queued now: when that has been
// written, failed is called with ErrFinished, and nothing more goes out.
func (w *Writer) Finish() {
	w.mu.Lock()
	if w.closed == nil {
		s := newSegment()
		s.final = true
		w.push(s)
	}
	w.mu.Unlock()
}

// Close ends the writing at once and drops what is queued.
func (w *Writer) Close() {
	w.mu.Lock()
	if w.closed == nil {
		w.closed = net.ErrClosed
		w.reported = true
	}
	if !w.busy {
		w.dropAll()
	}
	w.unlock()
}

// unlock releases the lock and reports a failure that is new.
func (w *Writer) unlock() {
	err := w.closed
	report := err != nil && !w.reported
	w.reported = w.reported || report
	w.mu.Unlock()
	if report && w.failed != nil {
		w.failed(err)
	}
}
