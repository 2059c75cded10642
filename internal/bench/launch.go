package bench

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a daemon that we have started.
type process struct {
	cmd  *exec.Cmd
	dir  string
	done chan struct{}
}

// patience is how long a daemon may take to start, and to end.
const patience = 20 * time.Second

// Start starts the daemon of the target's command, instead of the one that
// runs, and waits for its first answer.
func (t *Target) Start() error {
	_, err := t.start()
	return err
}

// start is Start; it tells how long the first answer took.
func (t *Target) start() (time.Duration, error) {
	t.Stop()
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return 0, err
	}
	p := &process{dir: dir, done: make(chan struct{})}
	argv := make([]string, len(t.Command))
	for i, a := range t.Command {
		argv[i] = strings.ReplaceAll(a, "{}", dir)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return 0, err
	}
	defer log.Close()
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr = log, log, dieWithUs()
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return 0, err
	}
	go func() { p.cmd.Wait(); close(p.done) }()
	t.running = p
	for {
		for _, t.Socket = range []string{filepath.Join(dir, "libvirt-sock"), filepath.Join(dir, "s", "libvirt-sock")} {
			var c *conn
			if c, err = t.connect(); err == nil {
				took := time.Since(began)
				t.PID = peerOf(c.Conn)
				t.hold = c
				return p.fromExec(began, took), nil
			}
		}
		select {
		case <-p.done:
			err = fmt.Errorf("%s has ended at once", argv[0])
		default:
			nap(100 * time.Microsecond)
			if time.Since(began) < patience {
				continue
			}
			err = fmt.Errorf("%s does not answer: %w", argv[0], err)
		}
		text, _ := os.ReadFile(log.Name())
		t.Stop()
		return 0, fmt.Errorf("%w\n%s", err, text)
	}
}

// fromExec leaves out what a script did before it became the daemon, if it
// has noted the time of that (nanoseconds since 1970) in the file exec.
func (p *process) fromExec(began time.Time, took time.Duration) time.Duration {
	b, err := os.ReadFile(filepath.Join(p.dir, "exec"))
	if err != nil {
		return took
	}
	at, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return took
	}
	return took - time.Unix(0, at).Sub(began)
}

// Stop ends the daemon that Start has started, and forgets what it held.
func (t *Target) Stop() {
	for _, c := range t.idle {
		c.Close()
	}
	if t.hold != nil {
		t.hold.Close()
	}
	t.hold, t.idle, t.domains = nil, nil, 0
	p := t.running
	if p == nil {
		return
	}
	t.running = nil
	terminate(t.PID)
	select {
	case <-p.done:
	case <-time.After(patience):
	}
	p.cmd.Process.Signal(syscall.SIGKILL) // the first process of a script may outlive the daemon
	<-p.done
	os.RemoveAll(p.dir)
}

// Log copies what the daemon has written.
func (t *Target) Log(w io.Writer) {
	if t.running == nil {
		return
	}
	if b, err := os.ReadFile(filepath.Join(t.running.dir, "log")); err == nil {
		w.Write(b)
	}
}
