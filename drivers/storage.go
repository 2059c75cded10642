package drivers

import (
	"context"
	"io"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The abilities of a Backend that keeps storage. The engine owns the states of
// pools, their lists of volumes and the events; it holds the pool's job during
// verbs and no lock. Documents that are passed in must not be changed unless
// the comment says so.

// StoragePools makes places usable and looks at what is in them. A backend
// without it has no pools.
type StoragePools interface {
	// StoragePoolCapacity is what a pool holds before anybody has looked at it,
	// in bytes; 0 where that is not known.
	StoragePoolCapacity(pool *domxml.StoragePool) uint64
	// BuildStoragePool makes what the pool needs below it.
	BuildStoragePool(ctx context.Context, pool *domxml.StoragePool, flags vir.StoragePoolBuildFlags) error
	// DeleteStoragePool deletes what is below a stopped pool.
	DeleteStoragePool(ctx context.Context, pool *domxml.StoragePool, flags vir.StoragePoolDeleteFlags) error
	// StartStoragePool makes the pool usable, StopStoragePool leaves it.
	StartStoragePool(ctx context.Context, pool *domxml.StoragePool) error
	StopStoragePool(ctx context.Context, pool *domxml.StoragePool) error
	// ScanStoragePool says what a started pool has; known are the volumes that
	// the engine knows of.
	ScanStoragePool(ctx context.Context, pool *domxml.StoragePool, known []*domxml.StorageVolume) (StoragePoolContent, error)
	// ForgetStoragePool says that a pool is no more; what the backend keeps for
	// it in memory may go.
	ForgetStoragePool(pool *domxml.StoragePool)
}

// StoragePoolContent is what a pool has, in bytes.
type StoragePoolContent struct {
	Capacity, Allocation uint64
	// Volumes have their key and path. Those that were known and have not
	// changed may be the same values.
	Volumes []*domxml.StorageVolume
	// Permissions are those of the target; nil where there is none to look at.
	Permissions *domxml.StoragePermissions
}

// StorageVolumes makes and deletes volumes.
type StorageVolumes interface {
	// PlaceStorageVolume fills in key and path of a volume to be made, in place.
	PlaceStorageVolume(pool *domxml.StoragePool, vol *domxml.StorageVolume)
	// CreateStorageVolume makes a volume. from is the volume to copy, nil for an
	// empty one. What the volume has become (sizes, permissions) is filled in, in
	// place.
	CreateStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, from *StorageVolumeRef, flags vir.StorageVolCreateFlags) error
	DeleteStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, flags vir.StorageVolDeleteFlags) error
}

// StorageVolumeRef is a volume with its pool.
type StorageVolumeRef struct {
	Pool   *domxml.StoragePool
	Volume *domxml.StorageVolume
}

// StorageVolumeContents gives access to the bytes of volumes
// (virStorageVolUpload, Download, Resize, WipePattern).
type StorageVolumeContents interface {
	OpenStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume) (StorageVolumeContent, error)
	// ResizeStorageVolume changes the size to capacity bytes; what is beyond is
	// lost. Of the flags, VIR_STORAGE_VOL_RESIZE_ALLOCATE is for the backend.
	ResizeStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, capacity uint64, flags vir.StorageVolResizeFlags) error
	// WipeStorageVolume makes the content unreadable.
	WipeStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, algorithm vir.StorageVolWipeAlgorithm) error
}

// StorageVolumeLooker knows that others change volumes, too, and looks at one
// again whenever somebody asks about it. Without it the engine believes what
// it has been told.
type StorageVolumeLooker interface {
	// LookAtStorageVolume gives the document with the present sizes, permissions
	// and times; with afresh everything is found out anew, as by a scan. It may be
	// the same value where nothing has changed. VIR_ERR_NO_STORAGE_VOL says that
	// there is no such volume any more.
	LookAtStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, afresh bool) (*domxml.StorageVolume, error)
}

// StorageVolumeContent is an open volume.
type StorageVolumeContent interface {
	// ReadAt ends with io.EOF at the size of the volume.
	io.ReaderAt
	// WriteAt beyond the size makes the volume larger, where it can be.
	io.WriterAt
	io.Closer
	// Size is that of the image in bytes, Allocated how many of them are stored.
	Size() int64
	Allocated() int64
	// NextData finds the first stored bytes at or behind off; start is the size
	// where there are none.
	NextData(off int64) (start, end int64, err error)
	// PunchHole makes n bytes zero and stores nothing for them; beyond the size it
	// makes the volume larger.
	PunchHole(off, n int64) error
}

// StorageSourceFinder searches for places that could become pools
// (virConnectFindStoragePoolSources).
type StorageSourceFinder interface {
	// FindStoragePoolSources searches where from says, which may be nil.
	FindStoragePoolSources(ctx context.Context, t domxml.StoragePoolType, from *domxml.StoragePoolSource) (*domxml.StoragePoolSources, error)
}

// StoragePoolTypes names the types of pools that there can be
// (virConnectGetStoragePoolCapabilities).
type StoragePoolTypes interface {
	HasStoragePoolType(t domxml.StoragePoolType) bool
}

// StoragePoolSeed is one pool of a World: active, and with a definition.
type StoragePoolSeed struct {
	Pool    *domxml.StoragePool
	Volumes []*domxml.StorageVolume // those without a key or path get the backend's
}
