package lab

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Strict is the flag of the strict mode: govirtd answers only what that release answers.
const Strict = "--compat=libvirt-11.3.0"

var built struct {
	once sync.Once
	path string
	err  error
}

// Govirtd is the path of the daemon under test, built once per test process.
func Govirtd(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("GOVIRTD_BIN"); path != "" {
		return path
	}
	built.once.Do(func() {
		// in the cache of the module and not in a temporary folder: the next test process finds it linked already
		built.path = filepath.Join(Root(), ".cache", "conformance", fmt.Sprint("govirtd-", os.Getpid()))
		cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", built.path, "./cmd/govirtd")
		cmd.Dir, cmd.Env = Root(), append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatalf("building govirtd: %v", built.err)
	}
	return built.path
}

// Forget removes the daemon that this process built; for TestMain.
func Forget() {
	if built.path != "" {
		os.Remove(built.path)
	}
}

// Start starts govirtd.
func Start(t testing.TB, flags ...string) *Daemon {
	t.Helper()
	return StartIn(t, TempDir(t), flags...)
}

// StartIn starts govirtd with its sockets in DIR/s.
func StartIn(t testing.TB, dir string, flags ...string) *Daemon {
	t.Helper()
	return start(t, "govirtd", dir, append(govirtdIn(t, dir), flags...)...)
}

// govirtdIn is how a govirtd is started with all that it has in one folder.
func govirtdIn(t testing.TB, dir string) []string {
	t.Helper()
	argv := []string{Govirtd(t), "--sock-dir", filepath.Join(dir, "s"), "--root", filepath.Join(dir, "r")}
	// The recordings know the CPU models of 11.3.0, and the machine may have another release's.
	if models := filepath.Join(chroot(), "usr/share/libvirt/cpu_map"); exists(models) {
		argv = append(argv, "--cpu-map", models)
	}
	return argv
}

// Stats is what govirtd prints on SIGUSR1, after a garbage collection.
type Stats struct {
	Goroutines int   `json:"goroutines"`
	Heap       int64 `json:"heap"`
	FDs        int   `json:"fds"`
	Clients    int   `json:"clients"`
}

// Stats asks govirtd for its counts.
func (d *Daemon) Stats() (Stats, error) {
	var s Stats
	n := d.Log.Len()
	if err := syscall.Kill(d.PID, syscall.SIGUSR1); err != nil {
		return s, err
	}
	line, err := d.Log.Wait(n, `"goroutines":`, 5*time.Second)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(line), &s)
}
