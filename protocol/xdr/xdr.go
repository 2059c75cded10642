// Package xdr is the run time of generated codecs: XDR (RFC 4506) as libvirt
// uses it, without reflection.
//
// Encoding appends to a slice and checks bounds; decoding goes through a
// Reader that checks every length against its bound and against the bytes
// that are left before anything is allocated, so a peer cannot make us
// allocate more than a small multiple of what it sent. What differs from a
// plain reading of the RFC, because the C side does it: char and short take 4
// bytes and keep their low bits only, an array of char is an array of 4-byte
// elements, strings end at an embedded NUL, padding bytes are not checked.
package xdr

import (
	"errors"
	"fmt"
)

// Failures of a Reader. They are for logs; a client only hears that its
// payload could not be decoded.
var (
	ErrShort  = errors.New("xdr: message too short")
	ErrEnum   = errors.New("xdr: value is not in the enumeration")
	ErrUnion  = errors.New("xdr: no such arm in the union")
	ErrNested = errors.New("xdr: data nested too deeply")
)

// MaxDepth is how many levels deep a value may hold values of its own type,
// a linked list for one. Generated code of such types counts them.
const MaxDepth = 1000

// LimitError is a length over its bound.
type LimitError struct {
	Len   int    // the length found
	Limit uint32 // the bound
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("xdr: length %d is over the limit %d", e.Len, e.Limit)
}
