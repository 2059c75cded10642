//go:build linux

package qemucaps

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestStore walks through what a daemon does in its lives: asks once, starts
// nothing when it comes again, and asks anew when something has changed.
func TestStore(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-x86_64", fakeScript{Arch: "x86_64", Machine: "pc"})
	dir := filepath.Join(t.TempDir(), "qemu", "capabilities")
	store := func() *Store { return &Store{Dir: dir, Self: "1.0", Dirs: []string{filepath.Dir(path)}, NoKVM: true} }
	get := func(s *Store, want int, when string) *Emulator {
		t.Helper()
		e, err := s.Get(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(starts(t, path)); n != want {
			t.Fatalf("%s: started %d times instead of %d", when, n, want)
		}
		return e
	}
	s := store()
	first := get(s, 2, "first") // itself, and its properties
	if again := get(s, 2, "same daemon"); again != first {
		t.Error("not the same value in the same daemon")
	}
	if warm := get(store(), 2, "next daemon"); !reflect.DeepEqual(first, warm) {
		t.Errorf("next daemon: %+v instead of %+v", warm, first)
	}
	s.Self = "1.1"
	get(s, 4, "other daemon")
	s = store()
	get(s, 6, "daemon of before")

	// Another binary of the same size.
	if err := os.Chtimes(path, time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	setScript(t, path, fakeScript{Arch: "x86_64", Machine: "q35"})
	if e := get(s, 8, "other binary"); e.Machines[0].Name != "q35" {
		t.Errorf("still %v", e.Machines)
	}

	files, err := filepath.Glob(dir + "/*")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v: %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, damaged := range [][]byte{nil, text[:len(text)/2], []byte("{}"), make([]byte, len(text))} {
		if err := os.WriteFile(files[0], damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		get(store(), 10+2*i, "damaged file")
		get(store(), 10+2*i, "repaired file")
	}
	if hidden, err := filepath.Glob(dir + "/.*"); err != nil || len(hidden) > 0 {
		t.Errorf("left behind: %v %v", hidden, err)
	}
}

// TestStoreWithoutFolder knows as much, only not for long.
func TestStoreWithoutFolder(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-x86_64", fakeScript{Arch: "x86_64", Machine: "pc"})
	for _, dir := range []string{"", "/proc/nowhere"} {
		s := &Store{Dir: dir, Dirs: []string{filepath.Dir(path)}, NoKVM: true}
		if e, err := s.Get(t.Context(), path); err != nil || e.Arch != "x86_64" {
			t.Errorf("%q: %v", dir, err)
		}
	}
}

// TestStoreAllows starts nothing that is not an emulator of the machine.
func TestStoreAllows(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-x86_64", fakeScript{Arch: "x86_64", Machine: "pc"})
	other := fakeEmulator(t, "qemu-system-mine", fakeScript{Arch: "x86_64", Machine: "pc"})
	s := &Store{Dirs: []string{"/nonexistent", filepath.Dir(path), filepath.Dir(other)}, NoKVM: true}
	var not *NotAllowedError
	if _, err := s.Get(t.Context(), other); !errors.As(err, &not) || not.Path != other || starts(t, other) != nil {
		t.Errorf("%v; started %q", err, starts(t, other))
	}
	if _, err := s.Get(t.Context(), path+"-none"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), "qemu-system-x86_64"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), filepath.Dir(path)); !errors.Is(err, syscall.EISDIR) {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), path+".script"); !errors.Is(err, os.ErrPermission) {
		t.Error(err)
	}
	s.Named = []string{other}
	if _, err := s.Get(t.Context(), other); err != nil {
		t.Error(err)
	}
	if found := s.Found(); !reflect.DeepEqual(found, map[string]string{"x86_64": path}) {
		t.Errorf("found %v", found)
	}
	for _, mode := range []os.FileMode{0o644, 0o757} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if found := s.Found(); len(found) != 0 {
			t.Errorf("mode %v: found %v", mode, found)
		}
	}
}

// TestStoreTurns has many callers of one emulator, which is asked once; one
// that never answers is waited for no longer than each of them likes, and
// delays nobody else.
func TestStoreTurns(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-x86_64", fakeScript{Arch: "x86_64", Machine: "pc"})
	stuck := fakeEmulator(t, "qemu-system-i386", fakeScript{Hang: true})
	s := &Store{Dirs: []string{filepath.Dir(path), filepath.Dir(stuck)}, NoKVM: true, Timeout: 2 * time.Second}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if _, err := s.Get(ctx, stuck); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := s.Get(t.Context(), path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(starts(t, path)); n != 2 {
		t.Errorf("started %d times", n)
	}
	gone(t, stuck)
}

// TestStoreRemembersFailure does not start a broken emulator at every call.
func TestStoreRemembersFailure(t *testing.T) {
	path := fakeEmulator(t, "qemu-system-x86_64", fakeScript{Words: "broken"})
	s := &Store{Dir: t.TempDir(), Dirs: []string{filepath.Dir(path)}, NoKVM: true}
	for range 3 {
		if _, err := s.Get(t.Context(), path); err == nil || err.Error() != "Failed to probe QEMU binary with QMP: broken" {
			t.Fatal(err)
		}
	}
	if n := len(starts(t, path)); n != 1 {
		t.Errorf("started %d times", n)
	}
}
