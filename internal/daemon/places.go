//go:build linux

package daemon

import (
	"os"
	"path/filepath"

	"github.com/govirtd/govirtd/drivers/keep"
	"github.com/govirtd/govirtd/drivers/qemu"
)

// places are where a daemon keeps what is real: those of the reference.
type places struct {
	QEMU         qemu.Dirs
	Keep         keep.Layout
	Capabilities string // what is known of emulators
	session      bool
}

// placesOf are those of the host below root for a root daemon, the user's
// own for others; everything is below root if that is given.
func placesOf(root string) places {
	if os.Geteuid() == 0 || root != "" {
		return places{
			QEMU: qemu.Dirs{
				Run: filepath.Join(root, "/run/libvirt/qemu"),
				Lib: filepath.Join(root, "/var/lib/libvirt/qemu"),
				Log: filepath.Join(root, "/var/log/libvirt/qemu"),
			},
			Keep:         keep.System(filepath.Join(root, "/")),
			Capabilities: filepath.Join(root, "/var/cache/libvirt/qemu/govirtd"),
			session:      os.Geteuid() != 0,
		}
	}
	config, cache, run := xdg("XDG_CONFIG_HOME", ".config"), xdg("XDG_CACHE_HOME", ".cache"), filepath.Dir(SockDir(""))
	return places{
		QEMU: qemu.Dirs{
			Run: filepath.Join(run, "libvirt/qemu/run"),
			Lib: filepath.Join(config, "libvirt/qemu/lib"),
			Log: filepath.Join(cache, "libvirt/qemu/log"),
		},
		Keep:         keep.Session(config, run),
		Capabilities: filepath.Join(cache, "libvirt/qemu/govirtd"),
		session:      true,
	}
}

// xdg is a folder of the user's.
func xdg(variable, fallback string) string {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(os.TempDir(), fallback)
	}
	return filepath.Join(home, fallback)
}
