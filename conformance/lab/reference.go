package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Chroot is the folder of the Debian system with libvirt 11.3.0, or ends the test.
func Chroot(t testing.TB) string {
	t.Helper()
	dir := chroot()
	if !exists(filepath.Join(dir, ".done")) {
		Missing(t, "the chroot with libvirt 11.3.0 (make oracle)")
	}
	return dir
}

// chroot is where that system is if it has been made.
func chroot() string {
	base := os.Getenv("GOVIRTD_ORACLE")
	if base == "" {
		base = "/var/cache/govirtd"
	}
	return filepath.Join(base, "trixie")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Reference starts the libvirtd 11.3.0 of the chroot.
func Reference(t testing.TB) *Daemon {
	t.Helper()
	return reference(t, "libvirtd 11.3.0", Chroot(t))
}

// Native starts the libvirtd of this machine.
func Native(t testing.TB) *Daemon {
	t.Helper()
	libvirtd := "/usr/sbin/libvirtd" // not in the path of ordinary users
	out, err := exec.Command(libvirtd, "--version").Output()
	if err != nil {
		Missing(t, "%s", libvirtd)
	}
	words := strings.Fields(string(out))
	return reference(t, "libvirtd "+words[len(words)-1], "/")
}

func reference(t testing.TB, name, root string) *Daemon {
	t.Helper()
	if os.Getuid() != 0 {
		Missing(t, "root, to run %s in namespaces of its own", name)
	}
	Tool(t, "unshare")
	dir := TempDir(t)
	d := start(t, name, dir, filepath.Join(Root(), "conformance", "oracle", "daemon"), root, dir)
	d.PID, d.hard = child(d.PID), true
	return d
}

// child finds libvirtd, the only child of the unshare that made its namespaces.
func child(pid int) int {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return pid
	}
	if n, err := strconv.Atoi(strings.TrimSpace(string(children))); err == nil {
		return n
	}
	return pid
}
