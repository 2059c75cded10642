//go:build linux

package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/diskimage"
	"golang.org/x/sys/unix"
)

// volumePath is where a volume is. Names have no slash.
func volumePath(pool *domxml.StoragePool, name string) string { return pool.Target.Path + "/" + name }

// PlaceStorageVolume puts a volume into the target, whatever its document says.
func (*Storage) PlaceStorageVolume(pool *domxml.StoragePool, vol *domxml.StorageVolume) {
	if pool.Target == nil {
		return // no pool with files
	}
	vol.Target.Path = volumePath(pool, vol.Name)
	vol.Key = vol.Target.Path
}

// checkName refuses what is not the name of an entry of a directory.
func checkName(pool *domxml.StoragePool, name string) error {
	if strings.Contains(name, "/") {
		return errInvalidOperation("volume name '%s' cannot contain '/'", name)
	}
	if name == "." || name == ".." {
		return errTargetExists(volumePath(pool, name))
	}
	return nil
}

func errTargetExists(path string) error {
	return errInvalidOperation("volume target path '%s' already exists", path)
}

// LookAtStorageVolume looks at a volume again.
func (s *Storage) LookAtStorageVolume(_ context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, afresh bool) (*domxml.StorageVolume, error) {
	root, err := openTarget(pool)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	e, err := openEntry(root, vol.Name, os.O_RDONLY)
	if err != nil {
		return nil, errNoVolume(vol.Target.Path)
	}
	defer e.close()
	if afresh {
		return s.discover(root, pool, vol.Name, e), nil
	}
	out := *vol
	s.update(root, pool, &out, e)
	return &out, nil
}

// discover makes the document of what is in a directory.
func (s *Storage) discover(root *os.Root, pool *domxml.StoragePool, name string, e *entry) *domxml.StorageVolume {
	vol := &domxml.StorageVolume{Name: name}
	s.PlaceStorageVolume(pool, vol)
	info := s.update(root, pool, vol, e)
	vol.Target.Format = &domxml.StorageFormat{Type: info.Format}
	if info.Encryption != "" {
		vol.Target.Encryption = &domxml.DiskEncryption{Format: info.Encryption}
	}
	if info.Compat == "1.1" {
		vol.Target.Compat = info.Compat
		vol.Target.Features = &domxml.StorageVolumeFeatures{
			LazyRefcounts: domxml.Flag(info.LazyRefcounts), ExtendedL2: domxml.Flag(info.ExtendedL2), DataFile: domxml.Flag(info.External),
		}
	}
	if info.ClusterSize > 0 {
		vol.Target.ClusterSize = &domxml.StorageClusterSize{Unit: "B", Value: info.ClusterSize}
	}
	if info.BackingFile != "" {
		vol.BackingStore = s.backing(pool, info)
	}
	return vol
}

// update puts into a document what changes while a volume is in use.
func (s *Storage) update(root *os.Root, pool *domxml.StoragePool, vol *domxml.StorageVolume, e *entry) diskimage.Info {
	vol.Target.Permissions = describe(e.st, e.file)
	vol.Target.Timestamps = timestamps(e.st)
	if e.kind() == unix.S_IFDIR {
		info := diskimage.Info{Format: "dir"}
		vol.Type = domxml.StorageVolumeDir
		if isPloop(root, vol.Name) {
			vol.Type, info.Format = domxml.StorageVolumePloop, "ploop"
		}
		vol.Capacity, vol.Allocation, vol.Physical = domxml.Bytes(0), domxml.Bytes(0), nil
		return info
	}
	size := e.size()
	info := diskimage.Info{Format: "raw", Capacity: uint64(size)}
	if e.file != nil {
		if found, err := diskimage.Probe(e.file, size); err == nil {
			info = found
		}
	}
	vol.Type = domxml.StorageVolumeFile
	if info.Format == "ploop" {
		vol.Type = domxml.StorageVolumePloop
	}
	vol.Allocation = domxml.Bytes(uint64(e.st.Blocks) * 512)
	if e.kind() == unix.S_IFBLK {
		vol.Allocation = domxml.Bytes(uint64(size))
	}
	vol.Physical = nil
	if size > 0 {
		physical := domxml.Bytes(uint64(size))
		vol.Physical = &physical
	}
	vol.Capacity = domxml.Bytes(capacity(vol, info, uint64(size)))
	if r := pool.Refresh; r != nil && r.Volume != nil && r.Volume.Allocation == "capacity" {
		vol.Allocation = vol.Capacity
	}
	return info
}

// capacity is that in the header, unless the user calls the volume raw.
func capacity(vol *domxml.StorageVolume, info diskimage.Info, size uint64) uint64 {
	if f := vol.Target.Format; f != nil && f.Type == "raw" && vol.Target.Encryption == nil && info.Format != "raw" {
		return size
	}
	return info.Capacity
}

// isPloop says whether a directory is an image of Virtuozzo.
func isPloop(root *os.Root, name string) bool {
	for _, part := range []string{"root.hds", "DiskDescriptor.xml"} {
		if _, err := root.Lstat(filepath.Join(name, part)); err != nil {
			return false
		}
	}
	return true
}

// timestamps are the times of a file; the reference knows no time of birth.
func timestamps(st *syscall.Stat_t) *domxml.StorageTimestamps {
	return &domxml.StorageTimestamps{Access: timestamp(st.Atim), Modify: timestamp(st.Mtim), Change: timestamp(st.Ctim), Birth: "0"}
}

func timestamp(t syscall.Timespec) string {
	sec, nsec := t.Unix()
	if nsec == 0 {
		return strconv.FormatInt(sec, 10)
	}
	return fmt.Sprintf("%d.%09d", sec, nsec)
}
