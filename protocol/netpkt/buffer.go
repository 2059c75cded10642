package netpkt

import "sync"

// Buffer is a pooled byte slice. It has one owner at a time, who releases it.
type Buffer struct{ B []byte }

// bufferSizes are the classes of pooled buffers: a small call or reply, many
// of them or a document, a list, one stream packet of libvirt's size, a list
// of ten thousand, their figures.
var bufferSizes = [...]int{512, 16 << 10, 64 << 10, MinLength + StreamChunk, 1 << 20, 4 << 20}

var bufferPools [len(bufferSizes)]sync.Pool

// NewBuffer gives an empty buffer with room for n bytes.
func NewBuffer(n int) *Buffer {
	for i, size := range bufferSizes {
		if n <= size {
			if b, ok := bufferPools[i].Get().(*Buffer); ok {
				return b
			}
			return &Buffer{B: make([]byte, 0, size)}
		}
	}
	return &Buffer{B: make([]byte, 0, n)}
}

// PooledSize is the size up to which buffers are used again.
const PooledSize = 4 << 20

// Release gives the buffer back; nobody may use its bytes any more. Buffers
// that have grown far beyond the classes are left to the collector.
func (b *Buffer) Release() {
	if b == nil {
		return
	}
	n := cap(b.B)
	if n >= 2*bufferSizes[len(bufferSizes)-1] {
		return
	}
	for i := len(bufferSizes) - 1; i >= 0; i-- {
		if n >= bufferSizes[i] {
			b.B = b.B[:0]
			bufferPools[i].Put(b)
			return
		}
	}
}
