//go:build linux

package daemon

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"sync"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/drivers/node"
	qemupersonality "github.com/govirtd/govirtd/drivers/personality/qemu"
	"github.com/govirtd/govirtd/drivers/qemu"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// inventory is what the host and its emulators can do. user is whom guests run
// as, nil for the daemon's own.
func (q *qemuHost) inventory(host *node.Host, user *qemu.User) *qemupersonality.Inventory {
	dir := q.cfg.CPUMap
	if dir == "" {
		dir = cpumap.Dir
	}
	models := func() *cpumap.Map {
		m, err := cpumap.Cached(dir)
		if err != nil {
			return nil // no names of CPUs then, as in the reference without its map
		}
		return m
	}
	uuid := host.UUID()
	if uuid == "" {
		var made domxml.UUID // for the life of the daemon
		rand.Read(made[:])   //nolint:errcheck // it never fails
		made.SetVersion4()
		uuid = made.String()
	}
	owner := ""
	if user != nil {
		owner = fmt.Sprintf("+%d:+%d", user.UID, user.GID)
	} else if os.Geteuid() == 0 {
		owner = "+0:+0"
	}
	// A program says this, which is asked once and only when somebody wants to know.
	tpms := sync.OnceValue(func() []string { return node.TPMVersions(context.Background()) })
	return &qemupersonality.Inventory{
		Facts: func(context.Context) (*qemupersonality.HostFacts, error) {
			sev, es := host.SEVGuests()
			return &qemupersonality.HostFacts{
				Arch: host.Arch(), UUID: uuid, Owner: owner, MaxKVMCPUs: host.MaxKVMCPUs(), PhysAddrBits: host.PhysAddrBits(),
				Models: models(), Firmware: q.firmware(), VFIO: host.VFIO(), TPMVersions: tpms(), RDP: node.Program("qemu-rdp") != "",
				Exists:    func(path string) bool { _, err := os.Stat(path); return err == nil },
				SEVGuests: sev, SEVESGuests: es,
			}, nil
		},
		Host: func(ctx context.Context) (domxml.CapabilitiesHost, error) {
			cpu, err := host.HostCPU(ctx, models())
			if err != nil {
				return domxml.CapabilitiesHost{}, err
			}
			return host.Capabilities(cpu)
		},
		Emulators: func(ctx context.Context) ([]*qemucaps.Emulator, error) { return q.emulators(ctx), nil },
		Emulator:  q.store.Get,
	}
}
