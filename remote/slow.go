package remote

import "time"

// A call that runs for longer than slowCall waits for somebody: a guest that
// does not answer, a domain that another call is changing. It no longer
// counts among the calls of its client that run at a time, so that a client
// with a few calls stuck at one guest is answered about the others. maxSlow
// bounds how many such calls a client may have.
const (
	slowCall = 20 * time.Millisecond
	maxSlow  = 64
)

// free reports whether the client may have another call running. Called with
// mu held.
func (c *conn) free() bool {
	most := c.srv.opts.MaxRequests
	if c.normal < most {
		return true
	}
	return c.normal < most+maxSlow && c.normal-c.slow() < most
}

// slow counts the calls that wait for somebody. Called with mu held.
func (c *conn) slow() int {
	n, since := 0, time.Now().Add(-slowCall)
	for _, j := range c.running {
		if j.began.Before(since) {
			n++
		}
	}
	return n
}

// relieve starts what waits behind calls that have become slow. Called with mu
// held.
func (c *conn) relieve() {
	for len(c.waiting) > 0 && !c.closed && c.free() {
		j := c.nextWaiting()
		c.begin(j)
		go c.work(j)
	}
	// Somebody looks again, unless all calls that run are slow and there may be
	// no more of them: then it is for the next that ends.
	if len(c.waiting) > 0 && !c.closed && c.normal < c.srv.opts.MaxRequests+maxSlow && !c.looking {
		c.looking = true
		time.AfterFunc(slowCall, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.looking = false
			c.relieve()
		})
	}
}

// begin counts a call that runs. Called with mu held.
func (c *conn) begin(j *job) {
	j.began = time.Now()
	c.normal++
	c.running = append(c.running, j)
}

// end counts a call that has run. Called with mu held.
func (c *conn) end(done *job) {
	c.normal--
	last := len(c.running) - 1
	for i, j := range c.running {
		if j == done {
			c.running[i] = c.running[last]
			c.running[last] = nil
			c.running = c.running[:last]
			return
		}
	}
}
