package simulated

import (
	"context"
	"os"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/protocol/vir"
)

// guest is a simulated guest that tells what a QEMU would have told: names of
// devices, numbers of images, ports of screens, sockets. It has no terminals:
// their numbers would be those of somebody else's.
type guest struct {
	*sim.Guest
	document *domxml.Domain
	cpu      *domxml.CPU // of the definition, if the document's was made of it
	screens  uint32
	agent    bool // is inside
	release  func()
	notify   drivers.Notify
	off      atomic.Bool // the end was told of
}

var (
	_ drivers.Backend      = (*Host)(nil)
	_ drivers.LiveDocument = (*guest)(nil)
	_ drivers.BlockTimer   = (*guest)(nil)
	_ drivers.CPUResolver  = (*guest)(nil)

	_ drivers.MonitorCommander = (*guest)(nil)
)

// Start brings a guest to life.
func (h *Host) Start(ctx context.Context, d *domxml.Domain, o drivers.StartOptions, notify drivers.Notify) (drivers.Guest, error) {
	document := d.Clone()
	document.ID = o.ID
	cpu, err := h.resolveCPU(ctx, document)
	if err != nil {
		return nil, err
	}
	taken := h.live.take(document)
	release := sync.OnceFunc(func() { h.live.put(taken) })
	if len(document.SecLabels) == 0 {
		document.SecLabels = []domxml.SecLabel{{Type: "dynamic", Model: "dac", Relabel: domxml.Yes, Label: owner, ImageLabel: owner}}
	}
	if document.Resource == nil {
		document.Resource = &domxml.Resource{Partition: "/machine"}
	}
	options := argv.Options{
		Dirs: argv.NewDirs(stateDir, runDir, o.ID, d.Name),
		VNC:  argv.VNCOptions{Listen: "127.0.0.1"}, SPICE: argv.SPICEOptions{Listen: "127.0.0.1"},
	}
	if err := argv.Prepare(document, &options); err != nil {
		release()
		return nil, err
	}
	g := &guest{document: document, cpu: cpu, agent: connectChannels(document), release: release}
	for i := range document.Devices.Videos {
		if m := document.Devices.Videos[i].Model; m != nil && m.Type != "none" {
			g.screens += max(1, uint32(m.Heads))
		}
	}
	g.notify = notify
	inside, err := h.simulation.Start(ctx, document, o, g.tell)
	if err != nil {
		release()
		return nil, err
	}
	g.Guest = inside.(*sim.Guest)
	return g, nil
}

// GuestType is that of what Start returns.
func (*Host) GuestType() reflect.Type { return reflect.TypeFor[*guest]() }

// resolveCPU makes the CPU of a document one that the emulator has, and returns
// what it was before; nil where there is no map of CPUs to do so with, and the
// document stays as it is.
func (h *Host) resolveCPU(ctx context.Context, d *domxml.Domain) (*domxml.CPU, error) {
	if d.CPU == nil || h.ProcessorMap(ctx) == nil {
		return nil, nil
	}
	e, err := h.Emulator(ctx, d.Devices.Emulator)
	if err != nil {
		return nil, err
	}
	original := d.Clone().CPU
	return original, h.ResolveCPU(ctx, d, e)
}

// OriginalCPU is the CPU as the definition had it.
func (g *guest) OriginalCPU() *domxml.CPU { return g.cpu }

// LiveDocument is the document that the guest was started with.
func (g *guest) LiveDocument() *domxml.Domain { return g.document }

// Destroy ends the guest, which gives back what it had of the host. As a QEMU
// that is told to end it says so first.
func (g *guest) Destroy(ctx context.Context, graceful bool) error {
	if !g.off.Swap(true) {
		g.notify(drivers.ShutDown{Detail: vir.DomainEventShutdownHost, Destroyed: true})
	}
	g.release()
	return g.Guest.Destroy(ctx, graceful)
}

// tell passes on what the guest reports. Clients of QEMU hear that a guest has
// powered off before they hear that it has ended, unless it starts again.
func (g *guest) tell(f drivers.Fact) {
	if s, ok := f.(drivers.ShutDown); ok && s.Detail == 0 && !slices.Contains(again, g.document.OnPoweroff) {
		g.off.Store(true)
		g.notify(drivers.ShutDown{Detail: vir.DomainEventShutdownGuest, Destroyed: true})
	}
	g.notify(f)
}

// again are what a document wants of a guest that is to start again.
var again = []domxml.LifecycleAction{domxml.LifecycleRestart, domxml.LifecycleRestartRename}

// BlockTimes says that the counters of disks are those of QEMU.
func (*guest) BlockTimes() {}

// MonitorCommand is VIR_ERR_OPERATION_UNSUPPORTED: nobody could foresee what
// such a monitor says.
func (*guest) MonitorCommand(context.Context, string, bool, []*os.File) (string, error) {
	return "", vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "a simulated guest has no monitor")
}

// DiskErrors finds none: those of the simulation are for clients of test:///.
func (*guest) DiskErrors(context.Context) ([]drivers.DiskError, error) { return nil, nil }

// live is what running guests have of the host: ports of screens.
type live struct {
	mu    sync.Mutex
	ports []int
}

// The first ports of the reference.
const (
	firstDisplayPort   = 5900
	firstWebSocketPort = 5700
)

// take gives a document the ports that it leaves to the host, and returns all
// that it has.
func (l *live) take(d *domxml.Domain) (taken []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	give := func(first int) *int {
		for slices.Contains(l.ports, first) {
			first++
		}
		l.ports, taken = append(l.ports, first), append(taken, first)
		return &first
	}
	for i := range d.Devices.Graphics {
		g := &d.Devices.Graphics[i]
		if g.Type != "vnc" && g.Type != "spice" || len(g.Listens) > 0 && (g.Listens[0].Type == "socket" || g.Listens[0].Type == "none") {
			continue
		}
		if g.AutoPort == domxml.Yes || g.Type == "vnc" && g.Port != nil && *g.Port == -1 {
			g.Port = give(firstDisplayPort)
		} else if g.Port != nil && *g.Port > 0 {
			l.ports, taken = append(l.ports, *g.Port), append(taken, *g.Port)
		}
		if g.Type == "vnc" && g.WebSocket != nil && *g.WebSocket == -1 {
			g.WebSocket = give(firstWebSocketPort)
		}
	}
	return taken
}

// put takes ports back.
func (l *live) put(taken []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, port := range taken {
		if i := slices.Index(l.ports, port); i >= 0 {
			l.ports = slices.Delete(l.ports, i, i+1)
		}
	}
}
