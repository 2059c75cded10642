package daemon

import (
	"os"
	"path/filepath"
)

// SockDir is where clients look for the sockets by themselves: /run/libvirt
// for root, libvirt in the runtime directory for a user; below root if given.
func SockDir(root string) string {
	if os.Geteuid() == 0 || root != "" {
		return filepath.Join(root, "/run/libvirt")
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "libvirt")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".cache", "libvirt")
	}
	return filepath.Join(os.TempDir(), "libvirt")
}
