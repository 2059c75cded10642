//go:build linux

package storage

import (
	"os"
	"strings"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
	"golang.org/x/sys/unix"
)

// permissions are those that a file is to have; -1 leaves an owner alone.
type permissions struct {
	mode     uint32
	set      bool // the document names the mode
	uid, gid int
}

func permissionsOf(p *domxml.StoragePermissions, mode uint32) permissions {
	out := permissions{mode: mode, uid: -1, gid: -1}
	if p == nil {
		return out
	}
	if p.Mode != nil {
		out.mode, out.set = uint32(*p.Mode), true
	}
	if p.Owner != nil {
		out.uid = int(uint32(*p.Owner))
	}
	if p.Group != nil {
		out.gid = int(uint32(*p.Group))
	}
	return out
}

// describe tells the permissions of a file. f is nil where it must not be
// opened; then there is no label.
func describe(st *syscall.Stat_t, f *os.File) *domxml.StoragePermissions {
	mode, owner, group := domxml.FileMode(st.Mode&0o777), int32(st.Uid), int32(st.Gid)
	p := &domxml.StoragePermissions{Mode: &mode, Owner: &owner, Group: &group}
	if f != nil {
		var label [256]byte
		if n, err := unix.Fgetxattr(int(f.Fd()), "security.selinux", label[:]); err == nil {
			p.Label = strings.TrimRight(string(label[:n]), "\x00")
		}
	}
	return p
}

// apply gives a file its permissions, whatever the umask.
func (p permissions) apply(f *os.File, path string) error {
	if p.uid != -1 || p.gid != -1 {
		if err := f.Chown(p.uid, p.gid); err != nil {
			return systemError(vir.FromStorage, err, "unable to set ownership of '%s' to %d:%d", path, p.uid, p.gid)
		}
	}
	if err := f.Chmod(os.FileMode(p.mode)); err != nil {
		return systemError(vir.FromStorage, err, "cannot set mode of '%s' to %04o", path, p.mode)
	}
	return nil
}
