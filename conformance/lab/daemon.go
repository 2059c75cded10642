package lab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/tap"
	"github.com/govirtd/govirtd/conformance/transcript"
	"github.com/govirtd/govirtd/conformance/wire"
)

// Daemon is a running daemon.
type Daemon struct {
	transcript.Place
	Name string // for reports
	PID  int    // of the daemon itself
	Log  *Log   // its standard error
	Out  *Log   // its standard output
	// FirstAnswer is the time from starting the process to the first answered call. For a reference it includes
	// the making of its namespaces.
	FirstAnswer time.Duration

	slow *transcript.Place
	cmd  *exec.Cmd
	done chan struct{}
	hard bool // end it with SIGKILL: it has nothing to put away
}

// Socket is the path of the read-write socket.
func (d *Daemon) Socket() string { return d.Place.Socket(false) }

// URI is the URI of the daemon's default test world.
func (d *Daemon) URI() string { return "test+unix:///default?socket=" + d.Socket() }

// start runs a daemon whose sockets appear in DIR/s and waits until it answers.
func start(t testing.TB, name, dir string, argv ...string) *Daemon {
	t.Helper()
	d := &Daemon{
		Place: transcript.Place{SocketDir: filepath.Join(dir, "s"), WorkDir: filepath.Join(dir, "t")},
		Name:  name, Log: &Log{}, Out: &Log{}, done: make(chan struct{}),
	}
	for _, sub := range []string{d.SocketDir, d.WorkDir} {
		if err := os.MkdirAll(sub, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	d.cmd = exec.Command(argv[0], argv[1:]...)
	d.cmd.Stdout, d.cmd.Stderr, d.cmd.SysProcAttr = d.Out, d.Log, sysProcAttr()
	began := time.Now()
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.PID = d.cmd.Process.Pid
	go func() { d.cmd.Wait(); close(d.done) }()
	t.Cleanup(func() { d.Stop(t) })
	deadline := time.Now().Add(20 * time.Second)
	for {
		c, err := wire.Open(d.Socket(), "test:///default")
		if err == nil {
			d.FirstAnswer = time.Since(began)
			c.Close()
			return d
		}
		select {
		case <-d.done:
			t.Fatalf("%s ended at once: %v\n%s", name, d.cmd.ProcessState, d.Log)
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not answer: %v\n%s", name, err, d.Log)
		}
	}
}

// signal sends a signal to the daemon itself, which may not be the process that was started.
func (d *Daemon) signal(s os.Signal) {
	if p, err := os.FindProcess(d.PID); err == nil {
		p.Signal(s)
	}
}

// Alive reports whether the daemon still runs.
func (d *Daemon) Alive() bool {
	select {
	case <-d.done:
		return false
	default:
		return true
	}
}

// Stop ends the daemon, gently first.
func (d *Daemon) Stop(t testing.TB) {
	if !d.Alive() {
		return
	}
	if d.hard {
		d.cmd.Process.Kill()
	} else {
		d.signal(syscall.SIGTERM)
	}
	select {
	case <-d.done:
	case <-time.After(10 * time.Second):
		t.Errorf("%s does not end within 10 s", d.Name)
		d.cmd.Process.Kill()
		<-d.done
	}
}

// Kill ends the daemon as a crash would.
func (d *Daemon) Kill() {
	d.signal(os.Kill)
	<-d.done
}

// ExitCode is the exit status of a daemon that was stopped.
func (d *Daemon) ExitCode() int {
	<-d.done
	return d.cmd.ProcessState.ExitCode()
}

// Hold keeps the daemon's default test world alive until the test ends: the reference forgets it with the last
// connection.
func (d *Daemon) Hold(t testing.TB) {
	t.Helper()
	c, err := wire.Open(d.Socket(), "test:///default")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
}

// Slow is the same daemon reached over sockets where its answers take a moment. The first call makes the sockets and
// belongs on the test's own goroutine.
func (d *Daemon) Slow(t testing.TB) transcript.Place {
	t.Helper()
	if d.slow != nil {
		return *d.slow
	}
	place := transcript.Place{SocketDir: filepath.Join(d.SocketDir, "slow"), WorkDir: d.WorkDir}
	if err := os.MkdirAll(place.SocketDir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{false, true} {
		between, err := tap.NewSlow(place.Socket(readOnly), d.Place.Socket(readOnly), 10*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { between.Close() })
	}
	d.slow = &place
	return place
}

// Log collects the standard error of a daemon.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *Log) String() string { return l.Since(0) }

// Len is the length so far.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Len()
}

// Since is what was written after the first n bytes.
func (l *Log) Since(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.buf.Bytes()[n:])
}

// Wait waits until a line with the part was written after the first n bytes, and returns the line.
func (l *Log) Wait(n int, part string, limit time.Duration) (string, error) {
	for end := time.Now().Add(limit); ; time.Sleep(2 * time.Millisecond) {
		for line := range strings.Lines(l.Since(n)) {
			if strings.Contains(line, part) && strings.HasSuffix(line, "\n") {
				return strings.TrimSuffix(line, "\n"), nil
			}
		}
		if time.Now().After(end) {
			return "", fmt.Errorf("no line with %q within %v", part, limit)
		}
	}
}
