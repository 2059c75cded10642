package remote

import (
	"errors"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
)

// A call that hands over to another goroutine costs more than most calls
// themselves. So a Prompt handler begins on the reader's goroutine, and when
// it is about to wait another one becomes the reader; from then on the call is
// a job like others. It begins there only while the client has no other call
// running, so that there is always room for it to become one.

// errHandedOn tells a reader that another one has taken its place.
var errHandedOn = errors.New("another goroutine reads")

// runHere runs a call on the reader's goroutine. It gives errHandedOn if that
// goroutine is no longer the reader.
func (c *conn) runHere(h *proc.Handler, p *netpkt.Packet) error {
	header := p.Header // the packet is the reader's
	var j *job
	c.run(h, &header, p.Payload, p.FDs, leavingByCall, func() { j = c.handOn(h) })
	if j == nil {
		return nil
	}
	c.out.Flush()
	c.work(c.next(j))
	return errHandedOn
}

// handOn makes a job of the call that the reader is running, and another
// goroutine the reader. The arguments have been decoded by now: their bytes
// may be overwritten.
func (c *conn) handOn(h *proc.Handler) *job {
	j := &job{handler: h}
	c.mu.Lock()
	if h.Info.HighPriority {
		c.priority++
	} else {
		c.begin(j)
	}
	c.mu.Unlock()
	// What was answered before does not wait for this call.
	c.out.Flush()
	go c.read()
	return j
}
