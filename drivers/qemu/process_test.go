//go:build linux

package qemu

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// run spawns a shell command with its output in a pipe.
func run(t *testing.T, script string, files ...*os.File) (*process, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	p, err := spawn(program{path: "/bin/sh", args: []string{"-c", script}, env: []string{"PATH=/usr/bin:/bin"},
		files: append([]*os.File{null, w, w}, files...)})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); <-p.done; p.release() })
	return p, r
}

func ended(t *testing.T, p *process) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		t.Fatal("the process has not ended")
	}
}

func noNewPrivs() bool {
	b, _ := os.ReadFile("/proc/self/status")
	return bytes.Contains(b, []byte("NoNewPrivs:\t1"))
}

func TestSpawn(t *testing.T) {
	before := noNewPrivs()
	// A descriptor that the daemon was born with is not handed down.
	leaked, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer leaked.Close()
	if _, err := unix.FcntlInt(leaked.Fd(), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
	given, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer given.Close()
	p, out := run(t, `for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do [ -e /proc/$$/fd/$n ] && l="$l $n"; done; echo fds:$l; grep NoNewPrivs /proc/$$/status; cut -d' ' -f1,5,6 /proc/$$/stat; pwd; echo given >&3; exit 3`, w)
	w.Close()
	b, _ := io.ReadAll(out)
	ended(t, p)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 4 || lines[0] != "fds: 0 1 2 3" || lines[1] != "NoNewPrivs:\t1" || lines[3] != "/" {
		t.Errorf("the process says %q", lines)
	}
	if ids := strings.Fields(lines[2]); ids[0] != ids[1] || ids[1] != ids[2] {
		t.Errorf("pid, group and session are %v", ids)
	}
	if !p.status.Exited() || p.status.ExitStatus() != 3 {
		t.Errorf("status %v", p.status)
	}
	if b, _ := io.ReadAll(given); string(b) != "given\n" {
		t.Errorf("through the pipe came %q", b)
	}
	if err := p.signal(unix.SIGTERM); err != nil {
		t.Error(err)
	}
	if _, err := spawn(program{path: "/nonexistent"}); !os.IsNotExist(err) {
		t.Errorf("error %v", err)
	}
	// Our own threads are as they were.
	if !before && noNewPrivs() {
		t.Error("the daemon has lost its rights")
	}
}

func TestSignal(t *testing.T) {
	p, _ := run(t, "sleep 100 & wait")
	if err := p.signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ended(t, p)
	if !p.status.Signaled() || p.status.Signal() != unix.SIGKILL {
		t.Errorf("status %v", p.status)
	}
}

func TestAdopt(t *testing.T) {
	c := exec.Command("sleep", "100")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p, err := adopt(c.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.done:
		t.Fatal("ended too early")
	case <-time.After(10 * time.Millisecond):
	}
	if err := p.signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended(t, p)
	_ = c.Wait()
	p.release()
	if _, err := adopt(c.Process.Pid); err == nil {
		t.Error("a dead process was adopted")
	}
}
