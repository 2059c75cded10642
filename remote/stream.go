package remote

import (
	"context"
	"errors"
	"sync"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
)

// stream is the server's end of a stream.
//
//	          function returns nil      client finishes
//	running ------------------------> drained ------------> gone
//	   |  \                              | client aborts ---> gone
//	   |   \ client finishes
//	   |    `--> finished -- function returns nil ---------> gone
//	   |             `------ function fails ---------------> gone
//	   |-- function fails ---------------------------------> gone
//	   `-- client aborts, connection lost -----------------> gone
//
// "Gone" is when the connection has forgotten it. On the way there the client
// gets exactly one packet with a status other than continue: the confirmation
// of its finish or abort, or an error.
type stream struct {
	conn   *conn
	header netpkt.Header // of the call
	sparse bool
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	changed  *sync.Cond // there is more to read, or never will be
	pieces   []piece
	bytes    int
	finished bool // the client has sent all it had
	drained  bool // the function has returned
	gone     bool
	sending  *netpkt.Pending // what Write waits for

	writing sync.Mutex // one Write at a time
	reading sync.Mutex // one Read at a time; taken before mu
	current piece      // what Read is in the middle of; under reading
}

// piece is data or a hole that the client has sent.
type piece struct {
	buf  *netpkt.Buffer
	data []byte
	hole int64
}

func newStream(c *conn, call *netpkt.Header, sparse bool) *stream {
	st := &stream{conn: c, header: *call, sparse: sparse}
	st.changed = sync.NewCond(&st.mu)
	st.ctx, st.cancel = context.WithCancel(c.ctx)
	return st
}

// serve runs the stream's function and ends the stream as it returns.
func (st *stream) serve(f proc.StreamFunc) {
	err := st.call(f)
	st.cancel()
	st.returned(err)
	st.conn.out.Flush()
}

// returned ends the server's side as the function has. A goroutine that the
// function has left behind may still be reading: it is woken up, and the piece
// it reads is given back when it is out.
func (st *stream) returned(err error) {
	st.ended(err)
	st.reading.Lock()
	defer st.reading.Unlock()
	st.current.buf.Release()
	st.current = piece{}
}

func (st *stream) ended(err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.dropPieces()
	switch {
	case st.gone:
	case err != nil:
		st.end(st.visible(err))
	case st.finished:
		st.end(nil)
	default:
		st.drained = true
		st.changed.Broadcast()
		st.send(netpkt.StatusContinue, nil)
		st.conn.nudge()
	}
}

func (st *stream) call(f proc.StreamFunc) (err error) {
	defer st.conn.catch("a stream function", func(e error) { err = e })
	return f(st.ctx, st)
}

// visible is what the client hears of the function's error.
func (st *stream) visible(err error) *vir.Error {
	var ve *vir.Error
	if errors.As(err, &ve) {
		return ve
	}
	if st.conn.ctx.Err() == nil {
		st.conn.logger().Error("stream failed", "procedure", st.header.Procedure, "error", err)
	}
	return errUnexpected()
}

// end makes the stream gone: confirmed, or failed with e. Called with mu held.
func (st *stream) end(e *vir.Error) {
	st.gone = true
	st.conn.forget(st)
	if e == nil {
		st.send(netpkt.StatusOK, nil)
	} else {
		st.send(netpkt.StatusError, e)
	}
	st.stop()
}

// stop wakes up whoever is inside the stream when it is gone. Called with mu
// held.
func (st *stream) stop() {
	st.dropPieces()
	if st.sending != nil {
		st.conn.out.Cancel(*st.sending)
	}
	st.cancel()
	st.changed.Broadcast()
	st.conn.nudge()
}

// send queues a stream packet without data.
func (st *stream) send(status netpkt.Status, e *vir.Error) {
	h := st.packet(netpkt.Stream, status)
	buf := netpkt.NewBuffer(0)
	if e != nil {
		buf.B = st.conn.errorPacket(buf.B, &h, e)
	} else {
		buf.B = h.Append(buf.B, 0)
	}
	st.conn.out.Put(buf, nil)
}

func (st *stream) packet(t netpkt.Type, status netpkt.Status) netpkt.Header {
	h := st.header
	h.Type, h.Status = t, status
	return h
}

// abort ends the stream without a word: the connection ends, or the server.
func (st *stream) abort() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.gone {
		st.gone = true
		st.conn.forget(st)
		st.stop()
	}
}

// clientFinished takes the client's finish. It is confirmed when the function
// has returned.
func (st *stream) clientFinished() {
	st.mu.Lock()
	defer st.mu.Unlock()
	switch {
	case st.gone || st.finished:
	case st.drained:
		st.end(nil)
	default:
		st.finished = true
		st.changed.Broadcast()
	}
}

// clientAborted takes the client's abort, which is confirmed at once, or a
// packet that makes no sense and ends the stream with e.
func (st *stream) clientAborted(e *vir.Error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.gone {
		st.end(e)
	}
}

// wantsInput reports whether anybody will read what the client sends.
func (st *stream) wantsInput() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return !st.gone && !st.drained && !st.finished
}

// push adds a piece for the function to read, and reports whether there is
// room for another.
func (st *stream) push(p piece) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.gone || st.drained {
		p.buf.Release()
		return true
	}
	st.pieces = append(st.pieces, p)
	st.bytes += len(p.data)
	st.changed.Broadcast()
	return st.room()
}

// hasRoom reports whether the reader may go on: also when nobody will read
// any more.
func (st *stream) hasRoom() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.room()
}

func (st *stream) room() bool {
	return len(st.pieces) < maxPieces && st.bytes < maxPieceBytes
}

// dropPieces forgets what has not been read.
func (st *stream) dropPieces() {
	for _, p := range st.pieces {
		p.buf.Release()
	}
	st.pieces, st.bytes = nil, 0
}
