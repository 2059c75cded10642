package engine

import (
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/lxcproto"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

// LibVersion is the libvirt release whose behaviour clients get, in the form
// of virConnectGetLibVersion: 11.3.0.
const LibVersion = 11_003_000

// Config is what an Engine is made of.
type Config struct {
	// Drivers serve the URI schemes.
	Drivers []drivers.Driver
	// DefaultURI is opened for clients that name none.
	DefaultURI string
	// Strict makes the engine answer only what libvirt 11.3.0 answers, per
	// procedure and flag, and keep its lifetimes.
	Strict bool
	Log    *slog.Logger // nil discards
	Rand   io.Reader    // for UUIDs; nil is the system's
	Now    func() time.Time
	// Hostname is virConnectGetHostname's answer.
	Hostname string
}

// Engine holds the hosts and serves procedures.
type Engine struct {
	cfg   Config
	log   *slog.Logger
	table *proc.Table
	// bindings are complete before the first connection and only read later.
	bindings map[*proc.Info]*binding

	mu    sync.Mutex
	hosts map[string]*Host // the shared ones, by key
	// making are those that are being opened.
	making map[string]*making
	// addresses are URIs that clients have named; see again.
	addresses map[string]address
}

// New makes an engine; every procedure of the remote, qemu and lxc programs
// is bound in its table.
func New(cfg Config) *Engine {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	e := &Engine{
		cfg:      cfg,
		log:      cfg.Log,
		table:    proc.NewTable(&remoteproto.Program, &qemuproto.Program, &lxcproto.Program),
		bindings: map[*proc.Info]*binding{},
		hosts:    map[string]*Host{},
		making:   map[string]*making{},

		addresses: map[string]address{},
	}
	b := &binder{engine: e}
	bindConnect(b)
	bindConnectCPU(b)
	bindConnectCPUCompare(b)
	bindNode(b)
	bindNodeMemory(b)
	bindDomains(b)
	bindNetworks(b)
	bindMonitorEvents(b)
	bindMonitorCommand(b)
	bindConnectDomainXML(b)
	bindHostObjects(b)
	bindStorage(b)
	bindRest(b)
	bindPrompt(b)
	return e
}

// Table is what a transport serves.
func (e *Engine) Table() *proc.Table { return e.table }
