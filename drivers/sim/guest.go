package sim

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Guest is one simulated guest.
type Guest struct {
	backend *Backend
	notify  drivers.Notify
	name    string
	id      int32
	drives  []string // targets of all disks
	disks   []string // of those that are neither cdrom nor floppy
	gone    chan struct{}

	mu     sync.Mutex
	time   drivers.GuestTime // of its clock
	frozen map[string]bool
	ended  bool
}

var (
	_ drivers.Pauser         = (*Guest)(nil)
	_ drivers.Shutdowner     = (*Guest)(nil)
	_ drivers.Rebooter       = (*Guest)(nil)
	_ drivers.Resetter       = (*Guest)(nil)
	_ drivers.MemorySetter   = (*Guest)(nil)
	_ drivers.VcpuSetter     = (*Guest)(nil)
	_ drivers.Hostnamer      = (*Guest)(nil)
	_ drivers.KeySender      = (*Guest)(nil)
	_ drivers.NMIInjector    = (*Guest)(nil)
	_ drivers.PasswordSetter = (*Guest)(nil)
	_ drivers.MemoryPeeker   = (*Guest)(nil)
)

// firstTime is what a guest's clock says until somebody sets it.
const firstTime = 627319920

// newGuest keeps nothing of the document: a part of its text would keep all of it alive.
func newGuest(b *Backend, d *domxml.Domain, o drivers.StartOptions, notify drivers.Notify) *Guest {
	g := &Guest{backend: b, notify: notify, name: strings.Clone(d.Name), id: o.ID, time: drivers.GuestTime{Seconds: firstTime}, frozen: map[string]bool{}, gone: make(chan struct{})}
	g.noteDisks(d)
	return g
}

// end marks the guest as gone; consoles hang up.
func (g *Guest) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.ended {
		g.ended = true
		close(g.gone)
	}
}

// Destroy ends the guest; nothing is there to flush.
func (g *Guest) Destroy(context.Context, bool) error {
	g.end()
	return nil
}

// Pause and Resume have nothing to stop.
func (g *Guest) Pause(context.Context) error { return nil }

// Resume continues what Pause did not stop.
func (g *Guest) Resume(context.Context) error { return nil }

// Shutdown powers off at once.
func (g *Guest) Shutdown(context.Context, vir.DomainShutdownFlags) error {
	g.notify(drivers.ShutDown{})
	return nil
}

// Reboot reboots at once.
func (g *Guest) Reboot(context.Context, vir.DomainRebootFlags) error {
	g.notify(drivers.Rebooted{})
	return nil
}

// Reset leaves everything as it is.
func (g *Guest) Reset(context.Context) error { return nil }

// SetMemory is obeyed at once.
func (g *Guest) SetMemory(context.Context, uint64) error { return nil }

// SetVcpus is obeyed at once.
func (g *Guest) SetVcpus(context.Context, int) error { return nil }

// Hostname is made from the domain's name.
func (g *Guest) Hostname(_ context.Context, domain string) (string, error) {
	return domain + "host", nil
}

// SendKeys types into the void.
func (g *Guest) SendKeys(context.Context, []uint32, time.Duration) error { return nil }

// InjectNMI is ignored by the guest.
func (g *Guest) InjectNMI(context.Context) error { return nil }

// SetUserPassword accepts every user.
func (g *Guest) SetUserPassword(context.Context, string, string, bool) error { return nil }

// PeekMemory finds at every address the address itself, modulo 256.
func (g *Guest) PeekMemory(_ context.Context, start uint64, size int, _ bool) ([]byte, error) {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(start + uint64(i))
	}
	return b, nil
}

var _ drivers.Tuner = (*Guest)(nil)

// Tunable: limits of a guest that is not there are what its document says.
func (*Guest) Tunable() {}
