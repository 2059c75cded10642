package client

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/govirtd/govirtd/protocol/keepaliveproto"
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
)

// ErrClosed is the outcome of what was in progress when Close was called.
var ErrClosed = errors.New("client: connection closed")

// errSilent ends a connection whose server does not answer pings.
var errSilent = errors.New("client: server does not answer keepalive pings")

// Options of a connection.
type Options struct {
	// KeepAliveInterval is the silence after which the server is pinged, and
	// KeepAliveCount how many pings may go unanswered. No pings if zero; the
	// server's are answered anyway.
	KeepAliveInterval time.Duration
	KeepAliveCount    int
	// MaxEvents is how many events are kept until they are taken. Default 65536.
	MaxEvents int
}

// Conn is a connection to a server.
type Conn struct {
	nc     net.Conn
	in     *netpkt.Reader
	out    *netpkt.Writer
	opts   Options
	serial atomic.Uint32 // of the next call
	events eventQueue
	done   chan struct{} // closed when the connection has ended
	heard  atomic.Int64  // packets read, for the keepalive

	mu      sync.Mutex
	calls   map[uint32]*pending
	streams map[streamKey]*Stream
	err     error // why it ended
}

// Dial connects to the UNIX socket at path.
func Dial(ctx context.Context, path string) (*Conn, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return New(nc, Options{}), nil
}

// New speaks over nc, which becomes the connection's.
func New(nc net.Conn, opts Options) *Conn {
	if opts.MaxEvents == 0 {
		opts.MaxEvents = 65536
	}
	c := &Conn{
		nc: nc, in: netpkt.NewReader(nc), opts: opts, done: make(chan struct{}),
		calls: map[uint32]*pending{}, streams: map[streamKey]*Stream{},
	}
	c.events.init(opts.MaxEvents)
	c.out = netpkt.NewWriter(nc, nil, c.kill)
	go c.read()
	if opts.KeepAliveInterval > 0 {
		go c.ping()
	}
	return c
}

// Close ends the connection without a word; Disconnect is politer.
func (c *Conn) Close() error {
	c.kill(ErrClosed)
	<-c.done
	return nil
}

// Done is closed when the connection has ended; Err then tells why.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err is why the connection has ended: io.EOF if the server closed it in
// order. Nil while it lives.
func (c *Conn) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// kill makes err the end of the connection.
func (c *Conn) kill(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
	}
	streams := slices.Collect(maps.Values(c.streams))
	c.mu.Unlock()
	c.nc.Close()
	for _, s := range streams {
		s.wake() // the reader may be waiting for one
	}
}

// read takes packets until the connection ends.
func (c *Conn) read() {
	defer c.finish()
	var p netpkt.Packet
	for {
		if err := c.in.Fill(); err != nil {
			c.kill(err)
			return
		}
		for {
			ok, err := c.in.Next(&p)
			if err != nil {
				c.kill(err)
				return
			}
			if !ok {
				break
			}
			c.heard.Add(1)
			c.handle(&p)
		}
		c.out.Flush()
	}
}

func (c *Conn) handle(p *netpkt.Packet) {
	switch p.Type {
	case netpkt.Reply, netpkt.ReplyFDs:
		c.handleReply(p)
		return
	case netpkt.Stream, netpkt.Hole:
		c.handleStream(p)
	case netpkt.Message:
		if p.Program != keepaliveproto.Program.Number {
			c.events.add(p)
		} else if p.Procedure == keepaliveproto.ProcPing {
			c.keepAlivePacket(keepaliveproto.Pong.Info)
		}
	}
	p.CloseFDs()
}

// finish fails whatever waits for an answer.
func (c *Conn) finish() {
	c.out.Close()
	c.in.Close()
	c.mu.Lock()
	err, calls, streams := c.err, c.calls, c.streams
	c.calls, c.streams = nil, nil
	close(c.done)
	c.mu.Unlock()
	for _, call := range calls {
		call.answer <- answer{err: err}
	}
	for _, s := range streams {
		s.fail(err)
	}
	c.events.close()
}

// keepAlivePacket queues a ping or a pong.
func (c *Conn) keepAlivePacket(p *proc.Info) {
	h := netpkt.Header{
		Program: p.Program.Number, Version: p.Program.Version, Procedure: p.Number, Type: netpkt.Message,
	}
	c.out.Append(h.Append(nil, 0))
}

// ping pings a silent server and ends the connection when that stays silent.
func (c *Conn) ping() {
	t := time.NewTicker(c.opts.KeepAliveInterval)
	defer t.Stop()
	var heard int64
	missed := 0
	for {
		select {
		case <-t.C:
		case <-c.done:
			return
		}
		if now := c.heard.Load(); now != heard {
			heard, missed = now, 0
			continue
		}
		if missed >= c.opts.KeepAliveCount {
			c.kill(errSilent)
			return
		}
		missed++
		c.keepAlivePacket(keepaliveproto.Ping.Info)
		c.out.Flush()
	}
}
