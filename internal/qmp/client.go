// Package qmp speaks to a QEMU process through its monitor: one command at a
// time, answers matched by id, events as they come.
//
// The process on the other side may be frozen, or in the hands of its guest:
// no call waits longer than its context, messages are bounded, and a monitor
// that is silent for long makes later calls fail at once until it speaks again.
package qmp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
)

// Options are what a Client may be told.
type Options struct {
	// Events takes the events in their order, one at a time. Commands go on
	// meanwhile, but when very many events wait, nothing more is read: it must
	// not wait for a command.
	Events func(Event)
	// Closed is told once why the connection has ended, after the last event.
	Closed func(error)
	// Stuck is the age of an unanswered command from which on other calls fail
	// at once; zero is DefaultStuck.
	Stuck time.Duration
	// MaxMessage bounds one message in bytes; zero is DefaultMaxMessage.
	MaxMessage int
}

const (
	// DefaultStuck is how long a monitor may be silent.
	DefaultStuck = 15 * time.Second
	// DefaultMaxMessage is far above the largest answer, the schema of all
	// commands with its 300 KiB.
	DefaultMaxMessage = 64 << 20
)

// Event is something that QEMU tells without being asked.
type Event struct {
	Name string
	Data json.RawMessage // nil where there is none
	Time time.Time       // by QEMU's clock; zero where it has none
}

// Client is one connection to a monitor. Its methods may be called from any
// goroutine.
type Client struct {
	conn   io.ReadWriteCloser
	opts   Options
	events eventQueue

	greeting chan struct{} // closed when hello is set
	hello    Greeting
	ended    chan struct{} // closed when err is set

	mu      sync.Mutex
	err     error // why the connection has ended
	lastID  uint64
	current *command   // sent and not yet answered
	queue   []*command // in the order of their turns
}

// command is one call to be made.
type command struct {
	name   string
	owner  string // who has asked for it; see WithOwner
	id     string
	packet []byte
	files  []*os.File
	raw    bool // whose answer is wanted as it stands
	sent   time.Time
	stuck  *time.Timer
	answer chan reply // one is sent, always
}

type reply struct {
	value json.RawMessage
	err   error
}

// New makes a client of a connection that it then owns. The monitor has
// nothing to say to other commands before Handshake.
func New(conn io.ReadWriteCloser, o Options) *Client {
	if o.Stuck == 0 {
		o.Stuck = DefaultStuck
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = DefaultMaxMessage
	}
	c := &Client{conn: conn, opts: o, greeting: make(chan struct{}), ended: make(chan struct{})}
	c.events.init(o.Events, o.Closed)
	go c.read()
	return c
}

// Close ends the connection. Calls that wait end with ErrClosed.
func (c *Client) Close() error {
	c.fail(ErrClosed)
	return nil
}

// Done is closed when the connection has ended; Err says why then.
func (c *Client) Done() <-chan struct{} { return c.ended }

// Err is why the connection has ended, nil while it has not.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Settle waits until the events that have come so far were taken: those that
// belong to a command come before its answer, but are told beside it.
func (c *Client) Settle(ctx context.Context) { c.events.wait(ctx.Done()) }

// Busy is the command that has been sent and not yet answered; false for none.
func (c *Client) Busy() (name string, since time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		return "", time.Time{}, false
	}
	return c.current.name, c.current.sent, true
}

// Silent is the error of somebody who does not wait any longer for that
// command, nil if there is none.
func (c *Client) Silent() *SilentError {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		return nil
	}
	return c.current.silent(nil)
}

// Run makes a call: args is what becomes the command's arguments in JSON, nil
// for none; the answer is put into out unless that is nil. The context bounds
// the wait for the turn and for the answer. A command whose caller has gone
// stays the current one until it is answered.
//
// Errors are *Error where QEMU refuses, *SilentError where no answer came in
// time, and otherwise those of a connection that has ended.
func (c *Client) Run(ctx context.Context, name string, args, out any) error {
	return c.RunFiles(ctx, name, args, out)
}

// RunFiles is Run for a command that takes open files along (getfd, add-fd);
// the connection must be a unix socket. The files stay the caller's.
func (c *Client) RunFiles(ctx context.Context, name string, args, out any, files ...*os.File) error {
	id := c.nextID()
	packet, err := encode(name, id, args)
	if err != nil {
		return err
	}
	r, err := c.run(ctx, &command{name: name, id: id, packet: packet, files: files})
	if err != nil {
		return err
	}
	return r.into(name, out)
}

// run waits for the command's turn and its answer.
func (c *Client) run(ctx context.Context, cmd *command) (reply, error) {
	cmd.answer = make(chan reply, 1)
	cmd.owner, _ = ctx.Value(ownerKey{}).(string)
	if err := c.enter(ctx, cmd); err != nil {
		return reply{}, err
	}
	select {
	case r := <-cmd.answer:
		return r, nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	silent := c.leave(cmd, ctx.Err())
	c.mu.Unlock()
	if silent == nil { // the answer was there first
		return <-cmd.answer, nil
	}
	return reply{}, silent
}

func (c *Client) nextID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastID++
	return "libvirt-" + strconv.FormatUint(c.lastID, 10)
}

func (r reply) into(name string, out any) error {
	if r.err != nil || out == nil {
		return r.err
	}
	if err := json.Unmarshal(r.value, out); err != nil {
		return fmt.Errorf("answer of QEMU command '%s': %w", name, err)
	}
	return nil
}

// enter puts a command into the queue, and sends it if it is alone there.
func (c *Client) enter(ctx context.Context, cmd *command) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.err
	}
	if cur := c.current; cur != nil && time.Since(cur.sent) >= c.opts.Stuck {
		return cur.silent(nil)
	}
	c.queue = append(c.queue, cmd)
	c.next()
	return nil
}

// next sends the first command of the queue when no other is unanswered. It
// is written on a goroutine of its own, as a process that has been frozen may
// not even take it. c.mu is held.
func (c *Client) next() {
	if c.current != nil || len(c.queue) == 0 {
		return
	}
	cmd := c.queue[0]
	c.queue = c.queue[1:]
	c.current = cmd
	cmd.sent = time.Now()
	cmd.stuck = time.AfterFunc(c.opts.Stuck, func() { c.stuck(cmd) })
	go c.send(cmd)
}

// stuck ends the calls that wait behind a command which is never answered.
func (c *Client) stuck(cmd *command) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != cmd {
		return
	}
	for _, w := range c.queue {
		w.answer <- reply{err: cmd.silent(nil)}
	}
	c.queue = nil
}

// leave is for a caller that waits no longer: its command is taken out of the
// queue if it has not been sent. It is nil when there is an answer. c.mu is held.
func (c *Client) leave(cmd *command, cause error) *SilentError {
	if c.current == cmd {
		return cmd.silent(cause)
	}
	for i, w := range c.queue {
		if w == cmd {
			c.queue = append(c.queue[:i:i], c.queue[i+1:]...)
			return c.current.silent(cause)
		}
	}
	return nil
}

// answered gives the current command its answer and sends the next one.
// Answers with another id belong to nobody.
func (c *Client) answered(id *string, r reply, line []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cmd := c.current
	// QEMU cannot name a command that it could not read.
	if cmd == nil || id != nil && *id != cmd.id || id == nil && r.err == nil {
		return
	}
	if e, ok := r.err.(*Error); ok {
		e.Command = cmd.name
	}
	if cmd.raw && line != nil {
		r = reply{value: bytes.Clone(line)}
	}
	c.finish(r)
	c.next()
}

// finish ends the current command. c.mu is held.
func (c *Client) finish(r reply) {
	c.current.stuck.Stop()
	c.current.answer <- r
	c.current = nil
}

// fail ends the connection and all calls.
func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.err = err
	close(c.ended)
	c.conn.Close()
	if c.current != nil {
		c.finish(reply{err: err})
	}
	for _, w := range c.queue {
		w.answer <- reply{err: err}
	}
	c.queue = nil
	c.events.end(err)
}
