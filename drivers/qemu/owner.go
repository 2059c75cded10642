//go:build linux

package qemu

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/protocol/vir"
)

// Files of guests belong to the guests' user while one runs. Whom they
// belonged to before, and how many guests have them, is written beside them
// in the reference's attributes, so that either daemon puts them back. The
// time is that of the host's start: what was written before it counts no more.
const (
	attrOwner = "trusted.libvirt.security.dac"
	attrCount = "trusted.libvirt.security.ref_dac"
	attrTime  = "trusted.libvirt.security.timestamp_dac"
)

// ownerMu guards the attributes against ourselves.
var ownerMu sync.Mutex

// takeOwners gives files to the guests' user, in their order. What was taken
// when an error comes is put back.
func (b *Backend) takeOwners(paths []string) (taken []string, err error) {
	if b.cfg.User == nil {
		return nil, nil
	}
	for _, p := range paths {
		if err := b.takeOwner(p); err != nil {
			b.restoreOwners(taken)
			return nil, err
		}
		taken = append(taken, p)
	}
	return taken, nil
}

func (b *Backend) takeOwner(path string) error {
	ownerMu.Lock()
	defer ownerMu.Unlock()
	f, err := openAny(path)
	if err != nil {
		return errStat(path, err)
	}
	defer f.Close()
	var s unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &s); err != nil {
		return errStat(path, err)
	}
	a := attributes(f)
	r := a.read()
	if r.count == 0 {
		r.owner = fmt.Sprintf("+%d:+%d", s.Uid, s.Gid)
	}
	r.count++
	// A file system without attributes forgets; that is no reason not to start.
	_ = a.write(r)
	if err := a.chown(b.cfg.User.UID, b.cfg.User.GID); err != nil && !canDo(err) {
		return errSystem(vir.FromSecurity, err, "unable to set user and group to '%d:%d' on '%s'", b.cfg.User.UID, b.cfg.User.GID, path)
	}
	return nil
}

// canDo reports whether a file system has no owners, or lets nobody change
// them: the guest may be able to use the file all the same.
func canDo(err error) bool {
	return errors.Is(err, unix.EROFS) || errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EPERM)
}

// restoreOwners gives files back that no other guest has.
func (b *Backend) restoreOwners(paths []string) {
	if b.cfg.User == nil {
		return
	}
	for _, p := range paths {
		if err := restoreOwner(p); err != nil && !missing(err) {
			b.log.Warn("the owner of a file was not put back", "path", p, "error", err)
		}
	}
}

func restoreOwner(path string) error {
	ownerMu.Lock()
	defer ownerMu.Unlock()
	f, err := openAny(path)
	if err != nil {
		return err
	}
	defer f.Close()
	a := attributes(f)
	r := a.read()
	if r.count > 1 {
		r.count--
		return a.write(r)
	}
	return a.giveBack(r)
}

// giveBack makes a file that nobody has any more that of its owner. What is
// remembered goes last: a daemon that is killed in between has lost nothing.
func (a attrs) giveBack(r remembered) error {
	uid, gid := uint32(0), uint32(0)
	if r.count > 0 {
		if u, g, ok := parseOwner(r.owner); ok {
			uid, gid = u, g
		}
	}
	err := a.chown(uid, gid)
	a.remove()
	if err != nil && !canDo(err) {
		return err
	}
	return nil
}

// openAny gets hold of a file of any kind without touching what is in it.
func openAny(path string) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}

func errStat(path string, err error) error {
	return errSystem(vir.FromSecurity, err, "unable to stat: %s", path)
}

// remembered is what stands in the attributes.
type remembered struct {
	owner string // +0:+0
	count uint64
}

// attrs are the attributes of an open file.
type attrs struct{ path string }

func attributes(f *os.File) attrs {
	return attrs{"/proc/self/fd/" + strconv.Itoa(int(f.Fd()))}
}

func (a attrs) get(name string) string {
	b := make([]byte, 128)
	n, err := unix.Getxattr(a.path, name, b)
	if err != nil {
		return ""
	}
	return string(b[:n])
}

func (a attrs) read() remembered {
	r := remembered{owner: a.get(attrOwner)}
	if r.owner == "" || a.get(attrTime) != hostStart() {
		return remembered{}
	}
	r.count, _ = strconv.ParseUint(a.get(attrCount), 10, 32)
	return r
}

func (a attrs) write(r remembered) error {
	for _, v := range [][2]string{{attrOwner, r.owner}, {attrCount, strconv.FormatUint(r.count, 10)}, {attrTime, hostStart()}} {
		if err := unix.Setxattr(a.path, v[0], []byte(v[1]), 0); err != nil {
			a.remove()
			return err
		}
	}
	return nil
}

func (a attrs) remove() {
	for _, name := range []string{attrOwner, attrCount, attrTime} {
		_ = unix.Removexattr(a.path, name)
	}
}

func (a attrs) chown(uid, gid uint32) error { return unix.Chown(a.path, int(uid), int(gid)) }

func parseOwner(s string) (uid, gid uint32, ok bool) {
	u, g, ok := strings.Cut(strings.ReplaceAll(s, "+", ""), ":")
	if !ok {
		return 0, 0, false
	}
	uid, err := number(u)
	if err != nil {
		return 0, 0, false
	}
	gid, err = number(g)
	return uid, gid, err == nil
}

// hostStart is the second in which the host was started.
var hostStart = sync.OnceValue(func() string {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "btime "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
})
