//go:build linux

package storage

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/govirtd/govirtd/protocol/vir"
)

func TestContent(t *testing.T) {
	b := newBench(t)
	v := b.create(b.volume("v", "raw", 1<<20, 0))
	c, err := b.s.OpenStorageVolume(t.Context(), b.pool, v)
	b.must(err)
	defer c.Close()
	next := func(off, start, end int64) {
		t.Helper()
		if s, e, err := c.NextData(off); s != start || e != end || err != nil {
			t.Errorf("data at %d: %d-%d, %v; want %d-%d", off, s, e, err, start, end)
		}
	}
	next(0, 1<<20, 1<<20)
	_, err = c.WriteAt(bytes.Repeat([]byte("x"), 8192), 64<<10)
	b.must(err)
	if c.Size() != 1<<20 || c.Allocated() != 8192 {
		t.Errorf("size %d, %d allocated", c.Size(), c.Allocated())
	}
	next(0, 64<<10, 72<<10)
	next(65<<10, 65<<10, 72<<10)
	next(72<<10, 1<<20, 1<<20)
	next(2<<20, 1<<20, 1<<20)
	b.must(c.PunchHole(64<<10, 4096))
	next(0, 68<<10, 72<<10)
	b.must(c.PunchHole(1<<20-4096, 8192)) // over the end
	if c.Size() != 1<<20+4096 {
		t.Errorf("size %d", c.Size())
	}
	_, err = c.WriteAt([]byte("end"), 2<<20)
	b.must(err)
	buf := make([]byte, 10)
	if n, err := c.ReadAt(buf, 2<<20); n != 3 || err != io.EOF || string(buf[:3]) != "end" {
		t.Errorf("read %d %q, %v", n, buf, err)
	}
	if err := c.PunchHole(1<<62, 1<<62); err == nil {
		t.Error("a hole beyond all files is one")
	}
}

func TestOpenRefused(t *testing.T) {
	b := newBench(t)
	d := b.create(b.volume("d", "dir", 1, 0))
	_, err := b.s.OpenStorageVolume(t.Context(), b.pool, d)
	b.fails(err, vir.ErrSystemError, "Unable to open stream for '@/d': Is a directory")
	if e, ok := err.(*vir.Error); !ok || e.Domain != vir.FromStreams {
		t.Errorf("%+v", err)
	}
	b.must(os.Symlink("/etc/passwd", b.path("out")))
	_, err = b.s.OpenStorageVolume(t.Context(), b.pool, b.volume("out", "raw", 1, 0))
	b.fails(err, vir.ErrSystemError, "Unable to open stream for '@/out': ")
	b.must(syscall.Mkfifo(b.path("fifo"), 0o600))
	if _, err = b.s.OpenStorageVolume(t.Context(), b.pool, b.volume("fifo", "raw", 1, 0)); err == nil {
		t.Error("a pipe was opened")
	}
	b.write("ro", "text")
	b.must(os.Chmod(b.path("ro"), 0o400))
	c, err := b.s.OpenStorageVolume(t.Context(), b.pool, b.volume("ro", "raw", 1, 0))
	b.must(err)
	c.Close()
}

func TestResizeRaw(t *testing.T) {
	b := newBench(t)
	v := b.create(b.volume("v", "raw", 1<<20, 0))
	resize := func(n uint64, flags vir.StorageVolResizeFlags) error {
		return b.s.ResizeStorageVolume(t.Context(), b.pool, v, n, flags)
	}
	b.must(resize(2<<20, 0))
	b.must(resize(3<<20, vir.StorageVolResizeAllocate))
	if n := blocks(t, v.Target.Path); n != 3<<20 {
		t.Errorf("%d are stored", n)
	}
	b.must(resize(4096, vir.StorageVolResizeShrink))
	if st, _ := os.Stat(v.Target.Path); st.Size() != 4096 {
		t.Errorf("%d bytes", st.Size())
	}
	b.fails(resize(1<<62, 0), vir.ErrSystemError, "Failed to truncate file '@/v': File too large")
	b.fails(resize(1<<63, 0), vir.ErrSystemError, "Failed to truncate file '@/v': File too large")
	v.Target.Format.Type = "qcow2"
	b.fails(resize(1<<20, vir.StorageVolResizeAllocate), vir.ErrOperationUnsupported, "preallocate is only supported for raw type volume")
	d := b.create(b.volume("d", "dir", 1, 0))
	b.fails(b.s.ResizeStorageVolume(t.Context(), b.pool, d, 1, 0), vir.ErrSystemError, "Failed to open storage volume with path '@/d': Is a directory")
}

func TestResizeQcow2(t *testing.T) {
	b := newBench(t)
	b.needs("qemu-img")
	v := b.create(b.volume("v", "qcow2", 1<<20, 0))
	size := func(want uint64) {
		t.Helper()
		var err error
		if v, err = b.s.LookAtStorageVolume(t.Context(), b.pool, v, false); err != nil || v.Capacity.Value != want {
			t.Errorf("capacity %d, %v; want %d", v.Capacity.Value, err, want)
		}
	}
	b.must(b.s.ResizeStorageVolume(t.Context(), b.pool, v, 4<<20, 0))
	size(4 << 20)
	b.must(b.s.ResizeStorageVolume(t.Context(), b.pool, v, 2<<20, vir.StorageVolResizeShrink))
	size(2 << 20)
	b.must(b.s.ResizeStorageVolume(t.Context(), b.pool, v, 2<<20+1, 0))
	size(2<<20 + 512)
	b.fails(b.s.ResizeStorageVolume(t.Context(), b.pool, v, 1<<62, 0), vir.ErrInternalError, "unexpected exit status 1: qemu-img: ")
}

func TestWipe(t *testing.T) {
	b := newBench(t)
	wipe := func(name string, a vir.StorageVolWipeAlgorithm) error {
		return b.s.WipeStorageVolume(t.Context(), b.pool, b.volume(name, "raw", 1, 0), a)
	}
	full := b.write("full", string(bytes.Repeat([]byte("A"), 100000)))
	before := blocks(t, full)
	b.must(wipe("full", vir.StorageVolWipeAlgZero))
	if !bytes.Equal(b.read(full), make([]byte, 100000)) || blocks(t, full) != before {
		t.Error("not wiped in place")
	}
	sparse := b.create(b.volume("sparse", "raw", 1<<20, 0)).Target.Path
	f, err := os.OpenFile(sparse, os.O_WRONLY, 0)
	b.must(err)
	_, err = f.WriteString("secret")
	b.must(errors.Join(err, f.Close()))
	b.must(wipe("sparse", vir.StorageVolWipeAlgZero))
	if !bytes.Equal(b.read(sparse), make([]byte, 1<<20)) || blocks(t, sparse) != 0 {
		t.Error("a file with holes is not empty")
	}
	b.write("empty", "")
	b.must(wipe("empty", vir.StorageVolWipeAlgZero))
	b.fails(wipe("full", vir.StorageVolWipeAlgTrim), vir.ErrArgumentUnsupported, "'trim' algorithm not supported")
	b.s.cfg.Tool = func(string) (string, error) { return "", os.ErrNotExist }
	b.fails(wipe("full", vir.StorageVolWipeAlgDod), vir.ErrSystemError, "Cannot find 'scrub' in path: No such file or directory")
	b.create(b.volume("d", "dir", 1, 0))
	b.fails(wipe("d", vir.StorageVolWipeAlgZero), vir.ErrSystemError, "Failed to open storage volume with path '@/d': Is a directory")
}
