package conformance

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
)

// TestReadyLine takes the command that govirtd prints when it is ready and pastes it into a shell.
func TestReadyLine(t *testing.T) {
	lab.Tool(t, "virsh")
	d := govirtd(t)
	line := strings.TrimSpace(d.Out.String())
	at := strings.Index(line, "virsh ")
	if at < 0 || strings.Contains(line, "\n") {
		t.Fatalf("the ready line is %q", line)
	}
	if out := command(t, "/bin/sh", "-c", line[at:]); !strings.Contains(out, "test   running") {
		t.Errorf("%s printed %q", line[at:], out)
	}
}

// TestSecondDaemon starts a daemon where one is running, and where one has crashed.
func TestSecondDaemon(t *testing.T) {
	first := govirtd(t)
	dir := filepath.Dir(first.SocketDir)
	second := exec.Command(lab.Govirtd(t), "--sock-dir", first.SocketDir, "--root", filepath.Join(dir, "r"))
	out, err := second.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("the second daemon: %v, want exit status 3", err)
	}
	if !strings.Contains(string(out), first.Socket()) {
		t.Errorf("it does not name the socket: %s", out)
	}
	c, _ := open(t, first, "test") // the first one is unharmed
	works(t, c)

	first.Kill()
	if _, err := os.Stat(first.Socket()); err != nil {
		t.Fatalf("a killed daemon cannot have removed its socket: %v", err)
	}
	third := lab.StartIn(t, dir)
	c, _ = open(t, third, "test")
	works(t, c)
}

// TestShutdown ends a daemon that has a client.
func TestShutdown(t *testing.T) {
	virsh := lab.NativeVirsh(t)
	d := govirtd(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	listener := virsh.Command(ctx, d.WorkDir, "-c", d.URI(), "event", "--all", "--loop")
	var said strings.Builder
	listener.Stdout, listener.Stderr = &said, &said
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	began := time.Now()
	d.Stop(t)
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("it took %v to end", took)
	}
	if code := d.ExitCode(); code != 0 {
		t.Errorf("exit status %d\n%s", code, d.Log)
	}
	listener.Wait()
	if ctx.Err() != nil {
		t.Error("the client was not told")
	}
	for _, readOnly := range []bool{false, true} {
		if _, err := os.Stat(d.Place.Socket(readOnly)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there (%v)", d.Place.Socket(readOnly), err)
		}
	}
}

func TestUsage(t *testing.T) {
	path := lab.Govirtd(t)
	for _, test := range []struct {
		flag string
		exit int
		want string
	}{
		{"--help", 0, "--sock-dir DIR"},
		{"--version", 0, "govirtd "},
		{"--bogus", 2, "bogus"},
		{"--compat=libvirt-1.0", 2, "libvirt-11.3.0"},
		{"--qemu=bogus", 2, "real, simulated or off"},
		{"extra", 2, "extra"},
	} {
		out, err := exec.Command(path, test.flag).CombinedOutput()
		code := 0
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if code != test.exit || !strings.Contains(string(out), test.want) {
			t.Errorf("govirtd %s: exit status %d, want %d and %q in\n%s", test.flag, code, test.exit, test.want, out)
		}
	}
}
