package sim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

func testVolume(t *testing.T, b *Backend, pool *domxml.StoragePool, name string, capacity uint64) (*domxml.StorageVolume, drivers.StorageVolumeContent) {
	t.Helper()
	v := &domxml.StorageVolume{Name: name, Capacity: domxml.Bytes(capacity)}
	c, err := b.OpenStorageVolume(context.Background(), pool, v)
	if err != nil {
		t.Fatal(err)
	}
	return v, c
}

// TestVolumeContent does random things to a volume and to a slice of bytes.
func TestVolumeContent(t *testing.T) {
	b := New(drivers.SimulatedHost{}, nil)
	pool := &domxml.StoragePool{Name: "p", UUID: domxml.UUID{1}}
	_, c := testVolume(t, b, pool, "v", 5*volumeBlock+77)
	model := make([]byte, 5*volumeBlock+77)
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		off := r.IntN(7 * volumeBlock)
		n := r.IntN(2 * volumeBlock)
		if end := off + n; end > len(model) {
			model = append(model, make([]byte, end-len(model))...)
		}
		if r.IntN(3) == 0 {
			if err := c.PunchHole(int64(off), int64(n)); err != nil {
				t.Fatal(err)
			}
			clear(model[off : off+n])
		} else {
			p := make([]byte, n)
			if r.IntN(3) > 0 {
				for i := range p {
					p[i] = byte(r.Uint32())
				}
			}
			if _, err := c.WriteAt(p, int64(off)); err != nil {
				t.Fatal(err)
			}
			copy(model[off:], p)
		}
		if c.Size() != int64(len(model)) {
			t.Fatalf("size %d, want %d", c.Size(), len(model))
		}
	}
	got, err := io.ReadAll(io.NewSectionReader(c, 0, c.Size()+1))
	if err != nil || !bytes.Equal(got, model) {
		t.Fatalf("content differs: %v", err)
	}
	// Between the pieces of data there are zeros only.
	data := make([]byte, len(model))
	for at := int64(0); at < c.Size(); {
		start, end, err := c.NextData(at)
		if err != nil || start < at || end < start {
			t.Fatalf("data behind %d: %d to %d, %v", at, start, end, err)
		}
		copy(data[start:end], model[start:end])
		at = max(end, start+1)
	}
	if !bytes.Equal(data, model) {
		t.Error("NextData leaves something out")
	}
}

// TestDifference32VolumeBound fills the host and finds room again after a deletion.
func TestDifference32VolumeBound(t *testing.T) {
	b := New(drivers.SimulatedHost{}, nil)
	pool := &domxml.StoragePool{Name: "p", UUID: domxml.UUID{1}}
	v, c := testVolume(t, b, pool, "v", 0)
	b.contents.stored = maxContents - volumeBlock // as if others had the rest
	if _, err := c.WriteAt([]byte{1}, 0); err != nil {
		t.Fatal(err)
	}
	_, err := c.WriteAt([]byte{1}, volumeBlock)
	var e *vir.Error
	if !errors.As(err, &e) || e.Code != vir.ErrSystemError || e.Int1 != 28 {
		t.Fatalf("beyond the bound: %v", err)
	}
	if _, err := c.WriteAt(make([]byte, volumeBlock), volumeBlock); err != nil {
		t.Fatalf("zeros take no room: %v", err)
	}
	if err := b.DeleteStorageVolume(context.Background(), pool, v, 0); err != nil {
		t.Fatal(err)
	}
	if b.contents.stored != maxContents-volumeBlock {
		t.Errorf("%d bytes are kept after the deletion", b.contents.stored)
	}
}

// TestVolumeCopy copies as much as the copy has room for, and forgets a pool.
func TestVolumeCopy(t *testing.T) {
	b := New(drivers.SimulatedHost{}, nil)
	pool := &domxml.StoragePool{Name: "p", UUID: domxml.UUID{1}}
	v, c := testVolume(t, b, pool, "v", 3*volumeBlock)
	if _, err := c.WriteAt(bytes.Repeat([]byte{7}, 2*volumeBlock), 0); err != nil {
		t.Fatal(err)
	}
	w := &domxml.StorageVolume{Name: "w", Capacity: domxml.Bytes(volumeBlock + 10)}
	if err := b.CreateStorageVolume(context.Background(), pool, w, &drivers.StorageVolumeRef{Pool: pool, Volume: v}, 0); err != nil {
		t.Fatal(err)
	}
	_, d := testVolume(t, b, pool, "w", 0)
	got, _ := io.ReadAll(io.NewSectionReader(d, 0, 1<<20))
	if !bytes.Equal(got, bytes.Repeat([]byte{7}, volumeBlock+10)) {
		t.Errorf("%d bytes in the copy", len(got))
	}
	b.ForgetStoragePool(pool)
	if b.contents.stored != 0 {
		t.Errorf("%d bytes are kept", b.contents.stored)
	}
}
