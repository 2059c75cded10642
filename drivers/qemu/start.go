//go:build linux

package qemu

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Start makes a process for a domain and returns when its virtual CPUs run, or
// could. When it fails, the host is as it was before.
func (b *Backend) Start(ctx context.Context, d *domxml.Domain, o drivers.StartOptions, notify drivers.Notify) (drivers.Guest, error) {
	if o.Saved != "" || o.Snapshot != nil {
		return nil, vir.Errorf(vir.FromQEMU, vir.ErrOperationUnsupported, "guests cannot be continued from an image yet")
	}
	e, err := b.cfg.Emulator(ctx, d)
	if err != nil {
		return nil, err
	}
	live := d.Clone()
	live.ID = o.ID
	s := &start{b: b, g: b.newGuest(d, o.ID, e, notify), d: live, opts: b.cfg.Settings, paused: o.Paused}
	if err := s.run(ctx); err != nil {
		s.undo()
		return nil, err
	}
	return s.g, nil
}

// start is what belongs to one start.
type start struct {
	b      *Backend
	g      *Guest
	d      *domxml.Domain // the live document in the making
	opts   argv.Options
	paused bool

	// files are handed to the process, from descriptor 3 on.
	files []*os.File
	conn  net.Conn // to the monitor
	// logged is where the log of this process begins.
	logged int64
}

func (s *start) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{s.cpu, s.document, s.places, s.sockets, s.devices, s.owners, s.tpms, s.spawn, s.greet, s.configure} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// firstFile is the first descriptor behind those that all processes have.
const firstFile = 3

// hand gives a file to the process and returns its number there.
func (s *start) hand(f *os.File) int {
	s.files = append(s.files, f)
	return firstFile + len(s.files) - 1
}

// document completes the live document as far as the host decides it.
func (s *start) document(context.Context) error {
	s.opts.Dirs = s.g.dirs
	s.opts.HostEnv = hostEnv
	s.opts.Now = time.Now()
	if err := s.volumes(); err != nil {
		return err
	}
	if err := s.secrets(); err != nil {
		return err
	}
	if err := s.chains(); err != nil {
		return err
	}
	var err error
	if s.g.ports, err = s.b.assignPorts(s.d); err != nil {
		return err
	}
	s.label()
	if s.d.Resource == nil && os.Geteuid() == 0 && controlGroups() {
		// where the reference puts guests of the system
		s.d.Resource = &domxml.Resource{Partition: "/machine"}
	}
	return argv.Prepare(s.d, &s.opts)
}

// secrets asks for those of encrypted disks: without them nothing else of the
// disks matters.
func (s *start) secrets() error {
	for i := range s.d.Devices.Disks {
		k := &s.d.Devices.Disks[i]
		e := k.Encryption
		if k.Source != nil && k.Source.Encryption != nil {
			e = k.Source.Encryption
		}
		if e == nil || s.b.cfg.Secret == nil {
			continue
		}
		for _, secret := range e.Secrets {
			ref := argv.SecretRef{Type: "volume", Usage: secret.Usage}
			if secret.UUID != nil {
				ref.UUID = *secret.UUID
			}
			if _, err := s.b.cfg.Secret(ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// label writes into the document whom the guest runs as.
func (s *start) label() {
	u := s.b.cfg.User
	if u == nil || slices.ContainsFunc(s.d.SecLabels, func(l domxml.SecLabel) bool { return l.Model == "dac" }) {
		return
	}
	s.d.SecLabels = append(s.d.SecLabels, domxml.SecLabel{Type: "dynamic", Model: "dac", Relabel: domxml.Yes, Label: u.label(), ImageLabel: u.label()})
}

// places makes the guest's folders and what is to be in them.
func (s *start) places(context.Context) error {
	for _, dir := range []string{s.g.dirs.Lib, s.g.dirs.Channel} {
		if err := s.b.makePrivate(dir); err != nil {
			return errSystem(vir.FromQEMU, err, "Cannot create directory '%s'", dir)
		}
	}
	if err := s.masterKey(); err != nil {
		return err
	}
	s.opts.Secret = s.b.cfg.Secret
	return s.nvram()
}

// masterKey hides the secrets on the command line from who may look at it.
func (s *start) masterKey() error {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	s.opts.MasterKey = key
	s.opts.Random = func(b []byte) { _, _ = rand.Read(b) } // it never fails
	path := filepath.Join(s.g.dirs.Lib, "master-key.aes")
	if err := os.WriteFile(path, key, 0o600); err != nil {
		return errSystem(vir.FromQEMU, err, "failed to write master key file for domain")
	}
	return s.b.cfg.User.own(path)
}

// nvram makes the firmware's variables from their template where the guest has
// none yet.
func (s *start) nvram() error {
	n := s.d.OS.NVRAM
	if n == nil || n.Path == "" || n.Template == "" {
		return nil
	}
	if _, err := os.Stat(n.Path); err == nil {
		return nil
	}
	in, err := os.Open(n.Template)
	if err != nil {
		return errSystem(vir.FromQEMU, err, "Failed to open file '%s'", n.Template)
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(n.Path), filepath.Base(n.Path)+".new-*")
	if err == nil {
		_, err = io.Copy(out, in)
		if e := out.Close(); err == nil {
			err = e
		}
		if err == nil {
			err = os.Rename(out.Name(), n.Path)
		}
		if err != nil {
			_ = os.Remove(out.Name())
		}
	}
	if err != nil {
		return errSystem(vir.FromQEMU, err, "unable to write to '%s'", n.Path)
	}
	return nil
}

// sockets makes those that the process is to listen on: it is never waited for
// until they are there.
func (s *start) sockets(ctx context.Context) error {
	path := filepath.Join(s.g.dirs.Lib, "monitor.sock")
	f, err := listen(path)
	if err != nil {
		return errSystem(vir.FromQEMU, err, "Unable to create unix socket '%s'", path)
	}
	s.opts.MonitorFD = s.hand(f)
	if s.conn, err = dial(ctx, path); err != nil {
		return errInternal("failed to connect to monitor socket: %v", err)
	}
	s.opts.ChardevFDs = map[string]int{}
	return eachChardev(s.d, func(c *domxml.Chardev) error {
		if c.Type != "unix" || len(c.Sources) == 0 || c.Sources[0].Mode != "bind" || c.Sources[0].Path == "" {
			return nil
		}
		f, err := listen(c.Sources[0].Path)
		if err != nil {
			return errSystem(vir.FromQEMU, err, "Unable to bind to UNIX socket path '%s'", c.Sources[0].Path)
		}
		s.opts.ChardevFDs[alias(c.Alias)] = s.hand(f)
		return s.b.cfg.User.own(c.Sources[0].Path)
	})
}

// eachChardev goes over the character devices, each backend once.
func eachChardev(d *domxml.Domain, use func(*domxml.Chardev) error) error {
	v := &d.Devices
	for _, list := range [][]domxml.Chardev{v.Serials, v.Parallels, v.Channels, v.Consoles} {
		for i := range list {
			if mirrors(v, &list[i]) {
				continue
			}
			if err := use(&list[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// mirrors reports whether a console is only another name of a serial port.
func mirrors(v *domxml.Devices, c *domxml.Chardev) bool {
	return len(v.Consoles) > 0 && c == &v.Consoles[0] && len(v.Serials) > 0 && alias(c.Alias) == alias(v.Serials[0].Alias)
}

// spawn begins the process.
func (s *start) spawn(context.Context) error {
	c, err := argv.Build(s.d, s.g.emulator, s.opts)
	if err != nil {
		return err
	}
	log, offset, err := s.b.logs.open(s.g.name)
	if err != nil {
		return errSystem(vir.FromQEMU, err, "Unable to open file '%s' with flags O_CREAT", s.b.logs.path(s.g.name))
	}
	defer log.Close()
	head := logLine(s.header()) + c.Lines() + "\n"
	if _, err := log.WriteString(head); err != nil {
		return errSystem(vir.FromQEMU, err, "unable to write log file")
	}
	s.logged = offset + int64(len(head))
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	s.g.proc, err = spawn(program{path: c.Path, args: c.Args, env: c.Env, user: s.b.cfg.User,
		files: append([]*os.File{null, log, log}, s.files...)})
	s.closeFiles()
	if err != nil {
		return errSystem(vir.FromNone, err, "Cannot check QEMU binary %s", c.Path)
	}
	s.g.started = time.Now()
	s.nameVolumes()
	pid := pidPath(s.b.cfg.Dirs.Run, s.g.name)
	if err := replace(pid, []byte(strconv.Itoa(s.g.proc.pid)), 0o644); err != nil {
		return errSystem(vir.FromQEMU, err, "Failed to write pid file '%s'", pid)
	}
	// A daemon that ends before the start is acknowledged has not made a guest.
	return s.g.KeepStatus(drivers.Status{State: vir.DomainPaused, Reason: int32(vir.DomainPausedStartingUp), Domain: s.d})
}

// header is the first line of a log: what ran where.
func (s *start) header() string {
	e := s.g.emulator
	var u unix.Utsname
	_ = unix.Uname(&u)
	host, _ := os.Hostname()
	return fmt.Sprintf("starting up govirtd, qemu version: %d.%d.%d%s, kernel: %s, hostname: %s",
		e.Version/1000000, e.Version/1000%1000, e.Version%1000, e.Package, unix.ByteSliceToString(u.Release[:]), host)
}

// greet waits for the monitor, or for the end of the process.
func (s *start) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.b.cfg.Times.Start)
	defer cancel()
	s.g.live.Store(s.d)
	s.g.connect(s.conn)
	s.conn = nil
	greeted := make(chan error, 1)
	go func() {
		_, err := s.g.mon.Handshake(ctx)
		greeted <- err
	}()
	select {
	case err := <-greeted:
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return vir.Errorf(vir.FromQEMU, vir.ErrOperationTimeout, "the monitor of domain '%s' has not answered for %v", s.g.name, s.b.cfg.Times.Start)
		}
		return s.died()
	case <-s.g.proc.done:
		return s.died()
	}
}

// died says why a process has ended too early, in its own words. It has hung
// up, and may take a moment to be gone.
func (s *start) died() error {
	select {
	case <-s.g.proc.done:
	case <-time.After(time.Second):
	}
	why := s.b.logs.tail(s.g.name, s.logged)
	if why == "" {
		why = "no message"
		if st := s.g.proc.status; st.Signaled() {
			why = fmt.Sprintf("killed by signal %d", st.Signal())
		} else if st.Exited() {
			why = fmt.Sprintf("exit status %d", st.ExitStatus())
		}
	}
	return errInternal("process exited while connecting to monitor: %s", why)
}

func (s *start) closeFiles() {
	for _, f := range s.files {
		f.Close()
	}
	s.files = nil
}

// undo puts back what a start that has failed has done.
func (s *start) undo() {
	s.closeFiles()
	if s.conn != nil {
		s.conn.Close()
	}
	g := s.g
	g.life.mu.Lock()
	g.life.destroyed = true // nobody is to hear of it
	g.life.mu.Unlock()
	if g.mon != nil {
		g.mon.Close()
	}
	if g.proc != nil {
		_ = g.proc.signal(unix.SIGKILL)
		select {
		case <-g.proc.done:
			g.proc.release()
		case <-time.After(s.b.cfg.Times.Kill):
			s.b.log.Error("a process whose start has failed cannot be killed", "domain", g.name, "pid", g.proc.pid)
		}
		s.b.logs.note(g.name, "shutting down, reason=failed")
	}
	g.clear()
}
