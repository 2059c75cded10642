package remote

import (
	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
)

// errRPC is an error of this layer.
func errRPC(format string, args ...any) *vir.Error {
	return vir.Errorf(vir.FromRPC, vir.ErrRPC, format, args...)
}

// handle takes one packet. An error ends the connection, but for errHandedOn:
// the peer does not speak the protocol. What a client has no business to send, but may have sent
// for a reason that is gone, is dropped.
func (c *conn) handle(p *netpkt.Packet) error {
	switch p.Type {
	case netpkt.Call, netpkt.CallFDs:
		return c.handleCall(p)
	case netpkt.Stream, netpkt.Hole:
		return c.handleStream(p)
	case netpkt.Message:
		c.handleMessage(p)
	}
	p.CloseFDs()
	return nil
}

// handleCall finds the handler of a call. The order of the checks shows in
// what a client hears that breaks several rules at once: program, status,
// procedure, authentication, then the arguments, and last what the handler
// itself demands.
func (c *conn) handleCall(p *netpkt.Packet) error {
	c.srv.calls.Add(1)
	h, err := c.lookUp(&p.Header)
	if err != nil {
		p.CloseFDs()
		c.replyError(&p.Header, err)
		return nil
	}
	switch {
	case h.Quick:
		c.quick.Store(true)
		c.run(h, &p.Header, p.Payload, p.FDs, leavingByReader, nil)
		c.quick.Store(false)
		return nil
	case h.Prompt && c.idle():
		return c.runHere(h, p)
	}
	c.start(&job{handler: h, header: p.Header, buf: p.Take(), args: p.Payload, fds: p.FDs})
	return nil
}

func (c *conn) lookUp(h *netpkt.Header) (*proc.Handler, *vir.Error) {
	if !c.srv.table.Program(h.Program, h.Version) {
		return nil, errRPC("Cannot find program %d version %d", h.Program, h.Version)
	}
	if h.Status != netpkt.StatusOK {
		return nil, errRPC("Unexpected message status %d", int32(h.Status))
	}
	handler := c.authHandler(h.Program, h.Procedure)
	if handler != nil {
		return handler, nil
	}
	if handler = c.srv.table.Handler(h.Program, h.Procedure); handler == nil {
		return nil, errRPC("unknown procedure: %d", h.Procedure)
	}
	if !c.auth.Done() {
		return nil, errRPC("authentication required")
	}
	return handler, nil
}
