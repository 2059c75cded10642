package xdr

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Reader takes values from one message body. The first failure sticks: every
// later call returns zero values and Err tells what went wrong, so generated
// decoders need no check per field. No call allocates more than a small
// multiple of the bytes that are left.
type Reader struct {
	buf []byte
	err error
}

// NewReader reads from b, which the caller must not change while values that
// were read are in use: nothing that Reader returns aliases b, though.
func NewReader(b []byte) *Reader { return &Reader{buf: b} }

// Reset starts again with b.
func (r *Reader) Reset(b []byte) { r.buf, r.err = b, nil }

// Err is the first failure, or nil.
func (r *Reader) Err() error { return r.err }

// Len is the number of bytes that are left.
func (r *Reader) Len() int { return len(r.buf) }

// Fail makes err the reader's failure unless it has one.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
		r.buf = nil
	}
}

// Uint32 reads an unsigned int.
func (r *Reader) Uint32() uint32 {
	if len(r.buf) < 4 {
		r.Fail(ErrShort)
		return 0
	}
	v := binary.BigEndian.Uint32(r.buf)
	r.buf = r.buf[4:]
	return v
}

// Int32 reads an int.
func (r *Reader) Int32() int32 { return int32(r.Uint32()) }

// Uint64 reads an unsigned hyper.
func (r *Reader) Uint64() uint64 {
	if len(r.buf) < 8 {
		r.Fail(ErrShort)
		return 0
	}
	v := binary.BigEndian.Uint64(r.buf)
	r.buf = r.buf[8:]
	return v
}

// Int64 reads a hyper.
func (r *Reader) Int64() int64 { return int64(r.Uint64()) }

// Float32 reads a float.
func (r *Reader) Float32() float32 { return math.Float32frombits(r.Uint32()) }

// Float64 reads a double.
func (r *Reader) Float64() float64 { return math.Float64frombits(r.Uint64()) }

// Bool reads a bool, also the marker of optional data. Anything but 0 is true:
// C's decoder takes it so, and there are clients that send 0x01000000.
func (r *Reader) Bool() bool { return r.Uint32() != 0 }

// Int8 reads a char: 4 bytes, of which C keeps the lowest.
func (r *Reader) Int8() int8 { return int8(r.Uint32()) }

// Uint8 reads an unsigned char: 4 bytes, of which C keeps the lowest.
func (r *Reader) Uint8() uint8 { return uint8(r.Uint32()) }

// Int16 reads a short: 4 bytes, of which C keeps the lower two.
func (r *Reader) Int16() int16 { return int16(r.Uint32()) }

// Uint16 reads an unsigned short: 4 bytes, of which C keeps the lower two.
func (r *Reader) Uint16() uint16 { return uint16(r.Uint32()) }

// take returns the next n bytes and skips their padding. The content of the
// padding is not checked, as the reference does not.
func (r *Reader) take(n int) []byte {
	if n < 0 || n > len(r.buf) || pad(n) > len(r.buf)-n {
		r.Fail(ErrShort)
		return nil
	}
	v := r.buf[:n]
	r.buf = r.buf[n+pad(n):]
	return v
}

// length reads a count and checks it against limit and against what is left.
func (r *Reader) length(limit uint32, minSize int) int {
	n := r.Uint32()
	if r.err != nil {
		return 0
	}
	if n > limit {
		r.Fail(&LimitError{Len: int(n), Limit: limit})
		return 0
	}
	if uint64(n)*uint64(minSize) > uint64(len(r.buf)) {
		r.Fail(ErrShort)
		return 0
	}
	return int(n)
}

// Count reads the number of elements of an array whose elements take at least
// minSize bytes each: the number is at most limit and fits into what is left.
func (r *Reader) Count(limit uint32, minSize int) int { return r.length(limit, minSize) }

// String reads a string of at most limit bytes, cut at the first NUL as a C
// peer would see it.
func (r *Reader) String(limit uint32) string {
	v := r.take(r.length(limit, 1))
	if i := bytes.IndexByte(v, 0); i >= 0 {
		v = v[:i]
	}
	return string(v)
}

// Opaque reads counted opaque data of at most limit bytes into a new slice;
// nil when empty.
func (r *Reader) Opaque(limit uint32) []byte {
	v := r.take(r.length(limit, 1))
	if len(v) == 0 {
		return nil
	}
	return bytes.Clone(v)
}

// Fixed fills dst with uncounted opaque data.
func (r *Reader) Fixed(dst []byte) { copy(dst, r.take(len(dst))) }

// Chars fills dst with an uncounted array of char, 4 bytes each on the wire.
func (r *Reader) Chars(dst []byte) {
	for i := range dst {
		dst[i] = byte(r.Uint32())
	}
}
