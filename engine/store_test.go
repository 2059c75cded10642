package engine

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/govirtd/govirtd/domxml"
)

func benchStore(n int) (*store[int], []domxml.UUID) {
	s := newStore[int]()
	ids := make([]domxml.UUID, n)
	for i := range n {
		binary.BigEndian.PutUint32(ids[i][:], uint32(i+1))
		s.insert(new(int), fmt.Sprint(i), ids[i])
	}
	return s, ids
}

// BenchmarkStore is what looking up, listing and changing cost among ten thousand.
func BenchmarkStore(b *testing.B) {
	const n = 10_000
	b.Run("uuid", func(b *testing.B) {
		s, ids := benchStore(n)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if s.uuid(ids[i%n]) == nil {
				b.Fatal("lost")
			}
		}
	})
	b.Run("all", func(b *testing.B) {
		s, _ := benchStore(n)
		b.ReportAllocs()
		for b.Loop() {
			if len(s.all()) != n {
				b.Fatal("lost")
			}
		}
	})
	// The last one goes and comes back, as in a test that makes domains; and the oldest, as in a rolling fleet.
	for name, at := range map[string]func(i int) int{"replace-last": func(int) int { return n - 1 }, "replace-oldest": func(i int) int { return i % n }} {
		b.Run(name, func(b *testing.B) {
			s, ids := benchStore(n)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				k := at(i)
				t, name := s.byUUID[ids[k]], fmt.Sprint(k)
				s.remove(t, name, ids[k])
				s.insert(t, name, ids[k])
			}
		})
	}
}
