//go:build linux

// Package qemu is the backend of real guests: each is a QEMU process that is
// spoken to through its monitor.
//
// A guest lives on when the daemon ends. What the next daemon needs to find it
// is in a status file in libvirt's format (status.go); it is found again by
// Survivors. A process is held by a descriptor that says when it has ended
// (process.go), so that no number is ever mistaken for another process.
//
// A process may be frozen, or in the hands of its guest. Every command has a
// deadline, queries answer from what was last known when the monitor is silent
// (known.go), and nothing waits for a guest while it holds a lock of another.
package qemu

import (
	"context"
	"log/slog"
	"os"
	"reflect"
	"sync"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// Config is what a Backend is told.
type Config struct {
	Dirs Dirs
	// User is whom guests run as; nil leaves them with the daemon's rights.
	User *User
	// Emulator finds what is known of an emulator by its path; empty asks for
	// the one that fits the document. Nothing else is ever executed.
	Emulator func(ctx context.Context, d *domxml.Domain) (*qemucaps.Emulator, error)
	// Processors resolves CPUs; nil leaves them to the emulator.
	Processors Processors
	// Secret is the value of a secret of the host.
	Secret func(argv.SecretRef) ([]byte, error)
	// Volume is a volume of an active storage pool of the host.
	Volume func(pool, volume string) (*domxml.StorageVolume, error)
	// Settings are those of all command lines; what belongs to one guest is
	// filled in.
	Settings argv.Options
	// Times bound the waiting; zero ones are the defaults.
	Times Times
	// Log takes what nobody is told of; nil discards it.
	Log *slog.Logger
}

// Times are how long something may take.
type Times struct {
	// Start is from the beginning of a process until its monitor speaks.
	Start time.Duration
	// Verb is for a command that changes something.
	Verb time.Duration
	// Query is for one that asks; Glance is how long it is waited for when an
	// older answer is there.
	Query, Glance time.Duration
	// Term is from the first signal of Destroy to the second, Kill from there
	// until it gives up.
	Term, Kill time.Duration
}

func (t *Times) fill() {
	for _, d := range []struct {
		of    *time.Duration
		value time.Duration
	}{
		{&t.Start, 60 * time.Second}, {&t.Verb, 10 * time.Second}, {&t.Query, 2 * time.Second}, {&t.Glance, 25 * time.Millisecond},
		{&t.Term, 10 * time.Second}, {&t.Kill, 5 * time.Second},
	} {
		if *d.of == 0 {
			*d.of = d.value
		}
	}
}

// Backend runs guests as QEMU processes. Its methods may be called from any
// goroutine.
type Backend struct {
	cfg   Config
	log   *slog.Logger
	logs  logs
	ports *ports

	mu      sync.Mutex
	guests  map[*Guest]struct{}
	looking bool // at logs
}

var (
	_ drivers.Backend   = (*Backend)(nil)
	_ drivers.Survivors = (*Backend)(nil)
)

// New makes a backend and its folders.
func New(cfg Config) (*Backend, error) {
	cfg.Times.fill()
	for _, address := range []*string{&cfg.Settings.VNC.Listen, &cfg.Settings.SPICE.Listen} {
		if *address == "" {
			*address = "127.0.0.1"
		}
	}
	b := &Backend{cfg: cfg, log: cfg.Log, ports: newPorts(), guests: map[*Guest]struct{}{}}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.logs = logs{dir: cfg.Dirs.Log, max: logSize, keep: logBackups}
	if err := b.makeDirs(); err != nil {
		return nil, err
	}
	return b, nil
}

// GuestType is *Guest.
func (*Backend) GuestType() reflect.Type { return reflect.TypeFor[*Guest]() }

// logLook is how often the logs are looked at.
const logLook = 30 * time.Second

func (b *Backend) add(g *Guest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.guests[g] = struct{}{}
	if !b.looking {
		b.looking = true
		time.AfterFunc(logLook, b.lookAtLogs)
	}
}

// lookAtLogs keeps the logs small, as long as there are guests.
func (b *Backend) lookAtLogs() {
	b.mu.Lock()
	var names []string
	for g := range b.guests {
		names = append(names, g.name)
	}
	b.looking = len(names) > 0
	b.mu.Unlock()
	for _, name := range names {
		b.logs.rotate(name)
	}
	if len(names) > 0 {
		time.AfterFunc(logLook, b.lookAtLogs)
	}
}

func (b *Backend) remove(g *Guest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.guests, g)
}

// hostEnv looks up a variable for a guest's environment.
func hostEnv(name string) string { return os.Getenv(name) }
