package remote

import (
	"errors"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// errHole ends a connection that sends a hole where none may be.
var errHole = errors.New("client sent a hole that the stream does not allow")

// streamKey names a stream: by the call that opened it.
type streamKey struct {
	program   uint32
	procedure int32
	serial    uint32
}

func keyOf(h *netpkt.Header) streamKey {
	return streamKey{program: h.Program, procedure: h.Procedure, serial: h.Serial}
}

// openStream registers the stream of a call, before the reply tells the client
// that it may send.
func (c *conn) openStream(info *proc.Info, call *netpkt.Header, args []byte) (*stream, error) {
	st := newStream(c, call, sparse(info, args))
	c.mu.Lock()
	defer c.mu.Unlock()
	key := keyOf(call)
	switch {
	case c.streams[key] != nil:
		return nil, errRPC("stream %d of procedure %d is open already", call.Serial, call.Procedure)
	case len(c.streams) >= c.srv.opts.MaxStreams:
		return nil, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "too many streams open, limit is %d", c.srv.opts.MaxStreams)
	case c.closed:
		return nil, proc.ErrStreamAborted
	}
	if c.streams == nil {
		c.streams = map[streamKey]*stream{}
	}
	c.streams[key] = st
	return st, nil
}

// sparse reports whether the call asked for a stream with holes.
func sparse(info *proc.Info, args []byte) bool {
	if info.SparseFlag == 0 {
		return false
	}
	a := info.NewArgs()
	a.DecodeXDR(xdr.NewReader(args))
	f, ok := a.(interface{ FlagBits() uint32 })
	return ok && f.FlagBits()&info.SparseFlag != 0
}

// forget makes whatever else comes for the stream unknown.
func (c *conn) forget(st *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.streams, keyOf(&st.header))
}

// openStreams lists the streams.
func (c *conn) openStreams() []*stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []*stream
	for _, st := range c.streams {
		list = append(list, st)
	}
	return list
}

// handleStream takes a stream packet to its stream. For a stream that is not
// open, or not any more, it is dropped.
func (c *conn) handleStream(p *netpkt.Packet) error {
	c.mu.Lock()
	st := c.streams[keyOf(&p.Header)]
	c.mu.Unlock()
	if st == nil || st.header.Version != p.Version {
		return nil
	}
	switch {
	case p.Type == netpkt.Hole:
		return c.handleHole(st, p)
	case p.Status == netpkt.StatusContinue:
		if len(p.Payload) > 0 && st.wantsInput() {
			c.deliver(st, piece{buf: p.Take(), data: p.Payload})
		}
	case p.Status == netpkt.StatusOK:
		st.clientFinished()
	case p.Status == netpkt.StatusError:
		st.clientAborted(nil)
	default:
		st.clientAborted(vir.Errorf(vir.FromStreams, vir.ErrRPC,
			"stream aborted with unexpected status %d", int32(p.Status)))
	}
	return nil
}

func (c *conn) handleHole(st *stream, p *netpkt.Packet) error {
	if !st.sparse {
		return errHole
	}
	var h netpkt.StreamHole
	r := xdr.NewReader(p.Payload)
	h.DecodeXDR(r)
	switch {
	case r.Err() != nil || h.Length < 0 || h.Flags != 0:
		return errHole
	case p.Status == netpkt.StatusContinue && h.Length > 0 && st.wantsInput():
		c.deliver(st, piece{hole: h.Length})
	}
	return nil
}

// deliver hands a piece to a stream. If the stream has more than enough to
// read, the client has to wait, with all that it sends.
func (c *conn) deliver(st *stream, p piece) {
	if !st.push(p) {
		c.pause(st.hasRoom)
	}
}
