//go:build linux

package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// bench is a storage with one pool in a directory of the test.
type bench struct {
	*testing.T
	s    *Storage
	pool *domxml.StoragePool
	dir  string
}

var secretValue = []byte("correct horse")

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, dir: filepath.Join(t.TempDir(), "pool")}
	b.s = New(Config{Secret: func(_ context.Context, s domxml.EncryptionSecret) ([]byte, error) {
		if s.UUID == nil {
			return nil, vir.Errorf(vir.FromSecret, vir.ErrNoSecret, "no secret with matching usage '%s'", s.Usage)
		}
		return secretValue, nil
	}})
	b.s.iterTime = "10"
	b.pool = b.parse("<pool type='dir'><name>p</name><target><path>" + b.dir + "</path></target></pool>")
	if err := b.s.BuildStoragePool(b.Context(), b.pool, 0); err != nil {
		t.Fatal(err)
	}
	b.scan()
	return b
}

func (b *bench) parse(doc string) *domxml.StoragePool {
	b.Helper()
	pool, err := domxml.ParseStoragePool([]byte(doc))
	if err != nil {
		b.Fatal(err)
	}
	pool.Generate(func(u []byte) { copy(u, b.Name()+doc) })
	return pool
}

func (b *bench) scan() map[string]*domxml.StorageVolume {
	b.Helper()
	c, err := b.s.ScanStoragePool(b.Context(), b.pool, nil)
	if err != nil {
		b.Fatal(err)
	}
	out := map[string]*domxml.StorageVolume{}
	for _, v := range c.Volumes {
		out[v.Name] = v
	}
	return out
}

// volume parses a document; rest is what stands in its target.
func (b *bench) volume(name, format string, capacity, allocation int, rest ...string) *domxml.StorageVolume {
	b.Helper()
	doc := fmt.Sprintf("<volume><name>%s</name><capacity>%d</capacity><allocation>%d</allocation><target><format type='%s'/>%s</target></volume>",
		name, capacity, allocation, format, strings.Join(rest, ""))
	vol, err := domxml.ParseStorageVolume([]byte(doc), b.pool.Type)
	if err != nil {
		b.Fatal(err)
	}
	b.s.PlaceStorageVolume(b.pool, vol)
	return vol
}

func over(vol *domxml.StorageVolume, path, format string) *domxml.StorageVolume {
	vol.BackingStore = &domxml.StorageBackingStore{Path: path, Format: &domxml.StorageFormat{Type: format}}
	return vol
}

func (b *bench) create(vol *domxml.StorageVolume) *domxml.StorageVolume {
	b.Helper()
	b.must(b.s.CreateStorageVolume(b.Context(), b.pool, vol, nil, 0))
	return vol
}

func (b *bench) clone(vol, from *domxml.StorageVolume, flags vir.StorageVolCreateFlags) error {
	return b.s.CreateStorageVolume(b.Context(), b.pool, vol, &drivers.StorageVolumeRef{Pool: b.pool, Volume: from}, flags)
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// fails asks for an error with a code and words in its text.
func (b *bench) fails(err error, code vir.ErrorNumber, words string) {
	b.Helper()
	var e *vir.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, strings.ReplaceAll(words, "@", b.dir)) {
		b.Errorf("got %v, want code %d with %q", err, code, words)
	}
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) write(name, text string) string {
	b.Helper()
	b.must(os.WriteFile(b.path(name), []byte(text), 0o644))
	return b.path(name)
}

func (b *bench) read(path string) []byte {
	b.Helper()
	text, err := os.ReadFile(path)
	b.must(err)
	return text
}

// needs skips where a tool is missing, which is a failure where all of them
// are expected.
func (b *bench) needs(tool string) {
	b.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("GOVIRTD_CI") == "1" {
			b.Fatal(err)
		}
		b.Skip("no " + tool)
	}
}

// qemuIO runs commands of qemu-io on an image.
func (b *bench) qemuIO(path, format string, commands ...string) string {
	b.Helper()
	b.needs("qemu-io")
	args := []string{"-f", format}
	for _, c := range commands {
		args = append(args, "-c", c)
	}
	out, err := exec.Command("qemu-io", append(args, path)...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "failed") {
		b.Fatalf("qemu-io: %v\n%s", err, out)
	}
	return string(out)
}
