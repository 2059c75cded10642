//go:build linux

package qemucaps

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/govirtd/govirtd/internal/qmp"
)

// User is who runs emulators.
type User struct {
	UID, GID uint32
	Groups   []uint32
}

// process is an emulator without a machine, asked over its standard streams.
type process struct {
	*qmp.Client
	greeting *qmp.Greeting
	cmd      *exec.Cmd
	stderr   *words
	waited   chan struct{} // closed when the process is no more
}

// start starts an emulator and shakes hands with it; accel is "kvm:tcg". The
// process does not outlive ours, has nothing of our environment and none of
// our descriptors.
func start(ctx context.Context, binary, accel string, as *User) (*process, error) {
	p := &process{stderr: &words{}, waited: make(chan struct{})}
	p.cmd = exec.Command(binary, "-S", "-no-user-config", "-nodefaults", "-nographic",
		"-machine", "none,accel="+accel, "-qmp", "stdio")
	p.cmd.Dir = "/"
	p.cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/"}
	p.cmd.Stderr = p.stderr
	p.cmd.WaitDelay = time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if as != nil {
		p.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: as.UID, Gid: as.GID, Groups: as.Groups}
	}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	// Not StdoutPipe, whose Wait would close it under the reader.
	out, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.cmd.Stdout = theirs
	err = p.cmd.Start()
	theirs.Close()
	if err != nil {
		out.Close()
		return nil, err
	}
	p.Client = qmp.New(&streams{in: in, out: out}, qmp.Options{})
	go func() {
		defer close(p.waited)
		p.cmd.Wait() //nolint:errcheck // how it ended is told by its words
	}()
	if p.greeting, err = p.Handshake(ctx); err != nil {
		p.kill()
		if said := p.stderr.String(); said != "" {
			return nil, errors.New(said)
		}
		return nil, err
	}
	return p, nil
}

// kill ends the process and all that it has started, and waits until it is gone.
func (p *process) kill() {
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) //nolint:errcheck // it may be gone
	p.Close()
	<-p.waited
}

// streams are the two pipes of a process.
type streams struct {
	in  io.WriteCloser
	out *os.File
}

func (s *streams) Read(p []byte) (int, error)  { return s.out.Read(p) }
func (s *streams) Write(p []byte) (int, error) { return s.in.Write(p) }

func (s *streams) Close() error {
	err := s.in.Close()
	if err2 := s.out.Close(); err == nil {
		err = err2
	}
	return err
}

// words keeps the first words of a process; the rest is thrown away. It is read
// after the process has ended.
type words struct{ buf bytes.Buffer }

// maxWords is how much of the standard error is kept.
const maxWords = 4 << 10

func (t *words) Write(p []byte) (int, error) {
	if room := maxWords - t.buf.Len(); room > 0 {
		t.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (t *words) String() string { return strings.TrimSpace(t.buf.String()) }
