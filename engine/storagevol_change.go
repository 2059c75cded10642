package engine

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

const resizeFlags = uint32(vir.StorageVolResizeAllocate | vir.StorageVolResizeDelta | vir.StorageVolResizeShrink)

func bindVolumeChange(b *binder) {
	needing[drivers.StorageVolumeContents](changeVolume(b, remoteproto.StorageVolResize,
		func(a *remoteproto.StorageVolResizeArgs) *remoteproto.StorageVol { return &a.Vol }, storageVolResize).
		knows(resizeFlags).args(checkResize))
	needing[drivers.StorageVolumeContents](onVolume(b, remoteproto.StorageVolWipe,
		func(a *remoteproto.StorageVolWipeArgs) *remoteproto.StorageVol { return &a.Vol },
		func(c *call, v volumeCall, _ *remoteproto.StorageVolWipeArgs) (*proc.Void, error) {
			return nil, v.wipe(c, vir.StorageVolWipeAlgZero)
		}))
	needing[drivers.StorageVolumeContents](onVolume(b, remoteproto.StorageVolWipePattern,
		func(a *remoteproto.StorageVolWipePatternArgs) *remoteproto.StorageVol { return &a.Vol },
		func(c *call, v volumeCall, a *remoteproto.StorageVolWipePatternArgs) (*proc.Void, error) {
			if a.Algorithm > uint32(vir.StorageVolWipeAlgTrim) {
				return nil, errVolume("wiping algorithm %d not supported", a.Algorithm)
			}
			return nil, v.wipe(c, vir.StorageVolWipeAlgorithm(a.Algorithm))
		}))
}

// errVolume is an argument that does not suit a volume. The reference's
// storage driver has the words; its test driver lacks these procedures.
func errVolume(format string, args ...any) error {
	return vir.Errorf(vir.FromStorage, vir.ErrInvalidArg, format, args...)
}

func checkResize(a *remoteproto.StorageVolResizeArgs) error {
	if a.Capacity == 0 && a.Flags&uint32(vir.StorageVolResizeDelta|vir.StorageVolResizeShrink) == 0 {
		info := remoteproto.StorageVolResize.Info
		return argError(info, "capacity", "capacity in %s cannot be zero without 'delta' or 'shrink' flags set", info.API)
	}
	return nil
}

// storageVolResize changes the size. It goes below what is allocated never,
// and below the present size only with VIR_STORAGE_VOL_RESIZE_SHRINK.
func storageVolResize(c *call, v volumeCall, a *remoteproto.StorageVolResizeArgs) (*proc.Void, error) {
	if err := v.vol.mustBeFree(); err != nil {
		return nil, err
	}
	flags := vir.StorageVolResizeFlags(a.Flags)
	old, capacity := v.doc.Capacity.Value, a.Capacity
	if flags&vir.StorageVolResizeDelta != 0 {
		if flags&vir.StorageVolResizeShrink != 0 {
			capacity = old - min(old, a.Capacity)
		} else if capacity = old + a.Capacity; capacity < old {
			return nil, vir.Errorf(vir.FromStorage, vir.ErrOverflow, "value too large: %d", a.Capacity)
		}
	}
	stored, err := v.stored(c)
	if err != nil {
		return nil, err
	}
	switch {
	case capacity < stored:
		return nil, errVolume("can't shrink capacity below existing allocation")
	case capacity < old && flags&vir.StorageVolResizeShrink == 0:
		return nil, errVolume("Can't shrink capacity below current capacity unless shrink flag explicitly specified")
	}
	r := v.pool.load()
	if free := r.capacity - r.allocation; flags&vir.StorageVolResizeAllocate != 0 &&
		capacity > v.doc.Allocation.Value && capacity-v.doc.Allocation.Value > free {
		return nil, vir.Errorf(vir.FromStorage, vir.ErrOperationFailed, "Not enough space left in storage pool")
	}
	if err := c.host.backend.(drivers.StorageVolumeContents).ResizeStorageVolume(c, r.def, v.doc, capacity, flags); err != nil {
		return nil, err
	}
	changed := *v.doc
	changed.Capacity = domxml.Bytes(capacity)
	if flags&vir.StorageVolResizeAllocate != 0 || changed.Allocation.Value > capacity {
		changed.Allocation = domxml.Bytes(capacity)
	}
	v.pool.volumes.set(v.vol, &changed)
	v.pool.update(c.Call, func(r *poolRecord) []*event {
		r.allocation += changed.Allocation.Value - v.doc.Allocation.Value
		return nil
	})
	return nil, nil
}

// stored is how much of the image is stored, in bytes. With its own figures it
// can be more than the disk in it has, which then cannot grow by a little.
func (v volumeCall) stored(c *call) (uint64, error) {
	if _, ok := c.host.backend.(drivers.StorageVolumeLooker); ok {
		err := v.lookAgain(c, false)
		return v.doc.Allocation.Value, err
	}
	content, err := c.host.openVolume(c, v)
	if err != nil {
		return 0, err
	}
	defer content.Close()
	return min(uint64(content.Allocated()), v.doc.Capacity.Value), nil
}

// wipe may take long, and afterwards there is another kind of volume.
func (v volumeCall) wipe(c *call, algorithm vir.StorageVolWipeAlgorithm) error {
	end, err := v.use(c, c.Info.API)
	if err != nil {
		return err
	}
	defer end()
	v.pool.works.Add(1)
	defer v.pool.works.Add(-1)
	if err := c.host.backend.(drivers.StorageVolumeContents).WipeStorageVolume(c, v.pool.load().def, v.doc, algorithm); err != nil {
		return err
	}
	return v.lookAgain(c, true)
}
