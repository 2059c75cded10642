package engine

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/govirtd/govirtd/domxml"
)

// store indexes the objects of one kind on one host by name, UUID and, for
// kinds that have one, id. Look-ups hold the lock for a moment; the list is a
// snapshot that is made again only after a change.
type store[T any] struct {
	mu     sync.RWMutex
	byUUID map[domxml.UUID]*T
	byName map[string]*T
	byID   map[int32]*T
	order  []*T
	list   atomic.Pointer[[]*T]
}

func newStore[T any]() *store[T] {
	return &store[T]{byUUID: map[domxml.UUID]*T{}, byName: map[string]*T{}, byID: map[int32]*T{}}
}

// all is every object, in the order of appearance; not to be changed.
func (s *store[T]) all() []*T {
	if l := s.list.Load(); l != nil {
		return *l
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := append([]*T(nil), s.order...)
	s.list.Store(&l)
	return l
}

func (s *store[T]) uuid(u domxml.UUID) *T {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byUUID[u]
}

func (s *store[T]) name(n string) *T {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byName[n]
}

func (s *store[T]) id(id int32) *T {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byID[id]
}

func (s *store[T]) len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.order)
}

// The functions below need mu, held for writing.

func (s *store[T]) insert(t *T, name string, u domxml.UUID) {
	s.byName[name] = t
	s.byUUID[u] = t
	s.order = append(s.order, t)
	s.list.Store(nil)
}

func (s *store[T]) remove(t *T, name string, u domxml.UUID) {
	delete(s.byName, name)
	delete(s.byUUID, u)
	// In place: the snapshot is a copy.
	if i := slices.Index(s.order, t); i >= 0 {
		s.order = slices.Delete(s.order, i, i+1)
	}
	s.list.Store(nil)
}

func (s *store[T]) rename(t *T, from, to string) {
	delete(s.byName, from)
	s.byName[to] = t
}
