//go:build linux

package qemu

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/qmp"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Guest is one QEMU process.
type Guest struct {
	backend  *Backend
	name     string
	id       int32
	emulator *qemucaps.Emulator
	dirs     argv.Dirs
	proc     *process
	mon      *qmp.Client
	notify   drivers.Notify
	images   []string // whose owner was changed
	ports    []int
	lastNode uint             // the highest number that an image has had
	cpu      *domxml.CPU      // of the definition; never changed
	foreign  string           // what another daemon has put into the status
	tainted  atomic.Bool      // said in the log
	standing atomic.Int32     // of its domain: see endTPM
	places   map[string]place // of disks that are volumes of pools, by target

	// live is the document as the engine last had it; it is never changed.
	live atomic.Pointer[domxml.Domain]
	// started is when the process was taken on.
	started time.Time
	// over is closed when the process has ended, all facts were told and all
	// that it had of the host was put back.
	over chan struct{}

	life life

	blocks  known[map[string]blockFigures]
	balloon known[balloonFigures]
	errors  known[[]drivers.DiskError]
	polls   known[[2]uint64]
	dirty   known[dirtyRate]

	iothreads known[[]IOThread]

	statusMu sync.Mutex
}

// life is what has happened to a guest. The monitor's events and the verbs
// change it.
type life struct {
	mu sync.Mutex
	// begun says that the start is over, and somebody knows of the guest.
	begun bool
	// asked counts verbs under way that stop or continue the guest: what the
	// monitor says of that is no news.
	asked int
	// explained says that the next stop was told of already, by the event that
	// is its reason.
	explained bool
	// off says that the guest has powered off, or was told to.
	off bool
	// rebooting says that the guest was asked to reboot by powering off.
	rebooting bool
	// destroyed says that Destroy was called.
	destroyed bool
	// orderly is what the end of the process will have been.
	orderly bool
	// stopped says that the virtual CPUs stand.
	stopped bool
	// actions are what the definition wants, as the engine last said.
	actions [3]domxml.LifecycleAction
}

var (
	_ drivers.Guest          = (*Guest)(nil)
	_ drivers.LiveDocument   = (*Guest)(nil)
	_ drivers.LifecycleActor = (*Guest)(nil)
)

// newGuest is a guest whose process is still to come.
func (b *Backend) newGuest(d *domxml.Domain, id int32, e *qemucaps.Emulator, notify drivers.Notify) *Guest {
	g := &Guest{backend: b, name: d.Name, id: id, emulator: e, notify: notify, over: make(chan struct{}),
		dirs: argv.NewDirs(b.cfg.Dirs.Lib, b.cfg.Dirs.Run, id, d.Name)}
	g.life.actions = [3]domxml.LifecycleAction{d.OnPoweroff, d.OnReboot, d.OnCrash}
	return g
}

// LiveDocument is the document as the engine last had it.
func (g *Guest) LiveDocument() *domxml.Domain { return g.live.Load() }

// connect takes over a connection to the monitor.
func (g *Guest) connect(conn net.Conn) {
	g.mon = qmp.New(conn, qmp.Options{Events: g.event, Closed: g.disconnected})
}

// verb runs a command that changes something.
func (g *Guest) verb(ctx context.Context, command string, args, out any) error {
	ctx, cancel := context.WithTimeout(qmp.WithOwner(ctx, drivers.Caller(ctx)), g.backend.cfg.Times.Verb)
	defer cancel()
	return g.monitorError(g.mon.Run(ctx, command, args, out))
}

// object is the arguments of a command.
type object map[string]any

// begin makes the guest known.
func (g *Guest) begin() {
	g.life.mu.Lock()
	g.life.begun = true
	g.life.mu.Unlock()
	g.backend.add(g)
	go g.follow()
	time.AfterFunc(primeAfter, g.prime)
}

// primeAfter leaves a guest alone while it starts.
const primeAfter = 500 * time.Millisecond

// prime learns what bulk statistics tell, so that something is known should
// the process stand still when it is asked for the first time.
func (g *Guest) prime() {
	ctx, cancel := context.WithTimeout(context.Background(), g.backend.cfg.Times.Query)
	defer cancel()
	if g.mon.Err() != nil {
		return
	}
	_, _ = g.figures(ctx)
	if g.live.Load().HasMemballoon() {
		_, _ = g.balloonNow(ctx)
	}
	_, _ = g.DiskErrors(ctx)
	_, _ = g.dirtyRate(ctx)
}

// follow waits for the end of the process and clears up.
func (g *Guest) follow() {
	<-g.proc.done
	// What it has said last is still on its way, unless somebody else has got
	// hold of its socket.
	select {
	case <-g.mon.Done():
	case <-time.After(time.Second):
		g.mon.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	g.mon.Settle(ctx)
	cancel()
	g.life.mu.Lock()
	destroyed, orderly := g.life.destroyed, g.life.orderly
	g.life.mu.Unlock()
	reason := "crashed"
	switch {
	case destroyed:
		reason = "destroyed"
	case orderly:
		reason = "shutdown"
	}
	g.backend.logs.note(g.name, "shutting down, reason=%s", reason)
	g.clear()
	g.proc.release()
	close(g.over)
	if !destroyed {
		g.notify(drivers.Gone{Failed: !orderly})
	}
}

// clear removes what a guest had of the host, and what was written about it.
func (g *Guest) clear() {
	b := g.backend
	b.remove(g)
	g.forgetStatus()
	g.endTPM()
	b.ports.put(g.ports)
	g.giveImages()
	for _, dir := range []string{g.dirs.Lib, g.dirs.Channel, g.dirs.RAM} {
		if err := os.RemoveAll(dir); err != nil {
			b.log.Warn("what a guest has left stays", "domain", g.name, "path", dir, "error", err)
		}
	}
}

// SetLifecycleAction takes note of what the definition wants now.
func (g *Guest) SetLifecycleAction(ctx context.Context, event vir.DomainLifecycle, action domxml.LifecycleAction) error {
	if event == vir.DomainLifecycleReboot {
		if err := g.setRebootAction(ctx, action); err != nil {
			return err
		}
	}
	g.life.mu.Lock()
	defer g.life.mu.Unlock()
	if int(event) < len(g.life.actions) {
		g.life.actions[event] = action
	}
	return nil
}
