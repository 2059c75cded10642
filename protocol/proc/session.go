package proc

import (
	"context"
	"os"
)

// Session is the connection of a caller as a handler sees it. The transport
// implements it; tests may.
type Session interface {
	// ID numbers the connections of one server from 1.
	ID() uint64
	// Identity is what is known of the peer.
	Identity() Identity
	// ReadOnly reports whether the socket allows reading only.
	ReadOnly() bool
	// Emit queues one event message for the client and returns at once; body
	// is the encoded message, of which nothing is kept. Order is kept. With
	// now the message is written at once as far as that goes without waiting,
	// which is for events that few hear of; otherwise soon, by somebody else.
	// After the session has ended Emit does nothing.
	Emit(p *Info, body []byte, now bool)
	// StartKeepAlive begins to ping the peer, once; the client asked for it.
	StartKeepAlive()
	// CloseAfterReply ends the connection when the reply of the running call
	// has been written (connect_close).
	CloseAfterReply()
	// OnClose runs f once when the connection has ended, in the reverse order
	// of registration; at once if it has already.
	OnClose(f func())
	// Value and SetValue keep the engine's state of this connection.
	Value() any
	SetValue(v any)
}

// Identity is what the transport knows of its peer.
type Identity struct {
	Transport string // "unix" or "memory"
	PID       int32  // 0 where unknown
	UID, GID  int64  // -1 where unknown
}

// Call is one call in progress.
type Call struct {
	Session Session
	Info    *Info
	Serial  uint32

	fds      []*os.File
	replyFDs []*os.File
	stream   StreamFunc
	after    []func()
	out      []byte
	encoded  bool
	mayWait  func()
}

// NewCall is for transports and tests. The call owns fds.
func NewCall(s Session, info *Info, serial uint32, fds []*os.File) *Call {
	return &Call{Session: s, Info: info, Serial: serial, fds: fds}
}

// TakeFDs hands the descriptors that came with the call to the handler, which
// must close them. What is not taken is closed when the call ends.
func (c *Call) TakeFDs() []*os.File {
	fds := c.fds
	c.fds = nil
	return fds
}

// MayWait says that the handler may wait from here on, for a lock that is held
// long, for a file, for a hypervisor. A Prompt handler must say so before it
// does; to others it is nothing.
func (c *Call) MayWait() {
	if f := c.mayWait; f != nil {
		c.mayWait = nil
		f()
	}
}

// OnWait is for transports: f runs when a Prompt handler first says MayWait.
func (c *Call) OnWait(f func()) { c.mayWait = f }

// Out is the reply so far. A handler of a large result may append it there in
// encoded form, hand that to Encoded and return nil as its result.
func (c *Call) Out() []byte { return c.out }

// Encoded takes what Out gave with the encoded result behind it.
func (c *Call) Encoded(b []byte) { c.out, c.encoded = b, true }

// ReplyFDs sends descriptors with the reply; they are closed afterwards.
func (c *Call) ReplyFDs(fds ...*os.File) { c.replyFDs = append(c.replyFDs, fds...) }

// ServeStream makes f serve the stream of this call once the reply has been
// sent. Only for procedures of KindStream; a failed call drops it.
func (c *Call) ServeStream(f StreamFunc) { c.stream = f }

// AfterReply runs f when the reply has been queued: what it emits reaches the
// caller behind the reply. Not to be used once the handler has returned.
func (c *Call) AfterReply(f func()) { c.after = append(c.after, f) }

// Outcome is for transports: what the handler left besides its result.
func (c *Call) Outcome() (replyFDs []*os.File, stream StreamFunc) { return c.replyFDs, c.stream }

// Release ends the call; the transport calls it when the reply has been
// queued. It runs the AfterReply functions and closes every descriptor that
// nobody took or sent.
func (c *Call) Release() {
	for _, f := range c.after {
		f()
	}
	c.after = nil
	for _, f := range c.fds {
		f.Close()
	}
	c.fds = nil
}

// StreamFunc serves one stream on its own goroutine. ctx ends when the client
// aborts, the connection is lost or the server stops.
//
// Returning nil ends the server's side in good order: if the client has
// finished, its finish is confirmed; if not, it is told that there is no more
// data, what it still sends is discarded, and its finish is confirmed when it
// comes. Returning an error sends that error and forgets the stream; after an
// abort by the client the result is ignored.
type StreamFunc func(ctx context.Context, s Stream) error

// Stream is the server's end of a stream.
type Stream interface {
	// Read gives what the client sent; io.EOF after its finish,
	// ErrStreamAborted after its abort. Holes read as zeros.
	Read(p []byte) (int, error)
	// ReadPiece gives the next piece as it came: data (valid until the next
	// call), or a hole of that many bytes. Not to be mixed with Read.
	ReadPiece() (data []byte, hole int64, err error)
	// Write sends data to the client and waits while its socket is full.
	Write(p []byte) (int, error)
	// WriteHole sends a hole; only on a stream that was opened sparse.
	WriteHole(n int64) error
}
