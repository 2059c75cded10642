//go:build linux

package storage

import (
	"context"
	"errors"
	"math"
	"os"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// content is an open volume. Reading and writing are the file's own.
type content struct {
	*os.File
	block bool
}

// OpenStorageVolume opens the file of a volume, for reading only where it
// cannot be written.
func (s *Storage) OpenStorageVolume(_ context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume) (drivers.StorageVolumeContent, error) {
	if !files(pool.Type) {
		return nil, errNoSupport("storage pool doesn't support volume download")
	}
	root, err := openTarget(pool)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	e, err := openEntry(root, vol.Name, os.O_RDWR)
	if errors.Is(err, unix.EROFS) || errors.Is(err, unix.EACCES) {
		e, err = openEntry(root, vol.Name, os.O_RDONLY)
	}
	if err == nil && (e.file == nil || e.kind() == unix.S_IFDIR) {
		e.close()
		err = unix.EISDIR
	}
	if err != nil {
		return nil, systemError(vir.FromStreams, err, "Unable to open stream for '%s'", vol.Target.Path)
	}
	return &content{File: e.file, block: e.kind() == unix.S_IFBLK}, nil
}

func (c *content) stat() *syscall.Stat_t {
	st, err := c.File.Stat()
	if err != nil {
		return &syscall.Stat_t{}
	}
	return st.Sys().(*syscall.Stat_t)
}

// Size is that of the file or device.
func (c *content) Size() int64 {
	e := entry{file: c.File, st: c.stat()}
	return e.size()
}

// Allocated counts the blocks of the file.
func (c *content) Allocated() int64 {
	if c.block {
		return c.Size()
	}
	return c.stat().Blocks * 512
}

// NextData asks the file system.
func (c *content) NextData(off int64) (start, end int64, err error) {
	size := c.Size()
	if c.block {
		return min(off, size), size, nil
	}
	return data(c.File, off, size)
}

// PunchHole gives space back where the file system can, and writes zeros
// where it cannot.
func (c *content) PunchHole(off, n int64) error {
	if off < 0 || n < 0 || off > math.MaxInt64-n {
		return systemError(vir.FromStreams, unix.EFBIG, "cannot write to stream")
	}
	size := c.Size()
	if off+n > size && !c.block {
		if err := unix.Ftruncate(int(c.Fd()), off+n); err != nil {
			return systemError(vir.FromStreams, err, "cannot write to stream")
		}
	}
	if n = min(n, size-off); n <= 0 {
		return nil // what has become longer is a hole
	}
	err := unix.Fallocate(int(c.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, off, n)
	if err == nil {
		return nil
	}
	if !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.ENOSYS) {
		return systemError(vir.FromStreams, err, "cannot write to stream")
	}
	if err := writeZeros(context.Background(), c.File, off, n); err != nil {
		return systemError(vir.FromStreams, err, "cannot write to stream")
	}
	return nil
}

// WriteAt has the words of the reference for what fails.
func (c *content) WriteAt(p []byte, off int64) (int, error) {
	n, err := c.File.WriteAt(p, off)
	if err != nil {
		err = systemError(vir.FromStreams, err, "cannot write to stream")
	}
	return n, err
}

// writeZeros writes zeros over a part of a file.
func writeZeros(ctx context.Context, f *os.File, off, n int64) error {
	zeros := make([]byte, min(n, pieceSize))
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := f.WriteAt(zeros[:min(n, pieceSize)], off)
		if err != nil {
			return err
		}
		off, n = off+int64(done), n-int64(done)
	}
	return nil
}
