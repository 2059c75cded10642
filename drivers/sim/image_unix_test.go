//go:build unix

package sim

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/govirtd/govirtd/protocol/vir"
)

// TestPipeImages: a pipe in place of an image holds nobody.
func TestPipeImages(t *testing.T) {
	b, g := start(t, nil)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	done := make(chan error, 3)
	go func() {
		_, err := b.LoadImage(context.Background(), pipe)
		done <- err
		done <- b.SaveImage(context.Background(), g, pipe, "g", []byte("<domain/>"))
		done <- g.DumpCore(context.Background(), pipe, vir.DomainCoreDumpFormatRaw)
	}()
	for range 3 {
		select {
		case err := <-done:
			if !errors.Is(err, &vir.Error{Code: vir.ErrSystemError}) {
				t.Errorf("a pipe: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("hangs on a pipe")
		}
	}
}
