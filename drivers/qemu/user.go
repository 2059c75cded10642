//go:build linux

package qemu

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// User is whom guests run as.
type User struct {
	UID, GID uint32
	// Groups are the other groups, such as that of /dev/kvm.
	Groups []uint32
}

// FindUser looks up a user and its groups. Without a group it is the one that
// is called like the user, or else the user's own.
func FindUser(name, group string) (*User, error) {
	u, err := user.Lookup(name)
	if err != nil {
		if u, err = user.LookupId(name); err != nil {
			return nil, err
		}
	}
	gid := u.Gid
	if g, err := user.LookupGroup(u.Username); group == "" && err == nil {
		gid = g.Gid
	}
	if group != "" {
		g, err := user.LookupGroup(group)
		if err != nil {
			if g, err = user.LookupGroupId(group); err != nil {
				return nil, err
			}
		}
		gid = g.Gid
	}
	out := &User{}
	if out.UID, err = number(u.Uid); err != nil {
		return nil, err
	}
	if out.GID, err = number(gid); err != nil {
		return nil, err
	}
	groups, err := u.GroupIds()
	if err != nil {
		return nil, err
	}
	for _, s := range groups {
		n, err := number(s)
		if err != nil {
			return nil, err
		}
		out.Groups = append(out.Groups, n)
	}
	return out, nil
}

func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err
}

// own gives a file of ours to the user.
func (u *User) own(path string) error {
	if u == nil {
		return nil
	}
	return os.Lchown(path, int(u.UID), int(u.GID))
}

func (u *User) credential() *syscall.Credential {
	if u == nil {
		return nil
	}
	return &syscall.Credential{Uid: u.UID, Gid: u.GID, Groups: u.Groups}
}

// label is the user as documents write it.
func (u *User) label() string { return fmt.Sprintf("+%d:+%d", u.UID, u.GID) }
