package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"

	"github.com/govirtd/govirtd/protocol/netpkt"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
)

// errUnexpected is all that a client hears of an error that is not libvirt's.
func errUnexpected() *vir.Error {
	return vir.Errorf(vir.FromRPC, vir.ErrInternalError, "the daemon failed to complete the call, see its log")
}

// panicError is a panic that has been caught.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// catch is deferred: it logs a panic and tells then of it, if not nil.
func (c *conn) catch(what string, then func(error)) {
	if v := recover(); v != nil {
		c.logger().Error("panic in "+what, "panic", v, "stack", string(debug.Stack()))
		if then != nil {
			then(&panicError{v})
		}
	}
}

// run runs the handler of one call and queues the reply. It takes over fds.
// onWait, if not nil, runs when the handler says that it may wait.
func (c *conn) run(h *proc.Handler, call *netpkt.Header, args []byte, fds []*os.File, by int32, onWait func()) {
	pc := proc.NewCall(c, h.Info, call.Serial, fds)
	pc.OnWait(onWait)
	buf := netpkt.NewBuffer(min(h.Room(), netpkt.PooledSize))
	reply := replyHeader(call)
	out, err := c.invoke(h, pc, args, reply.Append(buf.B, 0))
	replyFDs, serve := pc.Outcome()
	if err == nil && len(replyFDs) > 0 {
		out, err = c.announceFDs(out, len(replyFDs))
	}
	if err == nil && netpkt.Finish(out) != nil {
		err = errEncode()
	}
	var st *stream
	if err == nil && serve != nil {
		st, err = c.openStream(h.Info, call, args)
	}
	if err == nil {
		h.Took(len(out))
	} else {
		netpkt.CloseAll(replyFDs)
		replyFDs = nil
		out = c.errorPacket(buf.B[:0], &reply, c.visible(err, h.Info))
	}
	buf.B = out
	c.out.Put(buf, replyFDs)
	c.release(pc)
	if st != nil {
		go st.serve(serve)
	}
	if c.leaving.Load() == by {
		c.out.Finish()
	}
}

// invoke runs the handler; a panic is its error.
func (c *conn) invoke(h *proc.Handler, pc *proc.Call, args, out []byte) (b []byte, err error) {
	defer c.catch("the handler of "+h.Info.Name, func(e error) { err = e })
	return h.Serve(c.ctx, pc, args, out)
}

// release runs what the handler wanted to follow its reply.
func (c *conn) release(pc *proc.Call) {
	defer c.catch("an AfterReply function of "+pc.Info.Name, nil)
	pc.Release()
}

// announceFDs turns the reply in b into one with n descriptors.
func (c *conn) announceFDs(b []byte, n int) ([]byte, error) {
	if !c.out.CanSendFDs() || n > netpkt.MaxFDs {
		return b, fmt.Errorf("cannot send %d descriptors over this connection", n)
	}
	var h netpkt.Header
	h.Decode(b)
	h.Type = netpkt.ReplyFDs
	h.Append(b[:0], 0)
	return slices.Insert(b, netpkt.MinLength, binary.BigEndian.AppendUint32(nil, uint32(n))...), nil
}

func errEncode() *vir.Error { return errRPC("Unable to encode message payload") }

// visible makes of a handler's error what the client hears, and logs what it
// does not hear.
func (c *conn) visible(err error, info *proc.Info) *vir.Error {
	var ve *vir.Error
	var ee *proc.EncodeError
	switch {
	case errors.As(err, &ve):
		return ve
	case errors.Is(err, proc.ErrDecode):
		return errRPC("Unable to decode message payload")
	case errors.As(err, &ee):
		c.logger().Error("result cannot be sent", "procedure", info.Name, "error", ee.Err)
		return errEncode()
	}
	if pe := (*panicError)(nil); !errors.As(err, &pe) && c.ctx.Err() == nil { // a panic has been logged
		c.logger().Error("call failed", "procedure", info.Name, "error", err)
	}
	return errUnexpected()
}

// replyHeader is the header of the reply to a call.
func replyHeader(call *netpkt.Header) netpkt.Header {
	h := *call
	h.Type, h.Status = netpkt.Reply, netpkt.StatusOK
	return h
}

// replyError queues an error as the reply to a call.
func (c *conn) replyError(call *netpkt.Header, e *vir.Error) {
	buf := netpkt.NewBuffer(0)
	h := replyHeader(call)
	buf.B = c.errorPacket(buf.B, &h, e)
	c.out.Put(buf, nil)
}

// errorPacket appends a packet with h and the error as its payload.
func (c *conn) errorPacket(b []byte, h *netpkt.Header, e *vir.Error) []byte {
	failed := *h
	failed.Status = netpkt.StatusError
	b = netpkt.AppendError(failed.Append(b, 0), e)
	if netpkt.Finish(b) != nil {
		panic("remote: error does not fit a packet") // four strings of 4 MiB do
	}
	return b
}
