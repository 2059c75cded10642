//go:build linux

package storage

import (
	"context"
	"errors"
	"os"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// volumeMode is the mode of a new volume.
const volumeMode = 0o600

// CreateStorageVolume makes a volume, which must not be there yet.
func (s *Storage) CreateStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, from *drivers.StorageVolumeRef, flags vir.StorageVolCreateFlags) error {
	if !files(pool.Type) {
		return errNoSupport("storage pool does not support volume creation")
	}
	if err := checkName(pool, vol.Name); err != nil {
		return err
	}
	root, err := openTarget(pool)
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := root.Lstat(vol.Name); err == nil {
		return errTargetExists(vol.Target.Path)
	}
	m := maker{Storage: s, root: root, pool: pool, vol: vol, flags: flags, format: formatOf(vol)}
	if from != nil {
		err = m.copy(ctx, from)
	} else {
		err = m.make(ctx)
	}
	if err != nil {
		return err
	}
	e, err := openEntry(root, vol.Name, os.O_RDONLY)
	if err != nil {
		return systemError(vir.FromStorage, err, "cannot stat file '%s'", vol.Target.Path)
	}
	defer e.close()
	s.update(root, pool, vol, e)
	vol.Target.NoCOW = false
	if b := vol.BackingStore; b != nil {
		describeBacking(b)
	}
	return nil
}

func formatOf(vol *domxml.StorageVolume) string {
	if vol.Target.Format == nil || vol.Target.Format.Type == "" {
		return "raw"
	}
	return vol.Target.Format.Type
}

// maker makes one volume.
type maker struct {
	*Storage
	root   *os.Root
	pool   *domxml.StoragePool
	vol    *domxml.StorageVolume
	flags  vir.StorageVolCreateFlags
	format string
}

// plain says whether images of a format are nothing but the content.
func plain(format string) bool { return format == "raw" || format == "iso" }

func (m *maker) make(ctx context.Context) error {
	switch {
	case m.format == "dir":
		return m.makeDirectory()
	case plain(m.format) && m.vol.Target.Encryption == nil:
		return m.makeFile(func(f *os.File) error { return m.fill(f) })
	}
	return m.makeImage(ctx)
}

func (m *maker) makeDirectory() error {
	if m.vol.BackingStore != nil {
		return errNoSupport("backing storage not supported for directories volumes")
	}
	path := m.vol.Target.Path
	p := permissionsOf(m.vol.Target.Permissions, volumeMode)
	if err := m.root.Mkdir(m.vol.Name, os.FileMode(p.mode)); err != nil {
		return systemError(vir.FromNone, err, "failed to create directory '%s'", path)
	}
	d, err := m.root.Open(m.vol.Name)
	if err == nil {
		defer d.Close()
		err = p.apply(d, path)
	}
	if err != nil {
		_ = m.root.Remove(m.vol.Name)
	}
	return err
}

// checkPlain refuses what a file without a format cannot have.
func (m *maker) checkPlain() error {
	if m.flags&vir.StorageVolCreatePreallocMetadata != 0 {
		return errConfig("metadata preallocation is not supported for raw volumes")
	}
	if m.vol.BackingStore != nil {
		return errNoSupport("backing storage not supported for raw volumes")
	}
	return nil
}

// makeFile makes a plain file; content gives it its content. What fails leaves
// nothing.
func (m *maker) makeFile(content func(*os.File) error) error {
	if err := m.checkPlain(); err != nil {
		return err
	}
	return m.withFile(func(f *os.File) error {
		if m.vol.Target.NoCOW {
			if err := setFileCOW(f, m.vol.Target.Path, false); err != nil {
				return err
			}
		}
		if err := content(f); err != nil {
			return err
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			return systemError(vir.FromStorage, err, "cannot sync data to file '%s'", m.vol.Target.Path)
		}
		return nil
	})
}

// withFile makes the file, which nobody else has made before.
func (m *maker) withFile(work func(*os.File) error) error {
	path := m.vol.Target.Path
	f, err := m.root.OpenFile(m.vol.Name, os.O_RDWR|os.O_CREATE|os.O_EXCL, volumeMode)
	if errors.Is(err, os.ErrExist) {
		return errTargetExists(path)
	}
	if err != nil {
		return systemError(vir.FromStorage, err, "Failed to create file '%s'", path)
	}
	defer f.Close()
	if err = work(f); err == nil {
		err = permissionsOf(m.vol.Target.Permissions, volumeMode).apply(f, path)
	}
	if err != nil {
		_ = m.root.Remove(m.vol.Name)
	}
	return err
}

// fill gives an empty file its size and its space.
func (m *maker) fill(f *os.File) error {
	path := m.vol.Target.Path
	if err := truncate(f, m.vol.Capacity.Value); err != nil {
		return systemError(vir.FromStorage, err, "cannot extend file '%s'", path)
	}
	if n := m.vol.Allocation.Value; n > 0 {
		if err := allocate(f, n); err != nil {
			return systemError(vir.FromStorage, err, "cannot allocate %d bytes in file '%s'", n, path)
		}
	}
	return nil
}
