//go:build linux

package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

const (
	// poolMode is the mode of a new target, parentMode that of what is above it.
	poolMode   = 0o711
	parentMode = 0o755
)

// StoragePoolCapacity is not known before somebody has looked.
func (*Storage) StoragePoolCapacity(*domxml.StoragePool) uint64 { return 0 }

// BuildStoragePool makes the target, and with a flag a file system on the source.
func (s *Storage) BuildStoragePool(ctx context.Context, pool *domxml.StoragePool, flags vir.StoragePoolBuildFlags) error {
	if !files(pool.Type) {
		return buildOther(pool)
	}
	const both = vir.StoragePoolBuildOverwrite | vir.StoragePoolBuildNoOverwrite
	if err := unknownFlags(flags, both, "virStorageBackendFileSystemBuild"); err != nil {
		return err
	}
	if flags == both {
		return vir.ArgError(vir.FromStorage, vir.ErrInvalidArg, "virStorageBackendFileSystemBuild", "flags",
			"Flags '%s' and '%s' are mutually exclusive", "VIR_STORAGE_POOL_BUILD_OVERWRITE", "VIR_STORAGE_POOL_BUILD_NO_OVERWRITE")
	}
	if err := makeTarget(pool); err != nil {
		return err
	}
	if flags == 0 {
		return nil
	}
	return s.makeFileSystem(ctx, pool, flags&vir.StoragePoolBuildOverwrite != 0)
}

// buildOther is for types that are defined only. What the reference makes for
// them lies on devices; for some it is nothing.
func buildOther(pool *domxml.StoragePool) error {
	switch pool.Type {
	case domxml.StoragePoolISCSI, domxml.StoragePoolSCSI, domxml.StoragePoolMpath:
		return nil
	}
	return errNoSupport("pool does not support pool building")
}

// makeTarget makes the directory. One that is there keeps the mode and owner
// that the pool says nothing of.
func makeTarget(pool *domxml.StoragePool) error {
	path := pool.Target.Path
	if parent := filepath.Dir(path); parent != path {
		if err := os.MkdirAll(parent, parentMode); err != nil {
			return systemError(vir.FromNone, err, "cannot create path '%s'", parent)
		}
	}
	p := permissionsOf(pool.Target.Permissions, poolMode)
	_, err := os.Stat(path)
	fresh := errors.Is(err, os.ErrNotExist)
	if fresh {
		if err := os.Mkdir(path, os.FileMode(p.mode)); err != nil {
			return systemError(vir.FromNone, err, "failed to create directory '%s'", path)
		}
	}
	if p.uid != -1 || p.gid != -1 {
		if err := os.Chown(path, p.uid, p.gid); err != nil {
			return systemError(vir.FromNone, err, "cannot chown '%s' to (%d, %d)", path, p.uid, p.gid)
		}
	}
	if fresh || p.set {
		if err := os.Chmod(path, os.FileMode(p.mode)); err != nil {
			return systemError(vir.FromNone, err, "cannot set mode of '%s' to %04o", path, p.mode)
		}
	}
	if f := pool.Features; f != nil && f.COW != nil {
		return setCOW(path, f.COW.State == domxml.Yes)
	}
	return nil
}

// setCOW turns copy on write on or off, which only btrfs knows.
func setCOW(path string, on bool) error {
	f, err := os.Open(path)
	if err != nil {
		return systemError(vir.FromNone, err, "unable to open '%s'", path)
	}
	defer f.Close()
	return setFileCOW(f, path, on)
}

func setFileCOW(f *os.File, path string, on bool) error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return systemError(vir.FromNone, err, "unable to get filesystem type on '%s'", path)
	}
	if st.Type != unix.BTRFS_SUPER_MAGIC {
		return systemError(vir.FromNone, unix.ENOSYS, "unable to control COW flag on '%s', not btrfs", path)
	}
	attrs, err := unix.IoctlGetInt(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err != nil {
		return systemError(vir.FromNone, err, "unable to get fs flags on '%s'", path)
	}
	const noCOW = 0x00800000 // FS_NOCOW_FL
	attrs |= noCOW
	if on {
		attrs &^= noCOW
	}
	if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, attrs); err != nil {
		return systemError(vir.FromNone, err, "unable to set fs flags on '%s'", path)
	}
	return nil
}

// DeleteStoragePool removes the target, which must be empty.
func (s *Storage) DeleteStoragePool(_ context.Context, pool *domxml.StoragePool, flags vir.StoragePoolDeleteFlags) error {
	if !files(pool.Type) {
		return errNoSupport("pool does not support pool deletion")
	}
	if err := unknownFlags(flags, 0, "virStorageBackendDeleteLocal"); err != nil {
		return err
	}
	if err := unix.Rmdir(pool.Target.Path); err != nil {
		return systemError(vir.FromStorage, err, "failed to remove pool '%s'", pool.Target.Path)
	}
	return nil
}

// StartStoragePool mounts what the pool is made of. Whether the target is
// there shows when it is looked at.
func (s *Storage) StartStoragePool(ctx context.Context, pool *domxml.StoragePool) error {
	switch pool.Type {
	case domxml.StoragePoolDir:
		return nil
	case domxml.StoragePoolFS, domxml.StoragePoolNetFS:
		return s.mount(ctx, pool)
	}
	return errNoSupport("pools of type '%s' cannot be started", pool.Type)
}

// StopStoragePool unmounts what StartStoragePool has mounted.
func (s *Storage) StopStoragePool(ctx context.Context, pool *domxml.StoragePool) error {
	s.forget(pool)
	if pool.Type == domxml.StoragePoolFS || pool.Type == domxml.StoragePoolNetFS {
		return s.unmount(ctx, pool)
	}
	return nil
}
