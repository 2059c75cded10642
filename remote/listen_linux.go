package remote

import (
	"io/fs"
	"syscall"

	"github.com/govirtd/govirtd/protocol/proc"
)

// restrict sets the permissions that the socket file will be made with, so
// that there is no moment at which it is open to more.
func restrict(rc syscall.RawConn, mode fs.FileMode) error {
	var err error
	if cerr := rc.Control(func(fd uintptr) { err = syscall.Fchmod(int(fd), uint32(mode.Perm())) }); cerr != nil {
		return cerr
	}
	return err
}

// credentials asks the kernel who connected.
func credentials(rc syscall.RawConn, id *proc.Identity) {
	rc.Control(func(fd uintptr) {
		cred, err := syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
		if err == nil {
			id.PID, id.UID, id.GID = cred.Pid, int64(cred.Uid), int64(cred.Gid)
		}
	})
}

// orphaned reports whether the process that has made the other end's listening
// socket is no more.
func orphaned(rc syscall.RawConn) bool {
	var id proc.Identity
	credentials(rc, &id)
	return id.PID > 0 && syscall.Kill(int(id.PID), 0) == syscall.ESRCH
}
