package netpkt

import (
	"encoding/binary"
	"strconv"
)

// Type says what a packet is.
type Type int32

// The packet types.
const (
	Call     Type = 0 // arguments of a procedure, from the client
	Reply    Type = 1 // its result, from the server
	Message  Type = 2 // unasked: events from the server, keepalive from both
	Stream   Type = 3 // raw bytes of a stream, from both
	CallFDs  Type = 4 // a call with file descriptors: their count, then as Call
	ReplyFDs Type = 5 // a reply with file descriptors: their count, then as Reply
	Hole     Type = 6 // a hole of a sparse stream, from both
)

var typeNames = [...]string{"call", "reply", "message", "stream", "call-fds", "reply-fds", "hole"}

func (t Type) String() string {
	if t >= 0 && int(t) < len(typeNames) {
		return typeNames[t]
	}
	return strconv.Itoa(int(t))
}

// HasFDs reports whether the payload begins with a count of descriptors.
func (t Type) HasFDs() bool { return t == CallFDs || t == ReplyFDs }

// Status says how it went.
type Status int32

// The statuses. A call has OK always; Continue is for streams only.
const (
	StatusOK       Status = 0
	StatusError    Status = 1 // the payload is an error; a client's stream packet: abort, empty
	StatusContinue Status = 2
)

func (s Status) String() string {
	switch s {
	case StatusOK:
		return "ok"
	case StatusError:
		return "error"
	case StatusContinue:
		return "continue"
	}
	return strconv.Itoa(int(s))
}

// Header is the six words behind the length of a packet.
type Header struct {
	Program   uint32
	Version   uint32
	Procedure int32
	Type      Type
	Serial    uint32
	Status    Status
}

// Append appends the length word of a packet with so many bytes of payload,
// and the header.
func (h *Header) Append(b []byte, payload int) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(MinLength+payload))
	b = binary.BigEndian.AppendUint32(b, h.Program)
	b = binary.BigEndian.AppendUint32(b, h.Version)
	b = binary.BigEndian.AppendUint32(b, uint32(h.Procedure))
	b = binary.BigEndian.AppendUint32(b, uint32(h.Type))
	b = binary.BigEndian.AppendUint32(b, h.Serial)
	return binary.BigEndian.AppendUint32(b, uint32(h.Status))
}

// Decode fills h from a packet of at least MinLength bytes.
func (h *Header) Decode(packet []byte) {
	p := packet[LengthSize:MinLength]
	h.Program = binary.BigEndian.Uint32(p)
	h.Version = binary.BigEndian.Uint32(p[4:])
	h.Procedure = int32(binary.BigEndian.Uint32(p[8:]))
	h.Type = Type(binary.BigEndian.Uint32(p[12:]))
	h.Serial = binary.BigEndian.Uint32(p[16:])
	h.Status = Status(binary.BigEndian.Uint32(p[20:]))
}

// Finish writes the length word of the packet that begins at b[0]: it was
// begun with Append and its payload has been appended since. It fails when the
// packet became too long to send.
func Finish(b []byte) error {
	if len(b) > MaxLength {
		return ErrLength
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return nil
}
