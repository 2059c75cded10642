// Package seed makes what looks like chance from a number, the same on every
// machine and in every release: names, identifiers and sizes of made-up
// objects.
package seed

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
)

// Bytes are 32 bytes that belong to the n-th object of a kind: the SHA-256 sum
// of the text "govirtd KIND SEED N", so that programs in other languages can
// foresee them.
func Bytes(seed uint64, kind string, n int) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "govirtd %s %d %d", kind, seed, n))
}

// Reader is an endless stream for what has no number. It may be read from
// several goroutines; who comes first then decides who gets which bytes.
func Reader(seed uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return &reader{chacha: rand.NewChaCha8(key)}
}

type reader struct {
	mu     sync.Mutex
	chacha *rand.ChaCha8
}

func (r *reader) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.chacha.Read(b)
}
