package client

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// ErrStreamEnded is the outcome of using a stream that has been finished or
// aborted.
var ErrStreamEnded = errors.New("client: stream has ended")

// maxUnread is how much may have come for a stream that nobody reads before
// the connection's reader waits.
const maxUnread = 4 << 20

type streamKey struct {
	program   uint32
	procedure int32
	serial    uint32
}

func keyOf(h *netpkt.Header) streamKey { return streamKey{h.Program, h.Procedure, h.Serial} }

// Stream is the client's end of a stream. Reading and writing may happen at
// the same time, by one goroutine each.
type Stream struct {
	conn   *Conn
	header netpkt.Header // of the call

	mu      sync.Mutex
	changed *sync.Cond
	pieces  []piece
	unread  int
	eof     bool  // the server has sent all it had
	closing bool  // finish or abort has been sent: nothing is read any more
	ended   bool  // confirmed, or failed with err
	err     error // of the server or the connection

	current piece // what Read is in the middle of
}

// piece is data or a hole.
type piece struct {
	buf  *netpkt.Buffer
	data []byte
	hole int64
}

func newStream(c *Conn) *Stream {
	s := &Stream{conn: c}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// Read reads data, and zeros for holes. At the end of the server's data it
// returns io.EOF; the stream must be finished or aborted even then.
func (s *Stream) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if len(s.current.data) == 0 && s.current.hole == 0 {
		if err := s.advance(); err != nil {
			return 0, err
		}
	}
	if s.current.hole > 0 {
		n := int(min(int64(len(b)), s.current.hole))
		clear(b[:n])
		s.current.hole -= int64(n)
		return n, nil
	}
	n := copy(b, s.current.data)
	s.current.data = s.current.data[n:]
	return n, nil
}

// ReadPiece gives the next piece as it came: data, which is valid until the
// next call, or a hole of that many bytes.
func (s *Stream) ReadPiece() (data []byte, hole int64, err error) {
	if err := s.advance(); err != nil {
		return nil, 0, err
	}
	p := s.current
	s.current.data, s.current.hole = nil, 0 // all handed out
	return p.data, p.hole, nil
}

// advance waits for the next piece and makes it the current one.
func (s *Stream) advance() error {
	s.current.buf.Release()
	s.current = piece{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case len(s.pieces) > 0 && !s.closing:
			s.current = s.pieces[0]
			s.pieces[0] = piece{}
			s.pieces = s.pieces[1:]
			s.unread -= len(s.current.data)
			s.changed.Broadcast()
			return nil
		case s.err != nil:
			return s.err
		case s.eof:
			return io.EOF
		case s.closing || s.ended:
			return ErrStreamEnded
		}
		s.changed.Wait()
	}
}

// Write sends b and waits until the connection has taken it.
func (s *Stream) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		chunk := b[:min(len(b), netpkt.StreamChunk)]
		if err := s.transmit(netpkt.Stream, netpkt.StatusContinue, chunk); err != nil {
			return n, err
		}
		n += len(chunk)
		b = b[len(chunk):]
	}
	return n, nil
}

// WriteHole sends a hole of n bytes; the stream must have been opened sparse.
func (s *Stream) WriteHole(n int64) error {
	if n <= 0 {
		return fmt.Errorf("client: hole of %d bytes", n)
	}
	hole := xdr.AppendUint32(xdr.AppendInt64(nil, n), 0)
	return s.transmit(netpkt.Hole, netpkt.StatusContinue, hole)
}

func (s *Stream) transmit(t netpkt.Type, status netpkt.Status, payload []byte) error {
	s.mu.Lock()
	switch {
	case s.err != nil:
		defer s.mu.Unlock()
		return s.err
	case s.closing || s.ended:
		defer s.mu.Unlock()
		return ErrStreamEnded
	}
	h := s.header
	h.Type, h.Status = t, status
	buf := netpkt.NewBuffer(netpkt.MinLength)
	buf.B = h.Append(buf.B, len(payload))
	p := s.conn.out.Begin(buf, payload)
	s.mu.Unlock()
	if err := s.conn.out.Wait(p); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.err != nil {
			return s.err
		}
		return err
	}
	return nil
}

// Finish says that nothing more will be written and waits until the server
// has processed everything; its error, if any, is returned. What the server
// still sends is not read.
func (s *Stream) Finish() error { return s.close(netpkt.StatusOK) }

// Abort breaks the stream off and waits for the server to confirm.
func (s *Stream) Abort() error { return s.close(netpkt.StatusError) }

// Close finishes the stream unless that or Abort has been done.
func (s *Stream) Close() error {
	err := s.Finish()
	if errors.Is(err, ErrStreamEnded) {
		return nil
	}
	return err
}

func (s *Stream) close(status netpkt.Status) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return s.err
	case s.ended || s.closing && status == netpkt.StatusOK:
		return ErrStreamEnded
	}
	s.queueEnd(status)
	s.mu.Unlock()
	s.conn.out.Flush() // not under the lock: a failure takes it
	s.mu.Lock()
	for !s.ended {
		s.changed.Wait()
	}
	return s.err
}

// queueEnd queues finish or abort and stops reading. Called with mu held.
func (s *Stream) queueEnd(status netpkt.Status) {
	h := s.header
	h.Type, h.Status = netpkt.Stream, status
	s.conn.out.Append(h.Append(nil, 0))
	s.closing = true
	s.dropPieces()
	s.changed.Broadcast()
}

// abandon breaks the stream off and does not wait.
func (s *Stream) abandon() {
	s.mu.Lock()
	if !s.ended && !s.closing {
		s.queueEnd(netpkt.StatusError)
	}
	s.mu.Unlock()
	s.conn.out.Flush()
}

func (s *Stream) dropPieces() {
	for _, p := range s.pieces {
		p.buf.Release()
	}
	s.pieces, s.unread = nil, 0
}

// fail ends the stream with err, or in order if that is nil.
func (s *Stream) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.err = err
	s.changed.Broadcast()
}

// wake makes whoever waits look again.
func (s *Stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

// handleStream takes a packet to its stream; the reader waits here when too
// much is unread.
func (c *Conn) handleStream(p *netpkt.Packet) {
	c.mu.Lock()
	s := c.streams[keyOf(&p.Header)]
	if s != nil && p.Type == netpkt.Stream && p.Status != netpkt.StatusContinue {
		delete(c.streams, keyOf(&p.Header))
	}
	c.mu.Unlock()
	if s == nil {
		return
	}
	switch {
	case p.Type == netpkt.Hole:
		var h netpkt.StreamHole
		r := xdr.NewReader(p.Payload)
		h.DecodeXDR(r)
		if r.Err() == nil && h.Length > 0 {
			s.push(piece{hole: h.Length})
		}
	case p.Status == netpkt.StatusOK:
		s.fail(nil)
	case p.Status == netpkt.StatusError:
		s.fail(remoteError(p.Payload))
	case len(p.Payload) == 0:
		s.mu.Lock()
		s.eof = true
		s.changed.Broadcast()
		s.mu.Unlock()
	default:
		s.push(piece{buf: p.Take(), data: p.Payload})
	}
}

// push adds a piece and waits while there is too much of them.
func (s *Stream) push(p piece) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.ended {
		p.buf.Release()
		return
	}
	s.pieces = append(s.pieces, p)
	s.unread += len(p.data)
	s.changed.Broadcast()
	for s.unread > maxUnread && !s.closing && !s.ended && !s.conn.ending() {
		s.changed.Wait()
	}
}

// ending reports whether the connection is about to end.
func (c *Conn) ending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err != nil
}
