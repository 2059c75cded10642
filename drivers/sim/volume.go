package sim

import (
	"context"
	"io"
	"slices"
	"sync"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.StorageVolumeContents = (*Backend)(nil)

const (
	// volumeBlock is the unit in which contents are kept. Blocks of zeros are not.
	volumeBlock = 64 << 10
	// maxContents bounds the bytes that all volumes of a host keep.
	maxContents = 512 << 20
	// maxVolume bounds the size to which a volume can grow, as file systems do.
	maxVolume = 16 << 40
)

// volumeKey names a volume for as long as its pool lives.
type volumeKey struct {
	pool domxml.UUID
	name string
}

func keyOf(pool *domxml.StoragePool, vol *domxml.StorageVolume) volumeKey {
	return volumeKey{pool.UUID, vol.Name}
}

// contents are the bytes of the volumes of a host, in memory, up to
// maxContents. One lock is enough: what it guards is copying.
type contents struct {
	mu     sync.Mutex
	stored int64 // bytes in blocks
	byKey  map[volumeKey]*content
}

// content is what has been written to a volume.
type content struct {
	of     *contents
	size   int64
	blocks map[int64][]byte // by number; of full length
}

func (c *contents) open(k volumeKey, capacity int64) *content {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.byKey[k]
	if v == nil {
		v = &content{of: c, size: capacity, blocks: map[int64][]byte{}}
		if c.byKey == nil {
			c.byKey = map[volumeKey]*content{}
		}
		c.byKey[k] = v
	}
	return v
}

func (c *contents) drop(k volumeKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropLocked(k)
}

func (c *contents) dropLocked(k volumeKey) {
	if v := c.byKey[k]; v != nil {
		v.free(0)
		delete(c.byKey, k)
	}
}

func (c *contents) dropPool(pool domxml.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.byKey {
		if k.pool == pool {
			c.dropLocked(k)
		}
	}
}

// copy makes a volume of a size from another one, as far as that goes.
func (c *contents) copy(to, from volumeKey, size int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	src := c.byKey[from]
	if src == nil {
		return nil
	}
	dst := &content{of: c, size: size, blocks: map[int64][]byte{}}
	for n, b := range src.blocks {
		rest := size - n*volumeBlock
		if rest <= 0 {
			continue
		}
		if err := dst.writeBlock(n, 0, b[:min(rest, volumeBlock)]); err != nil {
			dst.free(0)
			return err
		}
	}
	if c.byKey == nil {
		c.byKey = map[volumeKey]*content{}
	}
	c.dropLocked(to)
	c.byKey[to] = dst
	return nil
}

// errFull is the end of what the host keeps.
func errFull() error {
	e := vir.Errorf(vir.FromStorage, vir.ErrSystemError, "cannot write to stream: No space left on device")
	e.Int1 = int32(syscall.ENOSPC)
	return e
}

// free drops the blocks from a number on; the lock is held.
func (v *content) free(from int64) {
	for n := range v.blocks {
		if n >= from {
			v.dropBlock(n)
		}
	}
}

func (v *content) dropBlock(n int64) {
	if _, ok := v.blocks[n]; ok {
		delete(v.blocks, n)
		v.of.stored -= volumeBlock
	}
}

// ReadAt copies what is stored, and zeros where nothing is.
func (v *content) ReadAt(p []byte, off int64) (n int, err error) {
	v.of.mu.Lock()
	defer v.of.mu.Unlock()
	if off >= v.size {
		return 0, io.EOF
	}
	if int64(len(p)) > v.size-off {
		p, err = p[:v.size-off], io.EOF
	}
	for n < len(p) {
		at := off + int64(n)
		piece := p[n:min(len(p), n+int(volumeBlock-at%volumeBlock))]
		if b := v.blocks[at/volumeBlock]; b != nil {
			copy(piece, b[at%volumeBlock:])
		} else {
			clear(piece)
		}
		n += len(piece)
	}
	return n, err
}

// WriteAt stores bytes; blocks that are all zeros take no space.
func (v *content) WriteAt(p []byte, off int64) (n int, err error) {
	v.of.mu.Lock()
	defer v.of.mu.Unlock()
	if off < 0 || off > maxVolume-int64(len(p)) {
		return 0, errFull()
	}
	for n < len(p) {
		at := off + int64(n)
		piece := p[n:min(len(p), n+int(volumeBlock-at%volumeBlock))]
		if err := v.writeBlock(at/volumeBlock, at%volumeBlock, piece); err != nil {
			return n, err
		}
		n += len(piece)
		v.size = max(v.size, at+int64(len(piece)))
	}
	return n, nil
}

func (v *content) writeBlock(number, at int64, piece []byte) error {
	b := v.blocks[number]
	if b == nil {
		if allZero(piece) {
			return nil
		}
		if v.of.stored+volumeBlock > maxContents {
			return errFull()
		}
		b = make([]byte, volumeBlock)
		v.blocks[number] = b
		v.of.stored += volumeBlock
	}
	copy(b[at:], piece)
	if allZero(b) {
		v.dropBlock(number)
	}
	return nil
}

func allZero(p []byte) bool { return !slices.ContainsFunc(p, func(b byte) bool { return b != 0 }) }

// PunchHole makes bytes zero.
func (v *content) PunchHole(off, n int64) error {
	v.of.mu.Lock()
	defer v.of.mu.Unlock()
	if off < 0 || n < 0 || off > maxVolume-n {
		return errFull()
	}
	end := off + n
	for number, b := range v.blocks {
		from := max(off-number*volumeBlock, 0)
		to := min(end-number*volumeBlock, volumeBlock)
		if from < to {
			clear(b[from:to])
			if allZero(b) {
				v.dropBlock(number)
			}
		}
	}
	v.size = max(v.size, end)
	return nil
}

// NextData finds stored bytes, in whole blocks.
func (v *content) NextData(off int64) (start, end int64, err error) {
	v.of.mu.Lock()
	defer v.of.mu.Unlock()
	first := int64(-1)
	for n := range v.blocks {
		if (n+1)*volumeBlock > off && (first < 0 || n < first) {
			first = n
		}
	}
	if first < 0 || first*volumeBlock >= v.size {
		return v.size, v.size, nil
	}
	last := first
	for v.blocks[last+1] != nil {
		last++
	}
	return max(off, first*volumeBlock), min(v.size, (last+1)*volumeBlock), nil
}

// Size is the size of the image.
func (v *content) Size() int64 {
	v.of.mu.Lock()
	defer v.of.mu.Unlock()
	return v.size
}

// Allocated counts whole blocks.
func (v *content) Allocated() int64 {
	v.of.mu.Lock()
	defer v.of.mu.Unlock()
	return int64(len(v.blocks)) * volumeBlock
}

// Close has nothing to close.
func (v *content) Close() error { return nil }

// OpenStorageVolume gives the bytes of a volume, which begins as zeros.
func (b *Backend) OpenStorageVolume(_ context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume) (drivers.StorageVolumeContent, error) {
	return b.contents.open(keyOf(pool, vol), int64(vol.Capacity.Value)), nil
}

// ResizeStorageVolume changes where the volume ends.
func (b *Backend) ResizeStorageVolume(_ context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, capacity uint64, _ vir.StorageVolResizeFlags) error {
	if capacity > maxVolume {
		e := vir.Errorf(vir.FromNone, vir.ErrSystemError, "Failed to truncate file '%s': File too large", vol.Target.Path)
		e.Int1 = int32(syscall.EFBIG)
		return e
	}
	v := b.contents.open(keyOf(pool, vol), int64(vol.Capacity.Value))
	size := int64(capacity)
	if old := v.Size(); size < old {
		if err := v.PunchHole(size, old-size); err != nil {
			return err
		}
	}
	b.contents.mu.Lock()
	defer b.contents.mu.Unlock()
	v.size = size
	return nil
}

// WipeStorageVolume leaves zeros. Trimming is for block devices.
func (b *Backend) WipeStorageVolume(_ context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, algorithm vir.StorageVolWipeAlgorithm) error {
	if algorithm == vir.StorageVolWipeAlgTrim {
		return vir.Errorf(vir.FromStorage, vir.ErrArgumentUnsupported, "'trim' algorithm not supported")
	}
	v := b.contents.open(keyOf(pool, vol), int64(vol.Capacity.Value))
	b.contents.mu.Lock()
	defer b.contents.mu.Unlock()
	v.free(0)
	return nil
}
