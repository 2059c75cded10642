//go:build linux

package keep_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/drivers/keep"
)

// holdLocks is the other process: it takes the locks, says how that went and
// holds them until its input ends.
func holdLocks(root string) {
	l, err := keep.New(keep.System(root)).Lock()
	fmt.Println(err)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = l.Close()
}

// other starts the other process; end ends it, by force or not.
func other(t *testing.T, root string) (said string, end func(kill bool)) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "KEEP_LOCK_ROOT="+root)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, _ = bufio.NewReader(out).ReadString('\n')
	return strings.TrimSpace(said), func(kill bool) {
		if kill {
			_ = cmd.Process.Kill()
		}
		in.Close()
		_ = cmd.Wait()
	}
}

// One daemon at a time works with the files; its end, whatever it is, makes
// room for another.
func TestLock(t *testing.T) {
	root := t.TempDir()
	for _, kill := range []bool{false, true, false} {
		said, end := other(t, root)
		if said != "<nil>" {
			t.Fatalf("the first daemon: %s", said)
		}
		pid, err := os.ReadFile(root + "/run/libvirt/qemu/driver.pid")
		if err != nil || len(pid) == 0 {
			t.Errorf("who is it? %q, %v", pid, err)
		}
		want := "Failed to acquire pid file '" + root + "/run/libvirt/qemu/driver.pid': Resource temporarily unavailable"
		if said, end := other(t, root); said != want {
			end(true)
			t.Errorf("the second daemon: %s", said)
		} else {
			end(false)
		}
		end(kill)
	}
	if l, err := keep.New(keep.System(root)).Lock(); err != nil {
		t.Error(err)
	} else if err := l.Close(); err != nil {
		t.Error(err)
	}
}
