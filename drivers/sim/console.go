package sim

import (
	"context"
	"io"
	"sync"

	"github.com/govirtd/govirtd/drivers"
)

var _ drivers.ConsoleOpener = (*Guest)(nil)

// OpenConsole gives a line-based guest: it echoes what is typed and answers
// each line, so that console clients can be tested. The reference has none.
func (g *Guest) OpenConsole(context.Context, string) (io.ReadWriteCloser, error) {
	c := &console{guest: g, done: make(chan struct{})}
	c.cond.L = &c.mu
	c.print("\r\n" + g.name + " (simulated guest)\r\n")
	c.prompt()
	go func() {
		select {
		case <-g.gone:
		case <-c.done:
		}
		c.Close()
	}()
	return c, nil
}

// console is one connection to a guest's console. Output is bounded: a reader
// that does not come back loses the oldest part, as on a real serial line.
type console struct {
	guest *Guest

	mu     sync.Mutex
	cond   sync.Cond
	out    []byte
	line   []byte
	closed bool
	done   chan struct{}
}

const (
	consoleOutput = 64 << 10 // bytes kept for a slow reader
	consoleLine   = 1 << 10  // bytes of one typed line
)

// Read waits for output; io.EOF once the guest or the console has gone.
func (c *console) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.out) == 0 && !c.closed {
		c.cond.Wait()
	}
	if len(c.out) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.out)
	c.out = c.out[n:]
	return n, nil
}

// Write types. What a line makes happen is reported when the console is free
// again: it may be the guest's end, which hangs up.
func (c *console) Write(p []byte) (int, error) {
	facts, err := c.typed(p)
	for _, f := range facts {
		c.guest.notify(f)
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (c *console) typed(p []byte) (facts []drivers.Fact, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, io.ErrClosedPipe
	}
	for _, b := range p {
		switch b {
		case '\r', '\n':
			c.print("\r\n")
			text, fact := c.guest.shell(string(c.line))
			c.print(text)
			if fact != nil {
				facts = append(facts, fact)
			}
			c.line = c.line[:0]
			c.prompt()
		case 0x7f, '\b':
			if len(c.line) > 0 {
				c.line = c.line[:len(c.line)-1]
				c.print("\b \b")
			}
		default:
			if len(c.line) < consoleLine {
				c.line = append(c.line, b)
				c.print(string(b))
			}
		}
	}
	return facts, nil
}

// Close hangs up; the guest lives on.
func (c *console) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		close(c.done)
		c.cond.Broadcast()
	}
	return nil
}

func (c *console) prompt() { c.print(c.guest.name + "# ") }

func (c *console) print(s string) {
	c.out = append(c.out, s...)
	if over := len(c.out) - consoleOutput; over > 0 {
		c.out = append(c.out[:0], c.out[over:]...)
	}
	c.cond.Broadcast()
}
