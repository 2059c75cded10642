package engine

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// tuning is what belongs to a domain but stands in no document. It outlives
// the guest, as in the reference.
type tuning struct {
	// iothreads are those that guests know: of a node document, or added while
	// a guest ran.
	iothreads knownIOThreads
}

type knownIOThread struct {
	id      uint32
	polling polling
}

// knownIOThreads is never changed in place: records share it.
type knownIOThreads []knownIOThread

func (k knownIOThreads) index(id uint32) int {
	return slices.IndexFunc(k, func(t knownIOThread) bool { return t.id == id })
}

func (k knownIOThreads) of(id uint32) (polling, bool) {
	if i := k.index(id); i >= 0 {
		return k[i].polling, true
	}
	return polling{}, false
}

// with is a copy where the thread polls like that; nil takes it out.
func (k knownIOThreads) with(id uint32, p *polling) knownIOThreads {
	out := slices.Clone(k)
	i := out.index(id)
	switch {
	case p == nil && i >= 0:
		return slices.Delete(out, i, i+1)
	case p == nil:
		return out
	case i < 0:
		return append(out, knownIOThread{id, *p})
	}
	out[i].polling = *p
	return out
}

// allIOThreads are those of a document, all known.
func allIOThreads(t *domxml.Domain) (k knownIOThreads) {
	for _, id := range t.IOThreadNumbers() {
		k = append(k, knownIOThread{uint32(id), newPolling})
	}
	return k
}
