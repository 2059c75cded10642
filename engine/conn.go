package engine

import (
	"sync"

	"github.com/govirtd/govirtd/protocol/proc"
)

// Conn is one client's open connection to a host, kept as its session's value
// from connect_open on.
type Conn struct {
	engine   *Engine
	session  proc.Session
	host     *Host
	uri      string
	readOnly bool

	mu            sync.Mutex
	closed        bool
	subscriptions []*subscription
}

// connOf is the open connection of a session, or nil.
func connOf(s proc.Session) *Conn {
	c, _ := s.Value().(*Conn)
	return c
}

// close ends everything that the connection holds; the session has ended.
func (c *Conn) close() {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.closed = true
	subs := c.subscriptions
	c.subscriptions = nil
	c.mu.Unlock()
	for _, s := range subs {
		c.host.bus.remove(s)
	}
	c.host.release()
}
