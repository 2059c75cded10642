//go:build linux

// Package storage keeps volumes in directories of this host: directory pools,
// and file systems that are mounted for a pool.
//
// Everything below a pool's target goes through os.Root: neither a link in the
// pool nor a race with whoever changes it leads out of it. Images that a guest
// may have written are never probed by qemu-img, and the images below them are
// opened only inside of pools (see chain.go).
package storage

import (
	"context"
	"os/exec"
	"sync"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

var (
	_ drivers.StoragePools          = (*Storage)(nil)
	_ drivers.StorageVolumes        = (*Storage)(nil)
	_ drivers.StorageVolumeContents = (*Storage)(nil)
	_ drivers.StorageVolumeLooker   = (*Storage)(nil)
	_ drivers.StorageSourceFinder   = (*Storage)(nil)
	_ drivers.StoragePoolTypes      = (*Storage)(nil)
)

// Config is what a Storage is made with. The zero value is good.
type Config struct {
	// Mounter mounts file systems; nil runs mount(8) and umount(8).
	Mounter Mounter
	// Secret gives the value of a secret that an encrypted volume names. The
	// errors are libvirt's, of VIR_FROM_SECRET. Without it there is no encryption.
	Secret func(ctx context.Context, s domxml.EncryptionSecret) ([]byte, error)
	// Tool finds a program by its name; nil looks in PATH.
	Tool func(name string) (path string, err error)
}

// Storage is the storage of this host. A backend has it by embedding it.
type Storage struct {
	cfg Config
	// iterTime is how many milliseconds an attempt at a passphrase is to take;
	// empty is qemu-img's own. For tests.
	iterTime string

	mu sync.Mutex
	// targets are the directories of the pools that have been looked at since
	// they started: where the images below a volume may lie.
	targets map[domxml.UUID]string
}

// New makes the storage of this host.
func New(cfg Config) *Storage {
	if cfg.Tool == nil {
		cfg.Tool = exec.LookPath
	}
	s := &Storage{cfg: cfg, targets: map[domxml.UUID]string{}}
	if cfg.Mounter == nil {
		s.cfg.Mounter = system{s}
	}
	return s
}

func (s *Storage) remember(pool *domxml.StoragePool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.targets[pool.UUID] = pool.Target.Path
}

func (s *Storage) forget(pool *domxml.StoragePool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.targets, pool.UUID)
}

// ForgetStoragePool has nothing more to forget than a stop has.
func (s *Storage) ForgetStoragePool(pool *domxml.StoragePool) { s.forget(pool) }
