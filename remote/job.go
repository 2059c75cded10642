package remote

import (
	"os"
	"time"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
)

// job is a call that gets a goroutine of its own.
type job struct {
	handler *proc.Handler
	header  netpkt.Header
	buf     *netpkt.Buffer // holds args
	args    []byte
	fds     []*os.File
	began   time.Time
}

// discard lets go of a job that will not run.
func (j *job) discard() {
	j.buf.Release()
	netpkt.CloseAll(j.fds)
}

// start runs the job now, or later when too many of the client's calls are
// running. While even the waiting room is full the reader stands still, which
// holds the client back; procedures of high priority do not wait for others.
func (c *conn) start(j *job) {
	admitted := false
	c.pause(func() bool {
		admitted = c.admit(j)
		return admitted
	})
	if !admitted {
		j.discard()
	}
}

// admit starts the job or lets it wait, and reports false if neither goes.
func (c *conn) admit(j *job) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case j.handler.Info.HighPriority:
		if c.priority >= maxPriority {
			return false
		}
		c.priority++
	case c.free():
		c.begin(j)
	case len(c.waiting) < maxWaiting && c.waitingBytes+len(j.args) <= maxWaitingBytes:
		c.waiting = append(c.waiting, j)
		c.waitingBytes += len(j.args)
		c.relieve()
		return true
	default:
		return false
	}
	go c.work(j)
	return true
}

// work runs the job and then those that wait.
func (c *conn) work(j *job) {
	for j != nil {
		c.run(j.handler, &j.header, j.args, j.fds, leavingByCall, nil)
		j.buf.Release()
		c.out.Flush()
		j = c.next(j)
	}
	c.nudge()
}

// next ends a job and gives one to run in its place, or nil.
func (c *conn) next(done *job) *job {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done.handler.Info.HighPriority {
		c.priority--
		return nil
	}
	c.end(done)
	if len(c.waiting) == 0 || !c.free() {
		return nil
	}
	j := c.nextWaiting()
	c.begin(j)
	return j
}

// nextWaiting takes the first of the calls that wait. Called with mu held.
func (c *conn) nextWaiting() *job {
	j := c.waiting[0]
	c.waiting = append(c.waiting[:0], c.waiting[1:]...)
	c.waitingBytes -= len(j.args)
	c.nudge()
	return j
}
