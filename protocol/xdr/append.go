package xdr

import (
	"math"
	"strings"
)

// Value is what every generated type is through its pointer: it appends
// itself to a slice and fills itself from a reader.
//
// AppendXDR returns the extended slice, or an error when a length is over its
// bound (the slice is then of no use). DecodeXDR reports through Reader.Err.
type Value interface {
	AppendXDR(b []byte) ([]byte, error)
	DecodeXDR(r *Reader)
}

// AppendUint32 appends a 4-byte unsigned integer (RFC 4506, 4.2).
func AppendUint32(b []byte, v uint32) []byte {
	return append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// AppendInt32 appends a 4-byte signed integer (RFC 4506, 4.1).
func AppendInt32(b []byte, v int32) []byte { return AppendUint32(b, uint32(v)) }

// AppendUint64 appends an unsigned hyper (RFC 4506, 4.5).
func AppendUint64(b []byte, v uint64) []byte {
	return append(b, byte(v>>56), byte(v>>48), byte(v>>40), byte(v>>32),
		byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// AppendInt64 appends a hyper (RFC 4506, 4.5).
func AppendInt64(b []byte, v int64) []byte { return AppendUint64(b, uint64(v)) }

// AppendFloat32 appends a float (RFC 4506, 4.6).
func AppendFloat32(b []byte, v float32) []byte { return AppendUint32(b, math.Float32bits(v)) }

// AppendFloat64 appends a double (RFC 4506, 4.7).
func AppendFloat64(b []byte, v float64) []byte { return AppendUint64(b, math.Float64bits(v)) }

// AppendBool appends a bool, also the marker of optional data (RFC 4506, 4.4 and 4.19).
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 0, 0, 0, 1)
	}
	return append(b, 0, 0, 0, 0)
}

// AppendInt8 appends a char, which is 4 bytes wide on the wire.
func AppendInt8(b []byte, v int8) []byte { return AppendUint32(b, uint32(int32(v))) }

// AppendUint8 appends an unsigned char, 4 bytes wide on the wire.
func AppendUint8(b []byte, v uint8) []byte { return AppendUint32(b, uint32(v)) }

// AppendInt16 appends a short, 4 bytes wide on the wire.
func AppendInt16(b []byte, v int16) []byte { return AppendUint32(b, uint32(int32(v))) }

// AppendUint16 appends an unsigned short, 4 bytes wide on the wire.
func AppendUint16(b []byte, v uint16) []byte { return AppendUint32(b, uint32(v)) }

var zeros [4]byte

// AppendString appends a counted string of at most limit bytes. A string is
// cut at its first NUL: C peers stop there, so none is ever sent.
func AppendString(b []byte, s string, limit uint32) ([]byte, error) {
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	if uint64(len(s)) > uint64(limit) {
		return nil, &LimitError{Len: len(s), Limit: limit}
	}
	b = AppendUint32(b, uint32(len(s)))
	b = append(b, s...)
	return append(b, zeros[:pad(len(s))]...), nil
}

// AppendOpaque appends counted opaque data of at most limit bytes (RFC 4506, 4.10).
func AppendOpaque(b, v []byte, limit uint32) ([]byte, error) {
	b, err := AppendCount(b, len(v), limit)
	if err != nil {
		return nil, err
	}
	return AppendFixed(b, v), nil
}

// AppendFixed appends opaque data without a count, padded to 4 (RFC 4506, 4.9).
func AppendFixed(b, v []byte) []byte {
	b = append(b, v...)
	return append(b, zeros[:pad(len(v))]...)
}

// AppendChars appends an array of char: every byte of v takes 4 bytes,
// sign-extended as C's char is. The count is not written; see AppendCount.
func AppendChars(b, v []byte) []byte {
	for _, c := range v {
		b = AppendInt8(b, int8(c))
	}
	return b
}

// AppendCount appends the number of elements of an array of at most limit.
func AppendCount(b []byte, n int, limit uint32) ([]byte, error) {
	if uint64(n) > uint64(limit) {
		return nil, &LimitError{Len: n, Limit: limit}
	}
	return AppendUint32(b, uint32(n)), nil
}

func pad(n int) int { return -n & 3 }
