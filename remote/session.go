package remote

import (
	"errors"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
)

var _ proc.Session = (*conn)(nil)

// errEvents ends a connection whose client does not read its events.
var errEvents = errors.New("client does not read its events")

// eventSerial is the serial that libvirtd puts into events; clients ignore it.
const eventSerial = 1

func (c *conn) ID() uint64              { return c.id }
func (c *conn) Identity() proc.Identity { return c.identity }
func (c *conn) ReadOnly() bool          { return c.readOnly }

// Emit queues the event. A flusher writes it, so that one publisher with many
// listeners does not do all their writing, and events that follow each other
// closely go out together; with few listeners to wake a flusher takes longer
// than to write.
func (c *conn) Emit(p *proc.Info, body []byte, now bool) {
	if len(body) > netpkt.MaxPayload {
		c.logger().Error("event is too large to be sent", "event", p.Name, "bytes", len(body))
		return
	}
	h := netpkt.Header{
		Program: p.Program.Number, Version: p.Program.Version, Procedure: p.Number,
		Type: netpkt.Message, Serial: eventSerial,
	}
	var head [netpkt.MinLength]byte
	if !c.out.Offer(h.Append(head[:0], len(body)), body, c.srv.opts.MaxEventBytes) {
		c.kill(errEvents)
		return
	}
	if now {
		c.out.Flush()
	} else {
		c.srv.flusher.add(c)
	}
}

// What conn.leaving says: which call it was that asked for the end, so that
// another one which ends at the same time is not taken for it.
const (
	staying         int32 = iota
	leavingByReader       // a quick handler, on the reader's goroutine
	leavingByCall         // one with its own goroutine
)

func (c *conn) CloseAfterReply() {
	if c.quick.Load() {
		c.leaving.Store(leavingByReader)
	} else {
		c.leaving.Store(leavingByCall)
	}
}

func (c *conn) OnClose(f func()) {
	c.mu.Lock()
	closed := c.closed
	if !closed {
		c.hooks = append(c.hooks, f)
	}
	c.mu.Unlock()
	if closed {
		c.runHook(f)
	}
}

// runHook runs an OnClose function; its panic must not keep the others from
// running.
func (c *conn) runHook(f func()) {
	defer c.catch("an OnClose function", nil)
	f()
}

func (c *conn) Value() any {
	if v := c.value.Load(); v != nil {
		return *v
	}
	return nil
}

func (c *conn) SetValue(v any) { c.value.Store(&v) }
