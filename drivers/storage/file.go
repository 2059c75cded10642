//go:build linux

package storage

import (
	"context"
	"errors"
	"io"
	"math"
	"os"

	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// pieceSize is how much is written or copied at a time where the kernel does
// not do it; copyPiece is how much it is asked to do between two looks at
// whether anybody still wants it.
const (
	pieceSize = 1 << 20
	copyPiece = 256 << 20
)

func truncate(f *os.File, size uint64) error {
	if size > math.MaxInt64 {
		return unix.EFBIG
	}
	return unix.Ftruncate(int(f.Fd()), int64(size))
}

// allocate makes sure that the first n bytes of a file have their space; a
// shorter file gets longer.
func allocate(f *os.File, n uint64) error {
	if n > math.MaxInt64 {
		return unix.EFBIG
	}
	for {
		err := unix.Fallocate(int(f.Fd()), 0, 0, int64(n))
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// data finds the first stored bytes of a file at or behind off, and where they
// end; both are size where there are none.
func data(f *os.File, off, size int64) (start, end int64, err error) {
	if off >= size {
		return size, size, nil
	}
	start, err = unix.Seek(int(f.Fd()), off, unix.SEEK_DATA)
	switch {
	case errors.Is(err, unix.ENXIO):
		return size, size, nil
	case errors.Is(err, unix.EINVAL):
		return off, size, nil // a file system that does not know
	case err != nil:
		return 0, 0, err
	}
	end, err = unix.Seek(int(f.Fd()), start, unix.SEEK_HOLE)
	if err != nil {
		return 0, 0, err
	}
	return min(start, size), min(end, size), nil
}

// copyData copies what is stored of the first size bytes. Where the file system
// can, the copies share their blocks.
func copyData(ctx context.Context, to, from *os.File, size int64) error {
	for at := int64(0); at < size; {
		start, end, err := data(from, at, size)
		if err != nil {
			return err
		}
		for at = start; at < end; {
			if ctx.Err() != nil {
				return vir.Errorf(vir.FromStorage, vir.ErrOperationAborted, "the caller has gone while a volume was being copied")
			}
			n, err := copyRange(to, from, at, min(end-at, copyPiece))
			if err != nil {
				return err
			}
			if n == 0 {
				return nil // somebody has made it shorter
			}
			at += n
		}
	}
	return nil
}

func copyRange(to, from *os.File, at, n int64) (int64, error) {
	in, out := at, at
	done, err := unix.CopyFileRange(int(from.Fd()), &in, int(to.Fd()), &out, int(n), 0)
	switch {
	case err == nil && done > 0:
		return int64(done), nil
	case err == nil, errors.Is(err, unix.EXDEV), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EOPNOTSUPP):
		// Different file systems, or one that says nothing of its files' sizes.
		return copyPieces(to, from, at, n)
	case errors.Is(err, unix.EINTR):
		return copyRange(to, from, at, n)
	}
	return 0, err
}

func copyPieces(to, from *os.File, at, n int64) (int64, error) {
	buf := make([]byte, min(n, pieceSize))
	read, err := from.ReadAt(buf, at)
	if read == 0 {
		if err == io.EOF {
			err = nil
		}
		return 0, err
	}
	_, err = to.WriteAt(buf[:read], at)
	return int64(read), err
}
