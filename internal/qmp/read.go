package qmp

import (
	"fmt"
	"io"
)

// read takes what the monitor says until the connection ends.
func (c *Client) read() {
	r := newReader(c.conn, c.opts.MaxMessage)
	for {
		m, err := r.next()
		if err != nil {
			if err == io.EOF {
				err = fmt.Errorf("the monitor has hung up: %w", err)
			}
			c.fail(err)
			return
		}
		c.take(m)
	}
}

// take does what a message asks for; those of unknown kinds are ignored.
func (c *Client) take(m *message) {
	switch {
	case m.Greeting != nil:
		select {
		case <-c.greeting: // it greets once
		default:
			c.hello = *m.Greeting
			close(c.greeting)
		}
	case m.Event != nil:
		c.events.put(Event{Name: *m.Event, Data: m.Data, Time: m.Time.time()})
	case m.Error != nil:
		c.answered(m.ID, reply{err: &Error{Class: m.Error.Class, Desc: m.Error.Desc}}, m.line)
	case m.Return != nil:
		c.answered(m.ID, reply{value: m.Return}, m.line)
	}
}
