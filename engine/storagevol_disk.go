package engine

import (
	"context"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// VolumeOf is a volume of an active pool of the shared host with that key, for
// a guest whose disk it is.
func (e *Engine) VolumeOf(key, pool, volume string) (*domxml.StorageVolume, error) {
	e.mu.Lock()
	h := e.hosts[key]
	e.mu.Unlock()
	if h == nil {
		return nil, vir.Errorf(vir.FromStorage, vir.ErrNoStoragePool, "no storage pool with matching name '%s'", pool)
	}
	p, err := h.poolByName(pool)
	if err != nil {
		return nil, err
	}
	if !p.load().active {
		return nil, vir.Errorf(vir.FromDomain, vir.ErrConfigUnsupported, "storage pool '%s' containing volume '%s' is not active", pool, volume)
	}
	v, err := h.volume(&remoteproto.StorageVol{Pool: pool, Name: volume})
	if err != nil {
		return nil, err
	}
	return v.doc, v.lookAgain(context.Background(), false)
}
