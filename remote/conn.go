package remote

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
)

// conn is one connection. It is the proc.Session of its calls; see session.go
// for that side of it.
type conn struct {
	srv      *Server
	id       uint64
	nc       net.Conn
	in       *netpkt.Reader
	out      *netpkt.Writer
	identity proc.Identity
	readOnly bool
	auth     Authentication

	ctx    context.Context // of all its handlers
	cancel context.CancelFunc

	ended    chan struct{} // closed in the end, nil if nobody waits for that
	wake     chan struct{} // something changed that the reader may wait for
	paused   atomic.Bool   // the reader waits, see pause
	draining atomic.Bool   // no more calls, see drain
	quick    atomic.Bool   // the reader is running a handler
	leaving  atomic.Int32  // close behind the reply of the running call: see session.go
	lastRead atomic.Int64  // nanoseconds since the server's epoch
	lit      atomic.Bool   // in the flusher's list
	keep     keepAlive
	value    atomic.Pointer[any]

	mu           sync.Mutex
	normal       int // calls running that count against MaxRequests, those of running
	running      []*job
	looking      bool // a timer will call relieve
	priority     int  // calls of high priority running
	waiting      []*job
	waitingBytes int
	streams      map[streamKey]*stream
	hooks        []func()
	closed       bool  // hooks are run at once from now on
	reason       error // why it ended
}

// newConn prepares a connection for serve.
func (s *Server) newConn(ctx context.Context, nc net.Conn, l Listener) *conn {
	c := &conn{
		srv: s, id: s.ids.Add(1), nc: nc, readOnly: l.ReadOnly,
		identity: proc.Identity{Transport: "memory", UID: -1, GID: -1},
		in:       netpkt.NewReader(nc),
		wake:     make(chan struct{}, 1),
	}
	c.out = netpkt.NewWriter(nc, c.nudge, c.kill)
	if u, ok := nc.(*net.UnixConn); ok {
		c.identity.Transport = "unix"
		if rc, err := u.SyscallConn(); err == nil {
			credentials(rc, &c.identity)
		}
	}
	c.auth = openDoor{}
	if l.Auth != nil {
		c.auth = l.Auth.Begin(c.identity)
	}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return c
}

// abandon ends a connection that is not going to be served.
func (c *conn) abandon() {
	c.cancel()
	c.nc.Close()
}

func (c *conn) logger() *slog.Logger { return c.srv.opts.Logger.With("client", c.id) }

// debugs reports whether what is only of interest to debuggers is wanted:
// making a line of it costs as much as a call.
func (c *conn) debugs() bool { return c.srv.opts.Logger.Enabled(c.ctx, slog.LevelDebug) }

// serve begins to serve the connection, and returns when it has ended or
// somebody else reads on.
func (c *conn) serve() {
	if c.debugs() {
		c.logger().Debug("client connected", "transport", c.identity.Transport,
			"pid", c.identity.PID, "uid", c.identity.UID, "readonly", c.readOnly)
	}
	c.read()
}

// read reads until the connection ends and cleans up behind it, or until a
// handler that has to wait has had another goroutine read on.
func (c *conn) read() {
	ended := true
	defer func() {
		if ended {
			c.finish()
		}
	}()
	defer c.catch("the connection's reader", func(err error) { c.kill(err) })
	var p netpkt.Packet
	for {
		for {
			ok, err := c.in.Next(&p)
			if err == nil && ok {
				err = c.handle(&p)
			}
			switch {
			case err == errHandedOn:
				ended = false
				return
			case err != nil:
				// What was answered before the mistake still goes out.
				c.out.Flush()
				c.kill(err)
				return
			case c.leaving.Load() != staying:
				c.out.Flush()
				<-c.ctx.Done() // the writer ends it behind the reply
				return
			case c.draining.Load():
				c.lastReplies()
				return
			}
			if !ok {
				break
			}
		}
		c.out.Flush()
		if c.out.Queued() > highWater {
			c.pause(func() bool { return c.out.Queued() <= lowWater })
		}
		if err := c.in.Fill(); err != nil {
			if c.draining.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
				c.lastReplies()
				return
			}
			c.kill(err)
			return
		}
		c.touch()
	}
}

// touch notes that the client is alive.
func (c *conn) touch() { c.lastRead.Store(int64(time.Since(c.srv.epoch))) }

// nudge makes the reader look again whether it may go on.
func (c *conn) nudge() {
	if c.paused.Load() {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}

// pause stops reading until ready, or until the connection has ended. A peer
// that is gone is noticed all the same, though not at once, and is not taken
// for dead by the keepalive because it goes unheard.
func (c *conn) pause(ready func() bool) {
	if ready() {
		return
	}
	c.paused.Store(true)
	defer func() {
		c.touch()
		c.paused.Store(false)
	}()
	c.out.Flush()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for !ready() {
		select {
		case <-c.wake:
		case <-look.C:
			if c.in.HungUp() {
				c.kill(io.EOF)
			}
		case <-c.ctx.Done():
			return
		}
	}
}

// kill ends the connection from any goroutine; the reader cleans up.
func (c *conn) kill(err error) {
	c.mu.Lock()
	if c.reason == nil {
		c.reason = err
	}
	c.mu.Unlock()
	c.nc.Close()
	c.cancel()
}

// drain ends the connection when the calls in progress are answered.
func (c *conn) drain() {
	c.draining.Store(true)
	for _, st := range c.openStreams() {
		st.abort()
	}
	c.nc.SetReadDeadline(time.Unix(1, 0))
	c.nudge()
}

// lastReplies waits until every call that was read has been answered and the
// answers are written.
func (c *conn) lastReplies() {
	c.pause(c.idle)
	c.out.Finish()
	c.out.Flush()
	<-c.ctx.Done()
}

// idle reports whether no call is in progress.
func (c *conn) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.normal == 0 && c.priority == 0 && len(c.waiting) == 0
}

// finish cleans up behind a connection that has ended.
func (c *conn) finish() {
	c.kill(io.EOF)
	c.keep.stop()
	c.out.Close()
	c.in.Close()
	c.mu.Lock()
	c.closed = true
	hooks, waiting, reason := c.hooks, c.waiting, c.reason
	c.hooks, c.waiting = nil, nil
	c.mu.Unlock()
	for _, st := range c.openStreams() {
		st.abort()
	}
	for _, j := range waiting {
		j.discard()
	}
	for i := len(hooks) - 1; i >= 0; i-- {
		c.runHook(hooks[i])
	}
	c.logEnd(reason)
	c.srv.remove(c)
	if c.ended != nil {
		close(c.ended)
	}
}

// logEnd says why the connection ended: a client may leave any time, but one
// that breaks the protocol is worth a line.
func (c *conn) logEnd(reason error) {
	switch {
	case errors.Is(reason, io.EOF), errors.Is(reason, netpkt.ErrFinished), errors.Is(reason, net.ErrClosed),
		errors.Is(reason, syscall.ECONNRESET), errors.Is(reason, syscall.EPIPE), errors.Is(reason, io.ErrClosedPipe):
		if c.debugs() {
			c.logger().Debug("client gone")
		}
	default:
		c.logger().Info("client disconnected", "reason", reason)
	}
}
