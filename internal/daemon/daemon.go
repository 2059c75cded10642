// Package daemon wires the parts together: configuration in, a serving
// process out. It is one of the few packages that see everything.
package daemon

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	qemupersonality "github.com/govirtd/govirtd/drivers/personality/qemu"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/internal/simulated"
	"github.com/govirtd/govirtd/remote"
)

// shutdownGrace is how long calls in progress may take when the daemon stops.
const shutdownGrace = 5 * time.Second

// MaxDomains bounds Config.Domains.
const MaxDomains = testpersonality.MaxDomains

// Config is what a daemon is started with.
type Config struct {
	// SockDir holds libvirt-sock and libvirt-sock-ro; it is made if missing.
	SockDir string
	// Strict makes the daemon answer as libvirt 11.3.0 only.
	Strict bool
	// Domains is how many made-up domains test:///default has instead of its
	// one. Seed is what they are made from, the same ones as virttest's.
	Domains int
	Seed    uint64
	// CPUMap is the folder of libvirt's map of CPUs; empty is where libvirt
	// installs it.
	CPUMap string
	// QEMU says what qemu:/// URIs lead to; QEMUUser and QEMUGroup whom real
	// guests of a root daemon run as, libvirt-qemu unless given. Emulators are
	// programs that may be executed besides those that are found.
	QEMU                QEMUMode
	QEMUUser, QEMUGroup string
	Emulators           []string
	// Root has all places below it if it is given. Version is the daemon's own.
	Root, Version string
	// Rand is for what documents leave to chance; nil is the system's.
	Rand io.Reader
	Log  *slog.Logger
	// Options are the limits of the transport; its Logger is Log.
	Options remote.Options
}

// Sockets are the paths that a daemon with this configuration listens on.
func (c Config) Sockets() (rw, ro string) {
	return filepath.Join(c.SockDir, "libvirt-sock"), filepath.Join(c.SockDir, "libvirt-sock-ro")
}

// Daemon is a daemon that listens.
type Daemon struct {
	cfg       Config
	engine    *engine.Engine
	qemu      *qemuHost // nil where there is none
	server    *remote.Server
	listeners []remote.Listener
}

// Drivers are the URI schemes of this build.
func (c Config) Drivers() []drivers.Driver {
	return []drivers.Driver{
		testpersonality.Driver{
			NewBackend: func(h drivers.SimulatedHost) drivers.Backend {
				b := sim.New(h, time.Now)
				if c.CPUMap != "" {
					b.UseCPUMap(c.CPUMap)
				}
				return b
			},
			Domains: c.Domains,
			Seed:    c.Seed,
		},
	}
}

// simulatedURI is the host that is always there.
const simulatedURI = "test:///default"

// Listen makes the daemon and its sockets. A *remote.InUseError says that
// another daemon is there.
func Listen(ctx context.Context, cfg Config) (*Daemon, error) {
	hostname, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.SockDir, 0o755); err != nil {
		return nil, err
	}
	cfg.Options.Logger = cfg.Log
	list, real := cfg.Drivers(), cfg.realQEMU()
	defaultURI := simulatedURI
	switch {
	case cfg.QEMU == QEMUSimulated:
		defaultURI = "qemu:///system" // for every user: it is nobody's machine
		list = append(list, simulated.New(simulated.Config{CPUMap: cfg.CPUMap}))
	case real != nil:
		// whoever names no host means the machine's own guests, as with libvirtd
		defaultURI = real.uri()
		list = append(list, qemupersonality.Driver{Host: real.open, Session: real.places.session})
	}
	e := engine.New(engine.Config{
		Drivers:    list,
		DefaultURI: defaultURI,
		Strict:     cfg.Strict,
		Log:        cfg.Log,
		Rand:       cfg.Rand,
		Hostname:   hostname,
	})
	if real != nil {
		real.secret = func(uuid domxml.UUID, usage domxml.SecretUsageType, id string) ([]byte, error) {
			return e.SecretValue(qemupersonality.HostKey, uuid, usage, id)
		}
		real.volume = func(pool, volume string) (*domxml.StorageVolume, error) {
			return e.VolumeOf(qemupersonality.HostKey, pool, volume)
		}
	}
	if !cfg.Strict && cfg.Rand == nil && cfg.Domains == 0 {
		// The first client finds the simulated host made, which takes as long as all the rest of the start. The
		// strict mode makes one for each crowd of clients, and what is drawn from a seed is drawn in order.
		go e.Open(context.WithoutCancel(ctx), simulatedURI) //nolint:errcheck // the client that asks for it hears why not
	}
	d := &Daemon{cfg: cfg, engine: e, qemu: real, server: remote.NewServer(e.Table(), cfg.Options)}
	rw, ro := cfg.Sockets()
	for _, s := range []struct {
		path     string
		mode     os.FileMode
		readOnly bool
	}{{rw, remote.ModeReadWrite, false}, {ro, remote.ModeReadOnly, true}} {
		l, err := remote.Listen(ctx, s.path, s.mode)
		if err != nil {
			d.close()
			return nil, fmt.Errorf("listening on %s: %w", s.path, err)
		}
		d.listeners = append(d.listeners, remote.Listener{Listener: l, ReadOnly: s.readOnly})
	}
	return d, nil
}

// realQEMU prepares the host of real guests, nil where there shall be none.
func (c Config) realQEMU() *qemuHost {
	if c.QEMU == QEMUOff || c.QEMU == QEMUSimulated {
		return nil
	}
	return newQEMUHost(c)
}

// adopt finds what an earlier daemon has left, before anybody asks for it.
func (d *Daemon) adopt(ctx context.Context) {
	if d.qemu == nil || !d.qemu.inUse() {
		return
	}
	if err := d.engine.Open(ctx, d.qemu.uri()); err != nil {
		d.cfg.Log.Error("what an earlier daemon has left is not there yet", "uri", d.qemu.uri(), "error", err)
	}
}

func (d *Daemon) close() {
	for _, l := range d.listeners {
		l.Close()
	}
}

// Serve serves until ctx ends, then lets the calls in progress be answered,
// tells the clients and removes the sockets.
func (d *Daemon) Serve(ctx context.Context) error {
	serving, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go d.adopt(serving)
	go func() { done <- d.server.Serve(serving, d.listeners...) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, stop := context.WithTimeout(context.Background(), shutdownGrace)
	defer stop()
	if err := d.server.Shutdown(grace); err != nil {
		d.cfg.Log.Warn("some clients were cut off", "error", err)
	}
	return <-done
}

// Stats are the counts of the transport.
func (d *Daemon) Stats() remote.Stats { return d.server.Stats() }
