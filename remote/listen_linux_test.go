package remote_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/govirtd/govirtd/remote"
)

// heirVariable makes the test binary a daemon that listens on the socket it
// names and ends while a program that it has started still has the socket.
const heirVariable = "GOVIRTD_TEST_HEIR"

// TestListenAfterHeir: a daemon that was killed as it started a guest does not
// keep the next one from starting.
func TestListenAfterHeir(t *testing.T) {
	if path := os.Getenv(heirVariable); path != "" {
		l, err := remote.Listen(t.Context(), path, remote.ModeReadWrite)
		if err != nil {
			t.Fatal(err)
		}
		f, err := l.(*net.UnixListener).File()
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command("sleep", "0.5")
		c.ExtraFiles = []*os.File{f}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		os.Exit(0)
	}
	path := filepath.Join(t.TempDir(), "sock")
	c := exec.Command(os.Args[0], "-test.run", "^TestListenAfterHeir$")
	c.Env = append(os.Environ(), heirVariable+"="+path)
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if nc, err := net.Dial("unix", path); err != nil {
		t.Logf("the socket is free already: %v", err)
	} else {
		nc.Close()
	}
	began := time.Now()
	l, err := remote.Listen(t.Context(), path, remote.ModeReadWrite)
	if err != nil {
		t.Fatalf("after %v: %v", time.Since(began), err)
	}
	l.Close()
}
