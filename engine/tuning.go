package engine

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
)

// tuning is what belongs to a domain but stands in no document. It outlives
// the guest, as in the reference.
type tuning struct {
	// iothreads are those that guests know: of a node document, or added to the
	// guest or the definition by a call.
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

// with is a copy with one more, as a thread that nobody has told how to poll.
// One that was added to the guest and to the definition is there twice.
func (k knownIOThreads) with(id uint32) knownIOThreads {
	return append(slices.Clone(k), knownIOThread{id, newPolling})
}

// without is a copy where the first of that number has gone.
func (k knownIOThreads) without(id uint32) knownIOThreads {
	out := slices.Clone(k)
	if i := out.index(id); i >= 0 {
		return slices.Delete(out, i, i+1)
	}
	return out
}

// polls is a copy where the first of that number polls like that.
func (k knownIOThreads) polls(id uint32, p polling) knownIOThreads {
	out := slices.Clone(k)
	if i := out.index(id); i >= 0 {
		out[i].polling = p
	}
	return out
}

// allIOThreads are those of a document, all known.
func allIOThreads(t *domxml.Domain) (k knownIOThreads) {
	for _, id := range t.IOThreadNumbers() {
		k = append(k, knownIOThread{uint32(id), newPolling})
	}
	return k
}
