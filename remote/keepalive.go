package remote

import (
	"errors"
	"sync"
	"time"

	"github.com/govirtd/govirtd/protocol/keepaliveproto"
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
)

// errSilent ends a connection whose client does not answer pings.
var errSilent = errors.New("client does not answer keepalive pings")

// keepAlive pings a silent client. There is one timer per connection, which a
// packet does not touch: when it fires it looks how long the silence has been.
type keepAlive struct {
	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
	heard   int64 // lastRead at the last ping
	missed  int   // pings since
}

// StartKeepAlive begins to ping the client when it is silent.
func (c *conn) StartKeepAlive() {
	if c.srv.opts.KeepAliveInterval <= 0 {
		return
	}
	k := &c.keep
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.timer == nil && !k.stopped {
		k.timer = time.AfterFunc(c.srv.opts.KeepAliveInterval, c.checkAlive)
	}
}

func (k *keepAlive) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopped = true
	if k.timer != nil {
		k.timer.Stop()
	}
}

// checkAlive runs when the client may have been silent for an interval.
func (c *conn) checkAlive() {
	interval := c.srv.opts.KeepAliveInterval
	k := &c.keep
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stopped {
		return
	}
	heard := c.lastRead.Load()
	silence := time.Since(c.srv.epoch) - time.Duration(heard)
	if c.paused.Load() {
		silence = 0 // it is we who do not listen
		k.missed = 0
	}
	if heard != k.heard {
		k.heard, k.missed = heard, 0
	}
	switch {
	case silence < interval:
		k.timer.Reset(interval - silence)
	case k.missed >= c.srv.opts.KeepAliveCount:
		c.kill(errSilent)
	default:
		k.missed++
		c.keepAlivePacket(keepaliveproto.Ping.Info)
		c.out.Flush()
		k.timer.Reset(interval)
	}
}

// keepAlivePacket queues a ping or a pong.
func (c *conn) keepAlivePacket(p *proc.Info) {
	h := netpkt.Header{
		Program: p.Program.Number, Version: p.Program.Version, Procedure: p.Number, Type: netpkt.Message,
	}
	var b [netpkt.MinLength]byte
	c.out.Append(h.Append(b[:0], 0))
}

// handleMessage answers a ping. A pong has done its work by arriving; nothing
// else is sent to a server this way.
func (c *conn) handleMessage(p *netpkt.Packet) {
	ka := &keepaliveproto.Program
	if p.Program == ka.Number && p.Version == ka.Version && p.Procedure == keepaliveproto.ProcPing {
		c.keepAlivePacket(keepaliveproto.Pong.Info)
	}
}
