//go:build linux

package qemucaps

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Store knows emulators. What it learns is kept in files, so that the next
// daemon starts no emulator to ask; it is asked again when anything that the
// knowledge depends on has changed. Its methods may be called from any
// goroutine. Its fields must not change once it is in use.
type Store struct {
	// Dir has the files; "" keeps nothing. It is made when it is needed.
	Dir string
	// Self is the version of the daemon, which may ask differently than others.
	Self string
	// Dirs are where emulators are looked for; nil is the package's Dirs.
	Dirs []string
	// Named are emulators that the administrator allows besides those.
	Named []string
	// As is who runs an emulator that is asked; nil is ourselves.
	As *User
	// NoKVM asks as if there were no /dev/kvm.
	NoKVM bool
	// Timeout bounds a probe; zero is DefaultTimeout.
	Timeout time.Duration

	mu    sync.Mutex
	known map[string]*entry
}

// entry is one emulator. Its turn is held by whoever looks at it or asks it,
// so that one which answers slowly delays nobody who asks about another.
type entry struct {
	turn     chan struct{}
	valid    validity
	emulator *Emulator
	err      error     // why it cannot be asked
	failed   time.Time // when that was
}

// again is how long a failed probe is not repeated.
const again = 30 * time.Second

// NotAllowedError says that a program is no emulator that may be started.
type NotAllowedError struct{ Path string }

func (e *NotAllowedError) Error() string {
	return fmt.Sprintf("%s is not an emulator that was found, nor one that the administrator has named", e.Path)
}

// Found are the emulators of the machine by their targets (i386, x86_64).
func (s *Store) Found() map[string]string {
	if s.Dirs == nil {
		return Find(Dirs)
	}
	return Find(s.Dirs)
}

// allowed reports whether a program may be started.
func (s *Store) allowed(path string) error {
	for _, named := range s.Named {
		if path == named {
			return nil
		}
	}
	for _, found := range s.Found() {
		if path == found {
			return nil
		}
	}
	if !filepath.IsAbs(path) {
		return &fs.PathError{Op: "execute", Path: path, Err: fs.ErrNotExist}
	}
	if err := trusted(path); err != nil {
		return err
	}
	return &NotAllowedError{path}
}

// Get is what an emulator can do. Errors are those of the file system where it
// cannot be executed, *NotAllowedError, that of ctx, and otherwise what the
// emulator itself says.
func (s *Store) Get(ctx context.Context, path string) (*Emulator, error) {
	s.mu.Lock()
	e := s.known[path]
	if e == nil {
		if err := s.allowed(path); err != nil {
			s.mu.Unlock()
			return nil, err
		}
		if s.known == nil {
			s.known = map[string]*entry{}
		}
		e = &entry{turn: make(chan struct{}, 1)}
		s.known[path] = e
	}
	s.mu.Unlock()
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-e.turn }()
	valid, err := s.validity(path)
	if err != nil {
		return nil, err
	}
	if e.valid == valid && (e.err == nil || time.Since(e.failed) < again) {
		return e.emulator, e.err
	}
	emulator := s.read(valid)
	if emulator == nil {
		if err := trusted(path); err != nil {
			return nil, err
		}
		emulator, err = Probe(ctx, path, Options{KVM: valid.KVM != "", As: s.As, Timeout: s.Timeout})
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err() // the caller has gone, which says nothing about the emulator
		}
		if err == nil {
			// A store that cannot be written asks again next time.
			_ = s.write(valid, emulator)
		}
	}
	e.valid, e.emulator, e.err, e.failed = valid, emulator, err, time.Now()
	return emulator, err
}

// kept is a file of the store.
type kept struct {
	Valid    validity  `json:"valid"`
	Emulator *Emulator `json:"emulator"`
}

func (s *Store) file(path string) string {
	name := sha256.Sum256([]byte(path))
	return filepath.Join(s.Dir, hex.EncodeToString(name[:])+".json")
}

// read gives nil where there is nothing, or something that is no longer true.
func (s *Store) read(valid validity) *Emulator {
	if s.Dir == "" {
		return nil
	}
	name := s.file(valid.Path)
	if info, err := os.Stat(name); err != nil || info.Size() > maxRecording {
		return nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	var k kept
	if json.Unmarshal(text, &k) != nil || k.Emulator == nil || k.Valid != valid || k.Emulator.Path != valid.Path {
		return nil
	}
	return k.Emulator
}

// write replaces a file in one step. It is not made durable: one that a loss of
// power damages is read as nothing.
func (s *Store) write(valid validity, e *Emulator) error {
	if s.Dir == "" {
		return nil
	}
	text, err := json.Marshal(kept{valid, e})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.Dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), s.file(valid.Path))
	}
	if err != nil {
		os.Remove(f.Name()) //nolint:errcheck // it is already an error
	}
	return err
}
