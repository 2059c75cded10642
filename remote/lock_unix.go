//go:build unix

package remote

import (
	"os"
	"syscall"
)

// lockFolder keeps other daemons from making sockets in the folder. It does
// what it can: a folder that cannot be locked is used all the same.
func lockFolder(dir string) (unlock func()) {
	f, err := os.Open(dir)
	if err != nil {
		return func() {}
	}
	if rc, err := f.SyscallConn(); err == nil {
		rc.Control(func(fd uintptr) {
			for syscall.Flock(int(fd), syscall.LOCK_EX) == syscall.EINTR {
			}
		})
	}
	return func() { f.Close() }
}
