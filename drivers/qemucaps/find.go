//go:build linux

package qemucaps

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Dirs are the places where emulators are looked for; the first that has one
// of a name wins.
var Dirs = []string{"/usr/local/bin", "/usr/bin", "/usr/libexec"}

// Find looks for emulators: a path for each target that has one.
func Find(dirs []string) map[string]string {
	found := map[string]string{}
	for target := range targets {
		for _, dir := range dirs {
			path := filepath.Join(dir, "qemu-system-"+target)
			if trusted(path) == nil {
				found[target] = path
				break
			}
		}
	}
	return found
}

// trusted judges whether a file may be executed: it must be a program, and
// nobody but its owner may change it, who is root or ourselves.
func trusted(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return &fs.PathError{Op: "execute", Path: path, Err: syscall.EISDIR}
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return &fs.PathError{Op: "execute", Path: path, Err: syscall.EACCES}
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if ok && (info.Mode()&0o002 != 0 || !slices.Contains([]uint32{0, uint32(os.Getuid())}, st.Uid)) {
		return fmt.Errorf("%s can be changed by others than its administrator", path)
	}
	return nil
}
