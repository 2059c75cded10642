package proc

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/govirtd/govirtd/protocol/xdr"
)

// ErrStreamAborted is what a stream reads after the client's abort.
var ErrStreamAborted = errors.New("stream aborted by the client")

// ErrDecode is returned by Handler.Serve when the arguments do not decode.
var ErrDecode = errors.New("arguments do not decode")

// EncodeError is returned by Handler.Serve when a result cannot be encoded.
type EncodeError struct{ Err error }

func (e *EncodeError) Error() string { return "result cannot be encoded: " + e.Err.Error() }
func (e *EncodeError) Unwrap() error { return e.Err }

// Handler is one bound procedure.
type Handler struct {
	Info *Info
	// Quick says that the handler never waits: no file, no lock held across
	// I/O, no hypervisor. The transport runs it on the connection's own
	// goroutine, in the order of arrival.
	Quick bool
	// Prompt says that the handler mostly does not wait, and that it calls
	// Call.MayWait before it does. The transport begins it on the connection's
	// own goroutine, too, and goes on reading elsewhere when it has to. Not for
	// procedures with streams.
	Prompt bool
	// Serve decodes args, runs the handler and appends the encoded result to
	// out. Errors are the handler's, ErrDecode or *EncodeError.
	Serve func(ctx context.Context, c *Call, args, out []byte) ([]byte, error)

	room atomic.Int32
}

// Room is a good size for the buffer of the next reply: that of the last one.
// A list of ten thousand domains would otherwise outgrow one buffer after the
// other, each time.
func (h *Handler) Room() int { return int(h.room.Load()) }

// Took tells how large a reply was.
func (h *Handler) Took(n int) {
	if int32(n) != h.room.Load() {
		h.room.Store(int32(n))
	}
}

// Table maps procedures to handlers. It is filled before serving starts and
// only read afterwards.
type Table struct {
	programs map[uint32]*tableProgram
}

type tableProgram struct {
	program *Program
	procs   map[int32]*Handler
}

// NewTable makes a table that knows the given programs; a call for another
// program is refused by the transport.
func NewTable(programs ...*Program) *Table {
	t := &Table{programs: map[uint32]*tableProgram{}}
	for _, p := range programs {
		t.programs[p.Number] = &tableProgram{program: p, procs: map[int32]*Handler{}}
	}
	return t
}

// Program reports whether the program in this version is served.
func (t *Table) Program(number, version uint32) bool {
	p, ok := t.programs[number]
	return ok && p.program.Version == version
}

// Handler is the handler of a procedure, or nil.
func (t *Table) Handler(program uint32, number int32) *Handler {
	if p, ok := t.programs[program]; ok {
		return p.procs[number]
	}
	return nil
}

// All calls f for every handler, in no order.
func (t *Table) All(f func(*Handler)) {
	for _, p := range t.programs {
		for _, h := range p.procs {
			f(h)
		}
	}
}

// Check runs between decoding and the handler, with a pointer to the
// arguments; its error is the call's.
type Check func(c *Call, args any) error

// Bind puts fn into the table as the handler of p. Binding a procedure twice,
// or one of a program that the table does not know, panics: both are mistakes
// of the wiring.
func Bind[A, R any](t *Table, p *Proc[A, R], check Check,
	fn func(ctx context.Context, c *Call, a *A) (*R, error),
) *Handler {
	tp, ok := t.programs[p.Program.Number]
	if !ok {
		panic("proc: table has no program " + p.Program.Name)
	}
	if tp.procs[p.Number] != nil {
		panic(fmt.Sprintf("proc: %s %d (%s) bound twice", p.Program.Name, p.Number, p.Name))
	}
	h := &Handler{Info: p.Info}
	h.Serve = func(ctx context.Context, c *Call, args, out []byte) ([]byte, error) {
		var a A
		r := xdr.NewReader(args)
		p.decodeArgs(r, &a)
		if r.Err() != nil {
			return nil, ErrDecode
		}
		if check != nil {
			if err := check(c, &a); err != nil {
				return nil, err
			}
		}
		c.out = out
		ret, err := fn(ctx, c, &a)
		if err != nil {
			return nil, err
		}
		if c.encoded {
			return c.out, nil
		}
		if ret == nil {
			ret = new(R)
		}
		b, err := p.appendRet(out, ret)
		if err != nil {
			return nil, &EncodeError{err}
		}
		return b, nil
	}
	tp.procs[p.Number] = h
	return h
}

// Add puts a handler into the table that Bind did not make.
func (t *Table) Add(h *Handler) { t.programs[h.Info.Program.Number].procs[h.Info.Number] = h }

// Decode fills v from a whole message body; ErrDecode when it does not fit.
func Decode(body []byte, v xdr.Value) error {
	r := xdr.NewReader(body)
	v.DecodeXDR(r)
	if r.Err() != nil {
		return ErrDecode
	}
	return nil
}
