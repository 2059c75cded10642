package client

import (
	"context"
	"fmt"
	"os"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// pending is a call that has no answer yet.
type pending struct {
	info   *proc.Info
	answer chan answer // room for one
	stream *Stream     // to be opened with the reply, nil for ordinary calls
	// abandoned: nobody waits any more, but the stream must be ended.
	abandoned bool
}

// answer is a reply, or the error instead of one.
type answer struct {
	buf     *netpkt.Buffer
	payload []byte
	fds     []*os.File
	err     error
}

// Call makes a call and waits for the reply; nil arguments are zero ones. When
// ctx ends first its error is returned, and the server does the work all the
// same.
func Call[A, R any](ctx context.Context, c *Conn, p *proc.Proc[A, R], a *A) (*R, error) {
	ret, fds, err := CallFDs(ctx, c, p, a)
	netpkt.CloseAll(fds)
	return ret, err
}

// CallFDs is Call with descriptors in the call, which are closed when they
// have been sent, and in the reply.
func CallFDs[A, R any](ctx context.Context, c *Conn, p *proc.Proc[A, R], a *A, fds ...*os.File) (*R, []*os.File, error) {
	return roundTrip(ctx, c, p, a, fds, nil)
}

// CallStream makes a call that opens a stream.
func CallStream[A, R any](ctx context.Context, c *Conn, p *proc.Proc[A, R], a *A) (*R, *Stream, error) {
	s := newStream(c)
	ret, fds, err := roundTrip(ctx, c, p, a, nil, s)
	netpkt.CloseAll(fds)
	if err != nil {
		return nil, nil, err
	}
	return ret, s, nil
}

func roundTrip[A, R any](ctx context.Context, c *Conn, p *proc.Proc[A, R], a *A, fds []*os.File, s *Stream) (*R, []*os.File, error) {
	if a == nil {
		a = new(A)
	}
	call := &pending{info: p.Info, answer: make(chan answer, 1), stream: s}
	h := netpkt.Header{
		Program: p.Program.Number, Version: p.Program.Version, Procedure: p.Number,
		Serial: c.serial.Add(1) - 1,
	}
	buf := netpkt.NewBuffer(0)
	if len(fds) > 0 {
		h.Type = netpkt.CallFDs
		buf.B = xdr.AppendUint32(h.Append(buf.B, 0), uint32(len(fds)))
	} else {
		buf.B = h.Append(buf.B, 0)
	}
	b, err := p.AppendArgs(buf.B, a)
	switch {
	case err == nil && len(fds) > netpkt.MaxFDs:
		err = fmt.Errorf("client: %d descriptors in one call", len(fds))
	case err == nil && len(fds) > 0 && !c.out.CanSendFDs():
		err = fmt.Errorf("client: no descriptors over this connection")
	case err == nil:
		err = netpkt.Finish(b)
	}
	if err != nil {
		buf.Release()
		netpkt.CloseAll(fds)
		return nil, nil, err
	}
	buf.B = b
	if err := c.expect(h, call); err != nil {
		buf.Release()
		netpkt.CloseAll(fds)
		return nil, nil, err
	}
	c.out.Put(buf, fds)
	c.out.Flush()
	var ans answer
	select {
	case ans = <-call.answer:
	case <-ctx.Done():
		if c.abandon(h.Serial, call) {
			return nil, nil, ctx.Err()
		}
		ans = <-call.answer // it came at the same moment
	}
	if ans.err != nil {
		return nil, nil, ans.err
	}
	ret := new(R)
	r := xdr.NewReader(ans.payload)
	p.DecodeRet(r, ret)
	ans.buf.Release()
	if err := r.Err(); err != nil {
		netpkt.CloseAll(ans.fds)
		if s != nil {
			s.abandon()
		}
		return nil, nil, fmt.Errorf("client: result of %s: %w", p.Name, err)
	}
	return ret, ans.fds, nil
}

// expect registers a call before it is sent.
func (c *Conn) expect(h netpkt.Header, call *pending) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.err
	}
	if call.stream != nil {
		call.stream.header = h
	}
	c.calls[h.Serial] = call
	return nil
}

// abandon gives a call up, unless its answer is there already.
func (c *Conn) abandon(serial uint32, call *pending) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[serial] != call {
		return false
	}
	if call.stream == nil {
		delete(c.calls, serial)
	} else {
		call.abandoned = true
	}
	return true
}

// handleReply gives a reply to the call that waits for it.
func (c *Conn) handleReply(p *netpkt.Packet) {
	c.mu.Lock()
	call := c.calls[p.Serial]
	if call == nil || call.info.Program.Number != p.Program || call.info.Number != p.Procedure {
		c.mu.Unlock()
		p.CloseFDs() // given up
		return
	}
	delete(c.calls, p.Serial)
	if p.Status == netpkt.StatusOK && call.stream != nil {
		c.streams[keyOf(&call.stream.header)] = call.stream
	}
	c.mu.Unlock()
	if p.Status != netpkt.StatusOK {
		p.CloseFDs()
		call.answer <- answer{err: remoteError(p.Payload)}
		return
	}
	if call.abandoned {
		p.CloseFDs()
		call.stream.abandon()
		return
	}
	buf := p.Take()
	call.answer <- answer{buf: buf, payload: p.Payload, fds: p.FDs}
}

// remoteError is the error in a payload.
func remoteError(payload []byte) error {
	e, err := netpkt.DecodeError(payload)
	if err != nil {
		return fmt.Errorf("client: error of the server: %w", err)
	}
	return e
}
