package check

import "github.com/govirtd/govirtd/xdrgen/parse"

// Program is one RPC program.
type Program struct {
	Name            string // lower case: remote
	Prefix          string // upper case: REMOTE
	Number, Version uint32
	Pos             parse.Pos
	Procedures      []*Procedure // by number
}

// Procedure is one numbered procedure with its annotations.
type Procedure struct {
	Name   string // without the program's prefix, lower case: domain_suspend
	Number int32
	Pos    parse.Pos
	Doc    string // without the annotations

	Args, Ret *Type // nil for void; the message of an event is Args
	// ArgsByRule and RetByRule are false where an annotation named the type.
	ArgsByRule, RetByRule bool

	Event      bool
	Stream     Direction
	StreamArg  int    // position among the C function's arguments
	SparseFlag *Const // nil when there is none
	Generate   string // both, client, server, none; empty when not given
	High       bool   // priority
	ACL        []Access
	ACLFilter  []Access
	ReadOnly   ReadOnly
	Since      string // empty when not given
	API        string // as annotated; "none" for no API; empty when not given
}

// Kind is call, event or stream.
func (p *Procedure) Kind() string {
	switch {
	case p.Event:
		return "event"
	case p.Stream != NoStream:
		return "stream"
	}
	return "call"
}

// Direction tells who sends on a procedure's stream.
type Direction uint8

// The directions of streams, as the client sees them.
const (
	NoStream Direction = iota
	Read
	Write
)

func (d Direction) String() string { return [...]string{"", "read", "write"}[d] }

// Access is one access rule. Condition is what follows a second colon:
// a flag expression, or ":param:value".
type Access struct{ Object, Permission, Condition string }

// String is the rule as written.
func (a Access) String() string {
	if a.Condition == "" {
		return a.Object + ":" + a.Permission
	}
	return a.Object + ":" + a.Permission + ":" + a.Condition
}

// ReadOnly is what a read-only connection does to a call.
type ReadOnly struct {
	Deny bool
	// If is the text of the condition; empty means always. It compares one
	// field of the arguments.
	If    string
	Field *Field
	// Flags are the flags of which one must be set; Equal is the value that
	// the field must have. One of the two is set.
	Flags []*Const
	Equal *Const
}
