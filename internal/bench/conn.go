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

var authList = request(remoteproto.AuthList, nil)

// open connects and opens the URI, as the C library does. The first time it
// opens one more connection, which stays.
func (t *Target) open() (*conn, error) {
	if t.hold == nil {
		var err error
		if t.hold, err = t.connect(); err != nil {
			return nil, err
		}
	}
	return t.connect()
}

func (t *Target) connect() (*conn, error) {
	c, err := dial(t.Socket)
	if err != nil {
		return nil, err
	}
	if err = c.call(authList); err == nil {
		err = c.call(request(remoteproto.ConnectOpen, &remoteproto.ConnectOpenArgs{Name: &t.URI}))
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
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
		if c.p.Status != netpkt.StatusOK {
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
