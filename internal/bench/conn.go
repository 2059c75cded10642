package bench

import (
	"fmt"
	"net"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// request encodes a call.
func request[A, R any](p *proc.Proc[A, R], args *A) []byte {
	h := netpkt.Header{Program: p.Program.Number, Version: p.Program.Version, Procedure: p.Number, Type: netpkt.Call}
	if args == nil {
		args = new(A)
	}
	b, err := p.AppendArgs(h.Append(nil, 0), args)
	if err == nil {
		err = netpkt.Finish(b)
	}
	if err != nil {
		panic("bench: " + err.Error()) // our own requests are within the bounds
	}
	return b
}

// conn is one connection, for one goroutine.
type conn struct {
	net.Conn
	in *netpkt.Reader
	p  netpkt.Packet
}

func dial(socket string) (*conn, error) {
	nc, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: nc, in: netpkt.NewReader(nc)}, nil
}

var (
	authList  = request(remoteproto.AuthList, nil)
	closeCall = request(remoteproto.ConnectClose, nil)
)

// open connects and opens the URI, as the C library does. The first time it
// opens one more connection, which stays.
func (t *Target) open() (*conn, error) {
	if t.hold == nil {
		var err error
		if t.hold, err = t.connect(); err != nil {
			return nil, err
		}
		if t.PID == 0 {
			t.PID = peerOf(t.hold.Conn)
		}
	}
	return t.connect()
}

func (t *Target) connect() (*conn, error) { return t.connectTo(t.URI) }

func (t *Target) connectTo(uri string) (*conn, error) {
	c, err := dial(t.Socket)
	if err != nil {
		return nil, err
	}
	return c, c.begin(openCall(uri))
}

func openCall(uri string) []byte {
	return request(remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{Name: &uri})
}

// begin makes the first calls of a connection, which is closed if they fail.
func (c *conn) begin(open []byte) error {
	err := c.call(authList)
	if err == nil {
		err = c.call(open)
	}
	if err != nil {
		c.Close()
	}
	return err
}

// openOne is open for the workloads of a single connection, which is closed
// when the workload is over. It waits in the kernel and not in Go's poller,
// so that the generator's share of a round trip is as small as it can be.
func (t *Target) openOne() (*conn, error) {
	c, err := t.open()
	if err != nil {
		return nil, err
	}
	if nc := blocking(c.Conn); nc != nil {
		c.Conn.Close()
		c = &conn{Conn: nc, in: netpkt.NewReader(nc)}
	}
	t.later(func() { c.Close() })
	return c, nil
}

// openMany opens n connections, which are closed when the workload is over.
func (t *Target) openMany(n int) ([]*conn, error) {
	var list []*conn
	for range n {
		c, err := t.open()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
		t.later(func() { c.Close() })
	}
	return list, nil
}

// crowd opens idle connections, or closes some, until there are n.
func (t *Target) crowd(n int) error {
	for ; len(t.idle) > n; t.idle = t.idle[:len(t.idle)-1] {
		t.idle[len(t.idle)-1].Close()
	}
	for len(t.idle) < n {
		c, err := t.open()
		if err != nil {
			return err
		}
		t.idle = append(t.idle, c)
	}
	return nil
}

// next reads the next packet; its payload is valid until the one after.
func (c *conn) next() error {
	for {
		ok, err := c.in.Next(&c.p)
		if err != nil || ok {
			return err
		}
		if err := c.in.Fill(); err != nil {
			return err
		}
	}
}

// reply waits for the reply of a call; events in between are left out.
func (c *conn) reply() error {
	for {
		if err := c.next(); err != nil {
			return err
		}
		if c.p.Type != netpkt.Reply {
			continue
		}
		if c.p.Status == netpkt.StatusError {
			e, err := netpkt.DecodeError(c.p.Payload)
			if err != nil {
				return err
			}
			return fmt.Errorf("procedure %d: %w", c.p.Procedure, e)
		}
		return nil
	}
}

// call sends a request and waits for its reply.
func (c *conn) call(req []byte) error {
	if _, err := c.Write(req); err != nil {
		return err
	}
	return c.reply()
}

// pipeline makes n calls with up to depth in flight.
func (c *conn) pipeline(n, depth int, req func(i int) []byte) error {
	var batch []byte
	for sent, got := 0, 0; got < n; got++ {
		// refill when half has come, so that small requests go out together
		if sent-got <= depth/2 && sent < n {
			batch = batch[:0]
			for ; sent < n && sent-got < depth; sent++ {
				batch = append(batch, req(sent)...)
			}
			if _, err := c.Write(batch); err != nil {
				return err
			}
		}
		if err := c.reply(); err != nil {
			return err
		}
	}
	return nil
}
