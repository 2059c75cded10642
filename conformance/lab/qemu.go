package lab

import (
	"bytes"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Emulator is the QEMU of this machine, or ends the test.
func Emulator(t testing.TB) string {
	t.Helper()
	return Tool(t, "qemu-system-x86_64")
}

// GuestUser is whom guests of a root daemon run as in these tests: the daemon's own choice where that user is there.
func GuestUser() string {
	if _, err := user.Lookup("libvirt-qemu"); err == nil {
		return "libvirt-qemu"
	}
	return "nobody"
}

// RealDir is a temporary folder for a daemon with real guests, which the guests' user can reach. The guests that are
// still there when the test ends are ended.
func RealDir(t testing.TB) string {
	t.Helper()
	dir := TempDir(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, g := range Guests(dir) {
			syscall.Kill(g.PID, syscall.SIGKILL)
		}
		for end := time.Now().Add(5 * time.Second); len(Guests(dir)) > 0 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
	})
	return dir
}

// RealFlags are those of a daemon with real guests.
func RealFlags() []string {
	flags := []string{"--qemu", "real"}
	if os.Getuid() == 0 {
		flags = append(flags, "--qemu-user", GuestUser())
	}
	return flags
}

// StartReal starts govirtd with real guests in a folder that RealDir has made.
func StartReal(t testing.TB, dir string, flags ...string) *Daemon {
	t.Helper()
	Emulator(t)
	return StartIn(t, dir, append(RealFlags(), flags...)...)
}

// Crash starts govirtd as StartReal does and kills it when that time has passed, whatever it is doing.
func Crash(t testing.TB, dir string, after time.Duration) {
	t.Helper()
	argv := append(govirtdIn(t, dir), RealFlags()...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = sysProcAttr()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	cmd.Process.Kill()
	cmd.Wait()
}

// Process is an emulator as the kernel knows it.
type Process struct {
	PID     int
	Started string // when, in the kernel's ticks: two processes with one number differ in it
	Args    []string
}

// Guests are the emulators whose files are below that folder. One that has ended and that nobody has waited for yet is
// none.
func Guests(dir string) (list []Process) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		args, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil || !bytes.Contains(args, []byte(`"`+dir+"/")) || !bytes.Contains(args, []byte("\x00-name\x00")) {
			continue
		}
		p := Process{PID: pid, Args: strings.Split(string(args), "\x00")}
		if p.Started = Started(pid); p.Started != "" {
			list = append(list, p)
		}
	}
	return list
}

// Stopped reports whether all threads of a process have stopped, which takes a moment.
func Stopped(pid int) bool {
	threads, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task/*/stat"))
	if err != nil {
		return false
	}
	for _, path := range threads {
		stat, err := os.ReadFile(path)
		if err == nil && !bytes.HasPrefix(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" T")) {
			return false
		}
	}
	return len(threads) > 0
}

// Started is when a process was started, empty if it runs no more.
func Started(pid int) string {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return ""
	}
	words := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(words) < 20 || words[0] == "Z" || words[0] == "X" {
		return ""
	}
	return words[19]
}
