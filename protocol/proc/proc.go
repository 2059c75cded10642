// Package proc makes of every numbered procedure one typed value.
//
// The generated packages (remoteproto, qemuproto, ...) hold a *Proc per
// procedure: its number, its rules and the types of its argument and result.
// The same value binds a handler to a Table, makes a call in the typed client,
// names a line of a trace, seeds a fuzz target and is a row of the support
// matrix. Nothing here knows sockets: a Call reaches its connection through
// the Session interface.
package proc

import "github.com/govirtd/govirtd/protocol/xdr"

// Program is one RPC program: remote, qemu, lxc, admin, keepalive.
type Program struct {
	Name    string
	Number  uint32
	Version uint32
}

// Kind tells how a procedure is used on the wire.
type Kind uint8

// The kinds of procedures.
const (
	KindCall   Kind = iota // call and reply
	KindEvent              // message from the server, type 2
	KindStream             // call, reply, then a stream
)

// Direction tells who normally sends on a stream.
type Direction uint8

// The directions of streams. Consoles and channels are two-way all the same.
const (
	NoStream    Direction = iota
	ReadStream            // data flows to the client
	WriteStream           // data flows to the server
)

// Access is one access rule: "object:permission" with an optional condition
// ("object:permission:flag" or "object:permission::param:value" in the source).
type Access struct {
	Object, Permission string
	Condition          string // empty: always needed
}

// ReadOnlyRule tells what a read-only connection does to a call.
type ReadOnlyRule uint8

// The read-only rules.
const (
	ReadOnlyAllow  ReadOnlyRule = iota
	ReadOnlyDeny                // always refused
	ReadOnlyDenyIf              // refused when Info.DenyIf says so
)

// Info is what is known of a procedure without its types.
type Info struct {
	Program      *Program
	Number       int32
	Name         string // as in the protocol source: domain_suspend
	API          string // the C function: virDomainSuspend; empty for events
	Kind         Kind
	HighPriority bool // never waits for a hypervisor

	Stream     Direction
	StreamArg  int    // position of the stream among the C function's arguments
	SparseFlag uint32 // the flag of the call that makes the stream sparse, or 0

	ACL       []Access // rules of the call; empty where the source says none
	ACLFilter []Access // what lists are filtered by

	ReadOnly ReadOnlyRule
	// DenyIf decides a ReadOnlyDenyIf rule from the decoded arguments (a
	// pointer to the argument struct); ReadOnlyIf is its source text.
	DenyIf     func(args any) bool
	ReadOnlyIf string

	Since string // release in which it appeared; empty where unknown

	ArgsName, RetName string           // names in the protocol source; empty for void
	NewArgs           func() xdr.Value // a fresh argument value; Void for none
	NewRet            func() xdr.Value // a fresh result value; Void for none
}

// Proc is a procedure with its argument and result types. An event has its
// message as A and Void as R.
type Proc[A, R any] struct {
	*Info
	appendArgs func([]byte, *A) ([]byte, error)
	decodeArgs func(*xdr.Reader, *A)
	appendRet  func([]byte, *R) ([]byte, error)
	decodeRet  func(*xdr.Reader, *R)
}

// Codec is the constraint that a type's pointer is an xdr.Value.
type Codec[T any] interface {
	*T
	xdr.Value
}

// New makes the typed procedure of info; generated code calls it as
// New[DomainSuspendArgs, Void](&Info{...}).
func New[A, R any, PA Codec[A], PR Codec[R]](info *Info) *Proc[A, R] {
	info.NewArgs = func() xdr.Value { return PA(new(A)) }
	info.NewRet = func() xdr.Value { return PR(new(R)) }
	return &Proc[A, R]{
		Info:       info,
		appendArgs: func(b []byte, a *A) ([]byte, error) { return PA(a).AppendXDR(b) },
		decodeArgs: func(r *xdr.Reader, a *A) { PA(a).DecodeXDR(r) },
		appendRet:  func(b []byte, v *R) ([]byte, error) { return PR(v).AppendXDR(b) },
		decodeRet:  func(r *xdr.Reader, v *R) { PR(v).DecodeXDR(r) },
	}
}

// AppendArgs appends the encoded arguments (or the message of an event).
func (p *Proc[A, R]) AppendArgs(b []byte, a *A) ([]byte, error) { return p.appendArgs(b, a) }

// DecodeArgs fills a; the reader keeps the error.
func (p *Proc[A, R]) DecodeArgs(r *xdr.Reader, a *A) { p.decodeArgs(r, a) }

// AppendRet appends the encoded result.
func (p *Proc[A, R]) AppendRet(b []byte, v *R) ([]byte, error) { return p.appendRet(b, v) }

// DecodeRet fills v; the reader keeps the error.
func (p *Proc[A, R]) DecodeRet(r *xdr.Reader, v *R) { p.decodeRet(r, v) }

// Void is the argument or result of a procedure that has none: an empty body.
type Void struct{}

// AppendXDR appends nothing.
func (*Void) AppendXDR(b []byte) ([]byte, error) { return b, nil }

// DecodeXDR reads nothing.
func (*Void) DecodeXDR(*xdr.Reader) {}
