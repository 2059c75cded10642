package diskimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// order is that of the bytes of a number.
type order = binary.ByteOrder

var (
	bigEndian    order = binary.BigEndian
	littleEndian order = binary.LittleEndian
)

// header is the beginning of an image, and the way to what lies behind it.
type header struct {
	head []byte
	file io.ReaderAt
	size uint64 // of the file
	err  error  // of the first failed read
}

// has says whether n bytes at an offset have been read.
func (h *header) has(offset, n int) bool { return offset >= 0 && len(h.head)-n >= offset }

func (h *header) uint32(offset int, o order) (uint32, bool) {
	if !h.has(offset, 4) {
		return 0, false
	}
	return o.Uint32(h.head[offset:]), true
}

func (h *header) uint64(offset int, o order) (uint64, bool) {
	if !h.has(offset, 8) {
		return 0, false
	}
	return o.Uint64(h.head[offset:]), true
}

// text reads n bytes anywhere in the file up to the first that is zero; false
// where the file does not have them.
func (h *header) text(offset, n uint64) (string, bool) {
	if n > maxName || offset > h.size || h.size-offset < n {
		return "", false
	}
	b := make([]byte, n)
	if end := offset + n; end <= uint64(len(h.head)) {
		copy(b, h.head[offset:end])
	} else if got, err := h.file.ReadAt(b, int64(offset)); got < len(b) {
		if err != nil && !errors.Is(err, io.EOF) && h.err == nil {
			h.err = err
		}
		return "", false
	}
	return cString(b), true
}

// cString ends at the first zero byte.
func cString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// backing reads the name of the image below, which lies at an offset; 0 stands
// for none.
func (h *header) backing(info *Info, offset, n uint64) {
	if offset == 0 || n == 0 {
		return
	}
	name, ok := h.text(offset, n)
	if !ok {
		info.broken("the name of the backing file is not in the header")
		return
	}
	info.BackingFile = name
}
