//go:build linux

package storage

import (
	"errors"
	"os"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// errSkip is about an entry of a directory that is no volume.
var errSkip = errors.New("no volume")

// entry is one name in a target, opened.
type entry struct {
	file *os.File // nil for a block device behind which there is nothing
	st   *syscall.Stat_t
}

func (e *entry) close() {
	if e.file != nil {
		e.file.Close()
	}
}

func (e *entry) kind() uint32 { return e.st.Mode & unix.S_IFMT }

// openTarget opens the directory of a pool.
func openTarget(pool *domxml.StoragePool) (*os.Root, error) {
	root, err := os.OpenRoot(pool.Target.Path)
	if st, bad := os.Stat(pool.Target.Path); err != nil && bad == nil && !st.IsDir() {
		err = unix.ENOTDIR // for which os has no number
	}
	if err != nil {
		return nil, systemError(vir.FromNone, err, "cannot open directory '%s'", pool.Target.Path)
	}
	return root, nil
}

// mayOpen says of which entries there are volumes: regular files, directories
// and block devices. Others are not even opened, since that can do things.
func mayOpen(m os.FileMode) bool {
	return m.IsRegular() || m.IsDir() || m&os.ModeDevice != 0 && m&os.ModeCharDevice == 0
}

// openEntry opens an entry with the flags, without waiting for anybody. An
// entry that is none of a volume is errSkip, a link that leads out of the
// directory an error.
func openEntry(root *os.Root, name string, flags int) (*entry, error) {
	before, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !mayOpen(before.Mode()) {
		return nil, errSkip
	}
	f, err := root.OpenFile(name, flags|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if errors.Is(err, unix.ENXIO) || errors.Is(err, unix.ENOMEDIUM) {
		return &entry{st: before.Sys().(*syscall.Stat_t)}, nil
	}
	if err != nil {
		return nil, err
	}
	now, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if !mayOpen(now.Mode()) {
		f.Close()
		return nil, errSkip
	}
	return &entry{file: f, st: now.Sys().(*syscall.Stat_t)}, nil
}

// size is that of the file or device in bytes.
func (e *entry) size() int64 {
	if e.kind() == unix.S_IFBLK && e.file != nil {
		// The size of a device is where its end is.
		if n, err := unix.Seek(int(e.file.Fd()), 0, unix.SEEK_END); err == nil {
			return n
		}
	}
	return e.st.Size
}
