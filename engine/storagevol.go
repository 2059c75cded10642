package engine

import (
	"sync"
	"sync/atomic"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// StorageVolume is one volume of a pool. Its document never changes: a change
// puts another one in its place.
type StorageVolume struct {
	pool *StoragePool
	name string
	// building says that it is being made, uses counts what changes it without
	// the pool's job.
	building atomic.Bool
	uses     atomic.Int32
}

// volumes are those of one pool, with their documents.
type volumes struct {
	mu     sync.RWMutex
	byName map[string]*StorageVolume
	docs   map[*StorageVolume]*domxml.StorageVolume
	order  []*StorageVolume
}

// insert adds a volume; it returns the one that has the name already.
func (l *volumes) insert(v *StorageVolume, doc *domxml.StorageVolume) *StorageVolume {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o := l.byName[v.name]; o != nil {
		return o
	}
	l.insertLocked(v, doc)
	return nil
}

func (l *volumes) insertLocked(v *StorageVolume, doc *domxml.StorageVolume) {
	if l.byName == nil {
		l.byName, l.docs = map[string]*StorageVolume{}, map[*StorageVolume]*domxml.StorageVolume{}
	}
	l.byName[v.name], l.docs[v] = v, doc
	l.order = append(l.order, v)
}

func (l *volumes) remove(v *StorageVolume) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byName[v.name] != v {
		return
	}
	delete(l.byName, v.name)
	delete(l.docs, v)
	for i, o := range l.order {
		if o == v {
			l.order = append(l.order[:i:i], l.order[i+1:]...)
			return
		}
	}
}

// set puts another document in place of a volume's.
func (l *volumes) set(v *StorageVolume, doc *domxml.StorageVolume) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.docs[v] != nil {
		l.docs[v] = doc
	}
}

// change puts another document in place of one that is still a volume's.
func (l *volumes) change(v *StorageVolume, old, doc *domxml.StorageVolume) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.docs[v] == old {
		l.docs[v] = doc
	}
}

// replace makes the volumes those that a scan has found.
func (l *volumes) replace(p *StoragePool, found []*domxml.StorageVolume) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.byName
	l.byName, l.docs, l.order = nil, nil, nil
	for _, doc := range found {
		v := old[doc.Name]
		if v == nil {
			v = &StorageVolume{pool: p, name: doc.Name}
		}
		l.insertLocked(v, doc)
	}
}

func (l *volumes) name(name string) (*StorageVolume, *domxml.StorageVolume) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	v := l.byName[name]
	return v, l.docs[v]
}

// find is the first volume whose document fits.
func (l *volumes) find(fits func(*domxml.StorageVolume) bool) *domxml.StorageVolume {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, v := range l.order {
		if fits(l.docs[v]) {
			return l.docs[v]
		}
	}
	return nil
}

// documents are those of all volumes, in the order of their appearance.
func (l *volumes) documents() []*domxml.StorageVolume {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make([]*domxml.StorageVolume, 0, len(l.order))
	for _, v := range l.order {
		out = append(out, l.docs[v])
	}
	return out
}

func (l *volumes) len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.order)
}

// volumeRef is a volume as replies name it.
func volumeRef(p *StoragePool, doc *domxml.StorageVolume) remoteproto.StorageVol {
	return remoteproto.StorageVol{Pool: p.load().name, Name: doc.Name, Key: doc.Key}
}

// volumeCall is the volume that a call is about.
type volumeCall struct {
	pool *StoragePool
	vol  *StorageVolume
	doc  *domxml.StorageVolume
}

// volume finds a volume of an active pool by their names.
func (h *Host) volume(ref *remoteproto.StorageVol) (volumeCall, error) {
	p, err := h.poolByName(ref.Pool)
	if err != nil {
		return volumeCall{}, err
	}
	if err := p.mustBeActive(); err != nil {
		return volumeCall{}, err
	}
	v, doc := p.volumes.name(ref.Name)
	if v == nil {
		return volumeCall{}, h.errNoVolume("name", ref.Name)
	}
	return volumeCall{p, v, doc}, nil
}

func (h *Host) errNoVolume(by, value string) error {
	return h.storageError(vir.ErrNoStorageVol, "no storage vol with matching %s '%s'", by, value)
}

// onVolume binds a procedure about one volume.
func onVolume[A, R any](b *binder, p *proc.Proc[A, R], ref func(*A) *remoteproto.StorageVol, fn func(*call, volumeCall, *A) (*R, error)) setup[A] {
	return needing[drivers.StorageVolumes](onConn(b, p, func(c *call, a *A) (*R, error) {
		v, err := c.host.volume(ref(a))
		if err != nil {
			return nil, err
		}
		return fn(c, v, a)
	}))
}

// changeVolume binds a procedure that changes one volume: the handler runs
// with the job of its pool.
func changeVolume[A, R any](b *binder, p *proc.Proc[A, R], ref func(*A) *remoteproto.StorageVol, fn func(*call, volumeCall, *A) (*R, error)) setup[A] {
	return onVolume(b, p, ref, func(c *call, v volumeCall, a *A) (*R, error) {
		done, err := v.pool.job.begin(c, p.Info.API)
		if err != nil {
			return nil, err
		}
		defer done()
		// What has been found may have changed while we waited.
		if v, err = c.host.volume(ref(a)); err != nil {
			return nil, err
		}
		return fn(c, v, a)
	})
}
