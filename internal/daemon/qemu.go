//go:build linux

package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	osuser "os/user"
	"path/filepath"
	"slices"
	"sync"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/definition"
	"github.com/govirtd/govirtd/drivers/keep"
	"github.com/govirtd/govirtd/drivers/node"
	qemupersonality "github.com/govirtd/govirtd/drivers/personality/qemu"
	"github.com/govirtd/govirtd/drivers/qemu"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/drivers/storage"
	"github.com/govirtd/govirtd/internal/firmware"
	"github.com/govirtd/govirtd/protocol/vir"
)

// guestUser is whom guests of a root daemon run as unless it is told otherwise.
const guestUser = "libvirt-qemu"

// realHost is everything that qemu:///system is made of.
type realHost struct {
	*qemu.Backend
	*node.Host
	*qemupersonality.Inventory
	*storage.Storage
	definition.Networks
	definition.Filters
}

// realType is the backend of real guests as far as its type tells.
func realType() drivers.Backend { return realHost{} }

// qemuHost makes the host of qemu:/// URIs when it is first asked for.
type qemuHost struct {
	cfg    Config
	places places
	store  *qemucaps.Store
	// secret and volume ask the engine, which is made after the drivers.
	secret func(uuid domxml.UUID, usage domxml.SecretUsageType, id string) ([]byte, error)
	volume func(pool, volume string) (*domxml.StorageVolume, error)

	mu    sync.Mutex
	host  *drivers.Host
	locks io.Closer // of the files that are kept
}

// newQEMUHost prepares a host; nil where there is no emulator and none was
// asked for.
func newQEMUHost(cfg Config) *qemuHost {
	p := placesOf(cfg.Root)
	q := &qemuHost{cfg: cfg, places: p, store: &qemucaps.Store{
		Dir: p.Capabilities, Self: cfg.Version, Named: cfg.Emulators,
	}}
	if cfg.QEMU == QEMUAuto && len(q.store.Found()) == 0 && len(cfg.Emulators) == 0 {
		return nil
	}
	return q
}

// uri is the URI of the host.
func (q *qemuHost) uri() string {
	if q.places.session {
		return "qemu:///session"
	}
	return "qemu:///system"
}

// open makes the host, or gives the one that there is. An emulator that cannot
// be asked is not there.
func (q *qemuHost) open(ctx context.Context) (*drivers.Host, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.host != nil {
		return q.host, nil
	}
	user, err := q.user()
	if err != nil {
		return nil, err
	}
	if user != nil {
		q.store.As = &qemucaps.User{UID: user.UID, GID: user.GID, Groups: user.Groups}
	}
	keeper := keep.New(q.places.Keep)
	// Held until the process ends: two daemons with the same files would undo
	// what the other has acknowledged.
	if q.locks == nil {
		if q.locks, err = keeper.Lock(); err != nil {
			return nil, err
		}
	}
	host := node.New()
	inventory := q.inventory(host, user)
	emulators := q.emulators(ctx)
	backend, err := qemu.New(qemu.Config{
		Dirs:     q.places.QEMU,
		User:     user,
		Emulator: q.emulatorOf, Processors: inventory,
		Secret: func(ref argv.SecretRef) ([]byte, error) {
			return q.secret(ref.UUID, domxml.SecretUsageType(ref.Type), ref.Usage)
		},
		Volume:   func(pool, volume string) (*domxml.StorageVolume, error) { return q.volume(pool, volume) },
		Settings: argv.Options{VNC: argv.VNCOptions{Listen: "127.0.0.1"}, SPICE: argv.SPICEOptions{Listen: "127.0.0.1"}},
		Log:      q.cfg.Log,
	})
	if err != nil {
		return nil, err
	}
	personality := qemupersonality.New(qemupersonality.Config{
		Emulators:    emulators,
		Capabilities: inventory.Capabilities,
		HostArch:     host.Arch(), ConventionalPCI: host.ConventionalPCI,
		KnownFirmwares: qemupersonality.KnownFirmwares(),
		Firmwares:      qemupersonality.FirmwaresOf(q.firmware()),
		NVRAMDir:       filepath.Join(q.places.QEMU.Lib, "nvram"),
		StateDir:       q.places.QEMU.Lib,
		ChannelDirs:    []string{filepath.Join(q.places.QEMU.Run, "channel"), filepath.Join(q.places.QEMU.Lib, "channel")},
	})
	q.host = &drivers.Host{
		Personality: personality,
		Backend: realHost{
			Backend: backend, Host: host, Inventory: inventory,
			Storage: storage.New(storage.Config{Secret: func(_ context.Context, s domxml.EncryptionSecret) ([]byte, error) {
				var id domxml.UUID
				if s.UUID != nil {
					id = *s.UUID
				}
				return q.secret(id, domxml.SecretUsageVolume, s.Usage)
			}}),
		},
		Keeper: keeper,
	}
	return q.host, nil
}

// firmware are the host's descriptions of firmware, best first.
func (q *qemuHost) firmware() []*firmware.Descriptor {
	list, err := firmware.Load(os.DirFS("/"), firmware.Dirs)
	if err != nil {
		q.log().Warn("some descriptions of firmware are left out", "error", err)
	}
	return list
}

// user is whom guests run as: nobody else for a user's own daemon.
func (q *qemuHost) user() (*qemu.User, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	name := q.cfg.QEMUUser
	if name == "" {
		name = guestUser
	}
	if name == "root" {
		return nil, nil
	}
	group := q.cfg.QEMUGroup
	if _, err := osuser.LookupGroup(guestUser); group == "" && name == guestUser && err == nil {
		group = guestUser // the reference's, though the user's own may be another
	}
	u, err := qemu.FindUser(name, group)
	if err != nil && q.cfg.QEMUUser == "" {
		return nil, fmt.Errorf("guests run as %s, which is not there; make the user, or name another with --qemu-user: %w", name, err)
	}
	return u, err
}

// emulators asks all that are found, the host's own processor first.
func (q *qemuHost) emulators(ctx context.Context) (list []*qemucaps.Emulator) {
	found := q.store.Found()
	paths := slices.Clone(q.cfg.Emulators)
	for _, p := range found {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	all := make([]*qemucaps.Emulator, len(paths))
	var asked sync.WaitGroup
	for i, path := range paths {
		asked.Go(func() {
			e, err := q.store.Get(ctx, path)
			if err != nil {
				q.log().Warn("an emulator is left out", "path", path, "error", err)
				return
			}
			all[i] = e
		})
	}
	asked.Wait()
	return slices.DeleteFunc(all, func(e *qemucaps.Emulator) bool { return e == nil })
}

// emulatorOf is what is known of the emulator that a document names.
func (q *qemuHost) emulatorOf(ctx context.Context, d *domxml.Domain) (*qemucaps.Emulator, error) {
	e, err := q.store.Get(ctx, d.Devices.Emulator)
	var refused *qemucaps.NotAllowedError
	if errors.As(err, &refused) {
		return nil, vir.Errorf(vir.FromQEMU, vir.ErrOperationDenied, "%s", err)
	}
	return e, err
}

func (q *qemuHost) log() *slog.Logger {
	if q.cfg.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return q.cfg.Log
}

// inUse reports whether something is there that the host has to find when the
// daemon starts, and not only when somebody asks for it.
func (q *qemuHost) inUse() bool {
	for _, pattern := range []string{
		filepath.Join(q.places.Keep.Domains, "*.xml"), filepath.Join(q.places.Keep.Pools, "*.xml"),
		filepath.Join(q.places.Keep.Networks, "*.xml"), filepath.Join(q.places.QEMU.Run, "*.xml"),
	} {
		if list, err := filepath.Glob(pattern); err == nil && len(list) > 0 {
			return true
		}
	}
	return false
}
