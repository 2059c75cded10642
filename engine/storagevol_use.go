package engine

import (
	"context"

	"github.com/govirtd/govirtd/protocol/vir"
)

// mustBeBuilt refuses a volume that is still being made.
func (v *StorageVolume) mustBeBuilt() error {
	if v.building.Load() {
		return v.pool.host.storageError(vir.ErrOperationInvalid, "volume '%s' is still being allocated.", v.name)
	}
	return nil
}

// mustBeFree refuses a volume that something is being done to.
func (v *StorageVolume) mustBeFree() error {
	if v.uses.Load() > 0 {
		return v.pool.host.storageError(vir.ErrOperationInvalid, "volume '%s' is still in use.", v.name)
	}
	return v.mustBeBuilt()
}

// use takes a volume for something that lasts, so that the pool's job need not
// be held for it. The returned function gives it back.
func (v volumeCall) use(ctx context.Context, owner string) (end func(), err error) {
	done, err := v.pool.job.begin(ctx, owner)
	if err != nil {
		return nil, err
	}
	defer done()
	now, _ := v.pool.volumes.name(v.doc.Name)
	switch {
	case !v.pool.load().active:
		return nil, v.pool.mustBeActive()
	case now != v.vol:
		return nil, v.pool.host.errNoVolume("name", v.doc.Name)
	}
	if err := v.vol.mustBeFree(); err != nil {
		return nil, err
	}
	v.vol.uses.Add(1)
	return func() { v.vol.uses.Add(-1) }, nil
}
