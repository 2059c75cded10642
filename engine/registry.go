package engine

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/govirtd/govirtd/protocol/vir"
)

// registry holds the objects of a kind that has no lives of its own: host
// interfaces, node devices, secrets, network filters and their bindings. An
// object is one immutable record, a change puts another one in its place.
// Reads take the list as it is and never wait; writers hold the job.
type registry[T any] struct {
	job  *job
	list atomic.Pointer[[]*T]
}

func newRegistry[T any]() *registry[T] {
	r := &registry[T]{job: newJob()}
	r.list.Store(&[]*T{})
	return r
}

// all is every object, in the order of appearance; not to be changed.
func (r *registry[T]) all() []*T { return *r.list.Load() }

// find is the first object that match accepts, or nil.
func (r *registry[T]) find(match func(*T) bool) *T {
	for _, t := range r.all() {
		if match(t) {
			return t
		}
	}
	return nil
}

// lock takes the job; the returned function gives it back.
func (r *registry[T]) lock(ctx context.Context, name string) (func(), error) {
	return r.job.begin(ctx, name)
}

// The functions below need the job.

// put puts t in the place of old, or at the end where old is nil.
func (r *registry[T]) put(old, t *T) {
	list := slices.Clone(r.all())
	if i := slices.Index(list, old); i >= 0 {
		list[i] = t
	} else {
		list = append(list, t)
	}
	r.list.Store(&list)
}

func (r *registry[T]) remove(t *T) {
	list := slices.Clone(r.all())
	if i := slices.Index(list, t); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	r.list.Store(&list)
}

// replace puts another list in the place of all.
func (r *registry[T]) replace(list []*T) { r.list.Store(&list) }

// names are the first max names of the objects that pass.
func names[T any](r *registry[T], limit int32, pass func(*T) bool, name func(*T) string) (out []string) {
	for _, t := range r.all() {
		if pass(t) && len(out) < int(limit) {
			out = append(out, name(t))
		}
	}
	return out
}

// countIn is how many objects pass.
func countIn[T any](r *registry[T], pass func(*T) bool) (n int32) {
	for _, t := range r.all() {
		if pass(t) {
			n++
		}
	}
	return n
}

// listAll answers a list procedure: how many objects pass, and if wanted
// their references.
func listAll[T, R any](r *registry[T], want int32, limit int, noun string, pass func(*T) bool, ref func(*T) R) (list []R, n uint32, err error) {
	for _, t := range r.all() {
		if !pass(t) {
			continue
		}
		n++
		if want != 0 {
			list = append(list, ref(t))
		}
	}
	if len(list) > limit {
		return nil, 0, vir.Errorf(vir.FromRPC, vir.ErrInternalError, "Too many %s '%d' for limit '%d'", noun, len(list), limit)
	}
	return list, n, nil
}

func anyOf[T any](*T) bool { return true }

// choice decides about a pair of list flags: none of them lets everything
// pass.
func choice(flags, with, without uint32, has bool) bool {
	return flags&(with|without) == 0 || has && flags&with != 0 || !has && flags&without != 0
}
