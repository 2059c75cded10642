// Package simulated is qemu:/// without QEMU: what clients see is what the QEMU
// personality makes of an emulator that was recorded, and guests are simulated.
//
// It needs nothing of the machine and runs on every system, so that programs
// which speak to qemu:///system can be tested anywhere. Definitions end with the
// host. Networks can be started here, and pools are those of the simulation:
// nothing touches a file or a device.
package simulated

import (
	"context"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	qemupersonality "github.com/govirtd/govirtd/drivers/personality/qemu"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/drivers/sim"
)

// Config is what a host is made with.
type Config struct {
	// CPUMap is the folder of libvirt's map of CPUs; empty is where libvirt
	// installs it. Without a map models cannot be compared.
	CPUMap string
	// Now is the clock of the guests; nil is the system's.
	Now func() time.Time
}

// Host is everything behind the URI: the emulator's answers first, the
// simulation's where QEMU has none of its own.
type Host struct {
	*qemupersonality.Inventory
	simulation
	node

	live live
}

// simulation stands one level below, so that what the inventory knows hides it.
type simulation struct{ *sim.Backend }

// stateDir and runDir are where a root daemon would keep what is alive. Paths in
// documents begin with them; nothing is there.
const (
	stateDir = "/var/lib/libvirt/qemu"
	runDir   = "/run/libvirt/qemu"
)

// New makes a driver with a host of its own. /system and /session are the same.
func New(cfg Config) drivers.Driver {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	once := sync.OnceValues(cfg.host)
	return qemupersonality.Driver{Host: func(context.Context) (*drivers.Host, error) { return once() }}
}

func (cfg Config) host() (*drivers.Host, error) {
	emulator, err := recordedEmulator()
	if err != nil {
		return nil, err
	}
	emulators := []*qemucaps.Emulator{emulator, emulator.For32Bits()}
	description, err := describedHost()
	if err != nil {
		return nil, err
	}
	firmwares, err := recordedFirmware()
	if err != nil {
		return nil, err
	}
	size := sizeOf(description)
	backend := sim.New(size, cfg.Now)
	if cfg.CPUMap != "" {
		backend.UseCPUMap(cfg.CPUMap)
	}
	inventory := &qemupersonality.Inventory{
		Facts: func(context.Context) (*qemupersonality.HostFacts, error) {
			return &qemupersonality.HostFacts{
				Arch: description.CPU.Arch, UUID: description.UUID, Owner: owner, MaxKVMCPUs: maxKVMCPUs, PhysAddrBits: int(description.CPU.MaxPhysAddr.Bits),
				Models: models(cfg.CPUMap), Firmware: firmwares, Exists: func(string) bool { return true }, TPMVersions: []string{"1.2", "2.0"},
			}, nil
		},
		Host:      func(context.Context) (domxml.CapabilitiesHost, error) { return *description, nil },
		Emulators: func(context.Context) ([]*qemucaps.Emulator, error) { return emulators, nil },
		Emulator: func(_ context.Context, path string) (*qemucaps.Emulator, error) {
			for _, e := range emulators {
				if e.Path == path {
					return e, nil
				}
			}
			return nil, &fs.PathError{Op: "stat", Path: path, Err: fs.ErrNotExist}
		},
	}
	return &drivers.Host{
		Personality: qemupersonality.New(qemupersonality.Config{
			Emulators:      emulators,
			Capabilities:   inventory.Capabilities,
			HostArch:       description.CPU.Arch,
			NVRAMDir:       path.Join(stateDir, "nvram"),
			StateDir:       stateDir,
			ChannelDirs:    []string{path.Join(runDir, "channel"), path.Join(stateDir, "channel")},
			Firmwares:      qemupersonality.FirmwaresOf(firmwares),
			KnownFirmwares: qemupersonality.KnownFirmwares(),
			Stat: func(path string) (os.FileInfo, error) {
				return nil, &fs.PathError{Op: "stat", Path: path, Err: fs.ErrNotExist}
			},
		}),
		Backend: &Host{Inventory: inventory, simulation: simulation{backend}, node: node{size}},
		Keeper:  forgetful{},
	}, nil
}
