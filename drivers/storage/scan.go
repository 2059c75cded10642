//go:build linux

package storage

import (
	"context"
	"os"
	"slices"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// ScanStoragePool looks at everything in the target. What cannot be opened, is
// neither file nor directory nor block device, or leads out of the target, is
// no volume.
func (s *Storage) ScanStoragePool(ctx context.Context, pool *domxml.StoragePool, _ []*domxml.StorageVolume) (drivers.StoragePoolContent, error) {
	var c drivers.StoragePoolContent
	root, err := openTarget(pool)
	if err != nil {
		return c, err
	}
	defer root.Close()
	dir, err := root.Open(".")
	if err != nil {
		return c, systemError(vir.FromNone, err, "cannot open directory '%s'", pool.Target.Path)
	}
	defer dir.Close()
	s.remember(pool)
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return c, systemError(vir.FromNone, err, "Unable to read directory '%s'", pool.Target.Path)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return c, vir.Errorf(vir.FromStorage, vir.ErrOperationAborted, "the caller has gone while pool '%s' was being looked at", pool.Name)
		}
		if e, err := openEntry(root, name, os.O_RDONLY); err == nil {
			c.Volumes = append(c.Volumes, s.discover(root, pool, name, e))
			e.close()
		}
	}
	return c, space(pool, dir, &c)
}

// space measures the file system of a target. What it keeps for root counts as
// free, as for the reference.
func space(pool *domxml.StoragePool, dir *os.File, c *drivers.StoragePoolContent) error {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &fs); err != nil {
		return systemError(vir.FromStorage, err, "cannot statvfs path '%s'", pool.Target.Path)
	}
	unit := uint64(fs.Frsize)
	c.Capacity = fs.Blocks * unit
	c.Allocation = c.Capacity - min(fs.Bfree*unit, c.Capacity)
	st, err := dir.Stat()
	if err != nil {
		return systemError(vir.FromStorage, err, "cannot stat file '%s'", pool.Target.Path)
	}
	c.Permissions = describe(st.Sys().(*syscall.Stat_t), dir)
	return nil
}
