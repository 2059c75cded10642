//go:build linux

package qemucaps

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// format changes when the same answers become another Emulator.
const format = 2

// validity is all that the knowledge of an emulator depends on. What was
// learned under one is wrong under any other.
type validity struct {
	Path    string `json:"path"`
	Binary  string `json:"binary"`  // size and times of the file
	Modules string `json:"modules"` // the folders of parts that are installed separately
	KVM     string `json:"kvm"`     // the device, and whether it opens
	Kernel  string `json:"kernel"`
	CPU     string `json:"cpu"`  // the host's processor
	User    string `json:"user"` // who runs it
	Self    string `json:"self"` // our version
	Asked   string `json:"asked"`
}

// moduleDirs are where distributors put the emulators' modules.
var moduleDirs = []string{"/usr/lib/*/qemu", "/usr/lib/qemu", "/usr/lib64/qemu"}

func (s *Store) validity(path string) (validity, error) {
	v := validity{Path: path, Self: s.Self, Asked: asked}
	info, err := os.Stat(path)
	if err != nil {
		return v, err
	}
	v.Binary = stamp(info)
	for _, pattern := range moduleDirs {
		found, _ := filepath.Glob(pattern)
		for _, dir := range found {
			if info, err := os.Stat(dir); err == nil {
				v.Modules += fmt.Sprintf("%s %s;", dir, stamp(info))
			}
		}
	}
	v.KVM = s.kvm()
	v.Kernel, v.CPU = hostIdentity()
	if s.As != nil {
		v.User = fmt.Sprint(*s.As)
	}
	return v, nil
}

// stamp tells whether a file is still the same.
func stamp(info os.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	}
	return fmt.Sprintf("%d %d.%09d %d.%09d", info.Size(), st.Mtim.Sec, st.Mtim.Nsec, st.Ctim.Sec, st.Ctim.Nsec)
}

// kvm describes the device of the kernel's hypervisor; "" where it is of no use.
func (s *Store) kvm() string {
	const device = "/dev/kvm"
	if s.NoKVM {
		return ""
	}
	f, err := os.OpenFile(device, os.O_RDWR, 0)
	if err != nil {
		return ""
	}
	defer f.Close()
	const getVersion, version = 0xae00, 12 // KVM_GET_API_VERSION has been 12 for ever
	if n, err := unix.IoctlRetInt(int(f.Fd()), getVersion); err != nil || n != version {
		return ""
	}
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return device
	}
	return fmt.Sprintf("%s %v %d:%d", device, info.Mode(), st.Uid, st.Gid)
}

// hostIdentity names the kernel and the processor.
func hostIdentity() (kernel, cpu string) {
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		kernel = unix.ByteSliceToString(u.Release[:]) + " " + unix.ByteSliceToString(u.Version[:])
	}
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return kernel, ""
	}
	defer f.Close()
	// The first processor's lines, without those that change by themselves.
	h := sha256.New()
	lines := bufio.NewScanner(f)
	for lines.Scan() && lines.Text() != "" {
		name, _, _ := strings.Cut(lines.Text(), ":")
		if !slices.Contains([]string{"cpu MHz", "bogomips", "BogoMIPS"}, strings.TrimSpace(name)) {
			h.Write(append(lines.Bytes(), '\n'))
		}
	}
	return kernel, hex.EncodeToString(h.Sum(nil)[:8])
}

// asked names the questions, so that a new one is asked of emulators that are
// known already.
var asked = func() string {
	h := sha256.New()
	fmt.Fprint(h, format, interestingDevices, interestingObjects)
	return hex.EncodeToString(h.Sum(nil)[:8])
}()
