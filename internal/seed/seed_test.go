package seed

import (
	"bytes"
	"encoding/hex"
	"io"
	"testing"
)

// TestBytes pins the values: worlds that people have written tests against
// must not change.
func TestBytes(t *testing.T) {
	b := Bytes(1, "domain", 1)
	// printf 'govirtd domain 1 1' | sha256sum
	if got := hex.EncodeToString(b[:8]); got != "07abc6cc17857e21" {
		t.Errorf("got %s", got)
	}
	if Bytes(1, "domain", 2) == b || Bytes(2, "domain", 1) == b || Bytes(1, "network", 1) == b {
		t.Error("different objects have the same bytes")
	}
}

func TestReader(t *testing.T) {
	read := func(seed uint64) []byte {
		b := make([]byte, 64)
		if _, err := io.ReadFull(Reader(seed), b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	if !bytes.Equal(read(7), read(7)) {
		t.Error("the same seed gives different bytes")
	}
	if bytes.Equal(read(7), read(8)) {
		t.Error("different seeds give the same bytes")
	}
}
