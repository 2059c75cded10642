package sim

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.StoragePools        = (*Backend)(nil)
	_ drivers.StorageVolumes      = (*Backend)(nil)
	_ drivers.StorageSourceFinder = (*Backend)(nil)
	_ drivers.StoragePoolTypes    = (*Backend)(nil)
)

// poolCapacity is the size of every pool.
const poolCapacity = 100 << 30

// StoragePoolCapacity is the same for every pool, started or not.
func (b *Backend) StoragePoolCapacity(*domxml.StoragePool) uint64 { return poolCapacity }

// BuildStoragePool has nothing to build.
func (b *Backend) BuildStoragePool(context.Context, *domxml.StoragePool, vir.StoragePoolBuildFlags) error {
	return nil
}

// DeleteStoragePool has nothing to delete: volumes outlive it, as those of the
// reference's simulation do.
func (b *Backend) DeleteStoragePool(context.Context, *domxml.StoragePool, vir.StoragePoolDeleteFlags) error {
	return nil
}

// StartStoragePool has nothing to do.
func (b *Backend) StartStoragePool(context.Context, *domxml.StoragePool) error { return nil }

// StopStoragePool keeps the volumes for the next start.
func (b *Backend) StopStoragePool(context.Context, *domxml.StoragePool) error { return nil }

// ScanStoragePool finds what is known: nobody else makes volumes.
func (b *Backend) ScanStoragePool(_ context.Context, _ *domxml.StoragePool, known []*domxml.StorageVolume) (drivers.StoragePoolContent, error) {
	c := drivers.StoragePoolContent{Capacity: poolCapacity, Volumes: known}
	for _, v := range known {
		c.Allocation += v.Allocation.Value
	}
	return c, nil
}

// ForgetStoragePool drops the bytes of its volumes.
func (b *Backend) ForgetStoragePool(pool *domxml.StoragePool) { b.contents.dropPool(pool.UUID) }

// PlaceStorageVolume puts the volume below the pool's target, whatever its
// document says. A pool without a target has the C library's word for nothing.
func (b *Backend) PlaceStorageVolume(pool *domxml.StoragePool, vol *domxml.StorageVolume) {
	vol.Target.Path = volumePath(pool, vol)
	vol.Key = vol.Target.Path
}

func volumePath(pool *domxml.StoragePool, vol *domxml.StorageVolume) string {
	if pool.Target == nil {
		return "(null)/" + vol.Name
	}
	return pool.Target.Path + "/" + vol.Name
}

// CreateStorageVolume makes an empty volume or copies one.
func (b *Backend) CreateStorageVolume(_ context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, from *drivers.StorageVolumeRef, _ vir.StorageVolCreateFlags) error {
	if from == nil {
		return nil // there is content once somebody writes
	}
	return b.contents.copy(keyOf(pool, vol), keyOf(from.Pool, from.Volume), int64(vol.Capacity.Value))
}

// DeleteStorageVolume drops the content.
func (b *Backend) DeleteStorageVolume(_ context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, _ vir.StorageVolDeleteFlags) error {
	b.contents.drop(keyOf(pool, vol))
	return nil
}

// FindStoragePoolSources finds two volume groups on this host, and an export
// on every server.
func (b *Backend) FindStoragePoolSources(_ context.Context, t domxml.StoragePoolType, from *domxml.StoragePoolSource) (*domxml.StoragePoolSources, error) {
	switch t {
	case domxml.StoragePoolLogical:
		group := func(name, device string) domxml.StoragePoolSource {
			return domxml.StoragePoolSource{
				Name: name, Devices: []domxml.StorageDevice{{Path: device}}, Format: &domxml.StorageFormat{Type: "lvm2"},
			}
		}
		return &domxml.StoragePoolSources{Sources: []domxml.StoragePoolSource{group("testvg1", "/dev/sda20"), group("testvg2", "/dev/sda21")}}, nil
	case domxml.StoragePoolNetFS:
		if from == nil || len(from.Hosts) == 0 {
			return nil, vir.Errorf(vir.FromTest, vir.ErrInvalidArg, "hostname must be specified for netfs sources")
		}
		return &domxml.StoragePoolSources{Sources: []domxml.StoragePoolSource{{
			Hosts: []domxml.StorageHost{{Name: from.Hosts[0].Name}}, Dir: &domxml.StorageDir{Path: "/testshare"},
			Format: &domxml.StorageFormat{Type: "nfs"},
		}}}, nil
	}
	return nil, vir.Errorf(vir.FromTest, vir.ErrNoSupport, "pool type '%s' does not support source discovery", t)
}

// HasStoragePoolType is true for all of them.
func (b *Backend) HasStoragePoolType(domxml.StoragePoolType) bool { return true }
