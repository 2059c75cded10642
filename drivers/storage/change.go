//go:build linux

package storage

import (
	"context"
	"errors"
	"os"
	"strconv"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// DeleteStorageVolume removes a file or an empty directory. One that is gone
// already is no error.
func (*Storage) DeleteStorageVolume(_ context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, flags vir.StorageVolDeleteFlags) error {
	if !files(pool.Type) {
		return errNoSupport("storage pool does not support vol deletion")
	}
	if err := unknownFlags(flags, 0, "virStorageBackendVolDeleteLocal"); err != nil {
		return err
	}
	root, err := openTarget(pool)
	if err != nil {
		return err
	}
	defer root.Close()
	err = root.Remove(vol.Name)
	switch {
	case err == nil, errors.Is(err, os.ErrNotExist):
		return nil
	case vol.Type == domxml.StorageVolumeDir:
		return systemError(vir.FromStorage, err, "cannot remove directory '%s'", vol.Target.Path)
	}
	return systemError(vir.FromStorage, err, "cannot unlink file '%s'", vol.Target.Path)
}

// ResizeStorageVolume changes the size of the disk in an image.
func (s *Storage) ResizeStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, capacity uint64, flags vir.StorageVolResizeFlags) error {
	if !files(pool.Type) {
		return errNoSupport("storage pool does not support changing of volume capacity")
	}
	allocated := flags&vir.StorageVolResizeAllocate != 0
	bare := plain(formatOf(vol)) && vol.Target.Encryption == nil
	if allocated && !bare {
		return vir.Errorf(vir.FromStorage, vir.ErrOperationUnsupported, "preallocate is only supported for raw type volume")
	}
	path := vol.Target.Path
	root, err := openTarget(pool)
	if err != nil {
		return err
	}
	defer root.Close()
	e, err := openEntry(root, vol.Name, os.O_RDWR)
	if err != nil || e.file == nil {
		return systemError(vir.FromStorage, err, "Failed to open storage volume with path '%s'", path)
	}
	defer e.close()
	if !bare {
		return s.resizeImage(ctx, pool, vol, e, capacity)
	}
	if err := truncate(e.file, capacity); err != nil {
		return systemError(vir.FromNone, err, "Failed to truncate file '%s'", path)
	}
	if allocated {
		if err := allocate(e.file, capacity); err != nil {
			return systemError(vir.FromNone, err, "Failed to pre-allocate space for file '%s'", path)
		}
	}
	return nil
}

// resizeImage lets qemu-img do it, which wants to know what the image stands
// on: what a longer disk has behind the old end must not show through. Disks in
// images have whole sectors.
func (s *Storage) resizeImage(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, e *entry, capacity uint64) error {
	c := &command{name: "qemu-img"}
	defer c.close()
	i := &image{s: s, c: c}
	defer i.close()
	if enc := vol.Target.Encryption; enc != nil && len(enc.Secrets) == 0 {
		return vir.Errorf(vir.FromStorage, vir.ErrXMLError, "no secret provided for luks encryption")
	}
	source, err := i.source(ctx, pool, vol, e.file, e.size())
	if err != nil {
		return err
	}
	c.args = append([]string{"resize"}, c.objects...)
	if tail := capacity % 512; tail > 0 {
		capacity += 512 - tail
	}
	if capacity < vol.Capacity.Value {
		c.args = append(c.args, "--shrink")
	}
	c.args = append(c.args, source, strconv.FormatUint(capacity, 10))
	_, _, err = s.run(ctx, c)
	return err
}

// wipePatterns are the names of the algorithms as scrub(1) has them.
var wipePatterns = map[vir.StorageVolWipeAlgorithm]string{
	vir.StorageVolWipeAlgNnsa: "nnsa", vir.StorageVolWipeAlgDod: "dod", vir.StorageVolWipeAlgBsi: "bsi",
	vir.StorageVolWipeAlgGutmann: "gutmann", vir.StorageVolWipeAlgSchneier: "schneier", vir.StorageVolWipeAlgPfitzner7: "pfitzner7",
	vir.StorageVolWipeAlgPfitzner33: "pfitzner33", vir.StorageVolWipeAlgRandom: "random",
}

// WipeStorageVolume overwrites what is stored. A file with holes is emptied: it
// has no place of its own to overwrite.
func (s *Storage) WipeStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, algorithm vir.StorageVolWipeAlgorithm) error {
	if !files(pool.Type) {
		return errNoSupport("storage pool doesn't support volume wiping")
	}
	if algorithm == vir.StorageVolWipeAlgTrim {
		return vir.Errorf(vir.FromStorage, vir.ErrArgumentUnsupported, "'trim' algorithm not supported")
	}
	path := vol.Target.Path
	root, err := openTarget(pool)
	if err != nil {
		return err
	}
	defer root.Close()
	e, err := openEntry(root, vol.Name, os.O_RDWR)
	if err != nil || e.file == nil {
		return systemError(vir.FromStorage, err, "Failed to open storage volume with path '%s'", path)
	}
	defer e.close()
	if pattern := wipePatterns[algorithm]; pattern != "" {
		c := &command{name: "scrub", args: []string{"-f", "-p", pattern}}
		c.args = append(c.args, c.pass(e.file, path))
		_, _, err := s.run(ctx, c)
		return err
	}
	size := e.size()
	if e.kind() == unix.S_IFREG && e.st.Blocks < e.st.Size/512 {
		if err := truncate(e.file, 0); err != nil {
			return systemError(vir.FromStorage, err, "Failed to truncate volume with path '%s' to 0 bytes", path)
		}
		if err := truncate(e.file, uint64(size)); err != nil {
			return systemError(vir.FromStorage, err, "Failed to truncate volume with path '%s' to %d bytes", path, size)
		}
		return nil
	}
	if err := writeZeros(ctx, e.file, 0, size); err != nil {
		return systemError(vir.FromStorage, err, "Failed to write %d bytes to storage volume with path '%s'", size, path)
	}
	if err := unix.Fdatasync(int(e.file.Fd())); err != nil {
		return systemError(vir.FromStorage, err, "cannot sync data to volume with path '%s'", path)
	}
	return nil
}
