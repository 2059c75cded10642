package engine

// listFilter decides about one pair of list flags, for objects with records of
// type R: neither bit lets every object pass, otherwise the one that fits must
// be set.
type listFilter[R any] struct {
	with, without uint32
	has           func(*R) bool
}

// passes reports whether a record passes all pairs of flags.
func passes[R any](r *R, flags uint32, filters []listFilter[R]) bool {
	for _, f := range filters {
		if !choice(flags, f.with, f.without, f.has(r)) {
			return false
		}
	}
	return true
}

// selected are the objects of a store that pass.
func selected[T, R any](s *store[T], load func(*T) *R, flags uint32, filters []listFilter[R]) (out []*T) {
	for _, o := range s.all() {
		if passes(load(o), flags, filters) {
			out = append(out, o)
		}
	}
	return out
}
