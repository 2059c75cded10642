package netpkt

import "errors"

// Sizes and limits, as every libvirt since 1.0.6 has them. A peer that breaks
// one loses its connection.
const (
	// LengthSize is the length word, which counts itself.
	LengthSize = 4
	// HeaderSize is the six words behind the length.
	HeaderSize = 24
	// MinLength is the length of a packet without payload, and the offset of
	// the payload.
	MinLength = LengthSize + HeaderSize
	// MaxLength is the highest length word: 32 MiB behind the length word
	// itself (VIR_NET_MESSAGE_MAX).
	MaxLength = LengthSize + 33554432
	// MaxPayload is what remains for the payload (VIR_NET_MESSAGE_PAYLOAD_MAX).
	MaxPayload = MaxLength - MinLength
	// StreamChunk is the most that libvirt puts into one stream packet
	// (VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX). Bigger ones are legal.
	StreamChunk = 262120
	// MaxFDs is the most descriptors that go with one packet
	// (VIR_NET_MESSAGE_NUM_FDS_MAX).
	MaxFDs = 32
)

// Violations of the framing; there is no answer to them but to close.
var (
	ErrLength = errors.New("netpkt: packet length out of range")
	ErrFDs    = errors.New("netpkt: file descriptors do not come as announced")
)
