//go:build !linux

package remote

import (
	"io/fs"
	"syscall"

	"github.com/govirtd/govirtd/protocol/proc"
)

// restrict: only Linux makes the socket file with the mode of the socket;
// elsewhere the folder must protect it until its mode is set.
func restrict(syscall.RawConn, fs.FileMode) error { return nil }

// credentials: the standard library can ask Linux only.
func credentials(syscall.RawConn, *proc.Identity) {}

// orphaned: for the same reason, nobody is known to have gone.
func orphaned(syscall.RawConn) bool { return false }
