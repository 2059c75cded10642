//go:build linux

package qemu

import (
	"os"
	"path/filepath"
)

// Dirs are the places of all guests.
type Dirs struct {
	Run string // status files, sockets of channels: /run/libvirt/qemu
	Lib string // a folder per running guest: /var/lib/libvirt/qemu
	Log string // /var/log/libvirt/qemu
}

// SystemDirs are those of the daemon of a host.
var SystemDirs = Dirs{Run: "/run/libvirt/qemu", Lib: "/var/lib/libvirt/qemu", Log: "/var/log/libvirt/qemu"}

// makeDirs makes the folders. Guests may look into those that have theirs.
func (b *Backend) makeDirs() error {
	d := b.cfg.Dirs
	for _, f := range []struct {
		path  string
		mode  os.FileMode
		guest bool
	}{
		{d.Run, 0o755, false}, {d.Lib, 0o755, true}, {d.Log, 0o700, false}, {filepath.Join(d.Run, "channel"), 0o755, true},
		{filepath.Join(d.Lib, "ram"), 0o755, true}, {filepath.Join(d.Lib, "nvram"), 0o755, true}, {filepath.Join(d.Lib, "dump"), 0o755, true},
	} {
		if err := makeDir(f.path, f.mode); err != nil {
			return err
		}
		if f.guest {
			if err := b.cfg.User.own(f.path); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeDir makes a folder with that mode, unless it is there, and those above it
// which everybody may pass through.
func makeDir(path string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(path, mode); err != nil && !os.IsExist(err) {
		return err
	}
	return nil
}

// makePrivate makes a folder that only the guest's user may look into. What an
// earlier guest of the same number has left there goes.
func (b *Backend) makePrivate(path string) error {
	if err := os.RemoveAll(path); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o750); err != nil {
		return err
	}
	return b.cfg.User.own(path)
}
