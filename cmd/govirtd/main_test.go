package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"help", []string{"--help"}, exitOK, "govirtd is a libvirt daemon", ""},
		{"version", []string{"--version"}, exitOK, "as libvirt 11.3.0", ""},
		{"unknown flag", []string{"--bogus"}, exitUsage, "", "flag provided but not defined: -bogus"},
		{"argument", []string{"x"}, exitUsage, "", `unexpected argument "x"`},
		{"release", []string{"--compat=libvirt-1.0.0"}, exitUsage, "", "the one release to be compatible with is libvirt-11.3.0"},
		{"log format", []string{"--log-format=xml"}, exitUsage, "", "text or json"},
		{"log level", []string{"--log-level=loud"}, exitUsage, "", "loud"},
		{"limits", []string{"--max-clients=0"}, exitUsage, "", "limits begin at 1"},
		{"support", []string{"support"}, exitOK, "connect_open", ""},
		{"support of what", []string{"support", "--bogus"}, exitUsage, "", `unexpected argument "--bogus"`},
		{"domains", []string{"--domains=-1"}, exitUsage, "", "from 0 to 100000"},
		{"seed", []string{"--seed=x"}, exitUsage, "", "invalid value"},
		{"long path", []string{"--sock-dir", filepath.Join(os.TempDir(), strings.Repeat("x", 120))}, exitError, "", "longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(c.args, &stdout, &stderr); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("stdout %q, stderr %q", stdout.String(), stderr.String())
			}
			if c.code == exitUsage && !strings.Contains(stderr.String(), "Try 'govirtd --help'") {
				t.Error("no word about what to do")
			}
		})
	}
	os.RemoveAll(filepath.Join(os.TempDir(), strings.Repeat("x", 120)))
}

// lines collects output and lets a test wait for it.
type lines struct{ ch chan string }

func (l *lines) Write(p []byte) (int, error) {
	l.ch <- string(p)
	return len(p), nil
}

// TestLife starts a daemon, finds that a second one is refused, and ends the
// first with a signal: its sockets are gone then.
func TestLife(t *testing.T) {
	dir, err := os.MkdirTemp("", "govirtd")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	out := &lines{make(chan string, 10)}
	done := make(chan int, 1)
	go func() {
		done <- run([]string{"--sock-dir", dir, "--log-level=error", "--pprof", filepath.Join(dir, "pprof")}, out, os.Stderr)
	}()
	select {
	case line := <-out.ch:
		if want := "virsh -c 'test+unix:///default?socket=" + dir + "/libvirt-sock' list --all"; !strings.Contains(line, want) {
			t.Errorf("ready line %q", line)
		}
	case code := <-done:
		t.Fatalf("ended with %d", code)
	}
	for name, mode := range map[string]os.FileMode{"libvirt-sock": 0o700, "libvirt-sock-ro": 0o777, "pprof": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %o, want %o", name, info.Mode().Perm(), mode)
		}
	}
	var stderr bytes.Buffer
	if code := run([]string{"--sock-dir", dir}, &bytes.Buffer{}, &stderr); code != exitInUse {
		t.Errorf("a second daemon ended with %d, want %d", code, exitInUse)
	}
	if !strings.Contains(stderr.String(), "in use") || !strings.Contains(stderr.String(), "--sock-dir") {
		t.Errorf("a second daemon said %q", stderr.String())
	}
	stop(t)
	select {
	case code := <-done:
		if code != exitOK {
			t.Errorf("ended with %d", code)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("does not end")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
