//go:build linux

package qemu

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/qmp"
	"github.com/govirtd/govirtd/protocol/vir"
)

// maxStatus bounds a status file.
const maxStatus = 16 << 20

// statusFile is what stands in a status file beside the document.
type statusFile struct {
	State   string `xml:"state,attr"`
	Reason  string `xml:"reason,attr"`
	PID     int    `xml:"pid,attr"`
	Monitor struct {
		Path string `xml:"path,attr"`
	} `xml:"monitor"`
	NodeName struct {
		Index uint `xml:"index,attr"`
	} `xml:"nodename"`
	LibDir     pathElement `xml:"libDir"`
	ChannelDir pathElement `xml:"channelTargetDir"`
	RAMDir     pathElement `xml:"memoryBackingDir"`

	// These are what only the daemon that wrote them knows; another one writes
	// them again as they are.
	Namespaces *verbatim `xml:"namespaces"`
	Caps       *verbatim `xml:"qemuCaps"`
	CPU        *verbatim `xml:"cpu"`
	Logd       *verbatim `xml:"chardevStdioLogd"`

	doc    *domxml.Domain
	places map[string]place
}

// verbatim is an element as it stands.
type verbatim struct {
	Attrs []xml.Attr `xml:",any,attr"`
	Inner string     `xml:",innerxml"`
}

func (v *verbatim) text(name string) string {
	if v == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("  <" + name)
	for _, a := range v.Attrs {
		fmt.Fprintf(&b, " %s='%s'", a.Name.Local, escape(a.Value))
	}
	if v.Inner == "" {
		return b.String() + "/>\n"
	}
	return b.String() + ">" + v.Inner + "</" + name + ">\n"
}

// foreign are the elements of another daemon, none if it has been one of ours.
func (s *statusFile) foreign() string {
	if s.Caps == nil {
		return ""
	}
	return s.Namespaces.text("namespaces") + s.Caps.text("qemuCaps") + s.CPU.text("cpu") + s.Logd.text("chardevStdioLogd")
}

type pathElement struct {
	Path string `xml:"path,attr"`
}

func readStatus(path string) (*statusFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxStatus+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxStatus {
		return nil, fmt.Errorf("%s is too large", path)
	}
	// The comment in front has the domain's name in it as it is.
	if _, rest, ok := bytes.Cut(b, []byte("-->")); ok {
		b = rest
	}
	from, to := bytes.Index(b, []byte("<domain ")), bytes.LastIndex(b, []byte("</domain>"))
	if from < 0 || to < from {
		return nil, fmt.Errorf("%s has no domain", path)
	}
	to += len("</domain>")
	s := &statusFile{}
	if err := xml.Unmarshal(slices.Concat(b[:from], b[to:]), s); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if s.doc, err = domxml.ParseDomain(b[from:to], domxml.Live(), domxml.Stored()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if s.places, err = placesIn(b[from:to]); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if s.PID <= 1 {
		return nil, fmt.Errorf("%s names no process", path)
	}
	return s, nil
}

func (s *statusFile) state() (vir.DomainState, int32) {
	state := vir.DomainState(max(slices.Index(stateWords, s.State), 0))
	return state, int32(max(slices.Index(reasonWords[state], s.Reason), 0))
}

// Survivors reads the status files. A file that cannot be read is left alone.
// Processes whose start nobody was told of are ended: their client believes
// that they were never there.
func (b *Backend) Survivors(context.Context) ([]drivers.Survivor, error) {
	paths, err := filepath.Glob(filepath.Join(b.cfg.Dirs.Run, "*.xml"))
	if err != nil {
		return nil, err
	}
	var out []drivers.Survivor
	dirs := map[string]bool{}
	var guests []*Guest
	for _, path := range paths {
		s, err := readStatus(path)
		if err != nil {
			b.log.Warn("the status of a guest cannot be read", "path", path, "error", err)
			continue
		}
		g := b.found(s)
		dirs[g.dirs.Lib] = true
		state, reason := s.state()
		if state == vir.DomainPaused && reason == int32(vir.DomainPausedStartingUp) {
			b.abandon(g, s)
			continue
		}
		b.ports.take(g.ports)
		guests = append(guests, g)
		out = append(out, drivers.Survivor{Domain: s.doc, ID: s.doc.ID, State: state, Reason: reason,
			Attach: func(ctx context.Context, notify drivers.Notify) (drivers.Guest, error) {
				g.notify = notify
				if err := b.attach(ctx, g, s); err != nil {
					g.clear()
					close(g.over)
					return nil, err
				}
				return g, nil
			},
			Destroy: func(_ context.Context, graceful bool) error { return b.destroyFound(g, s, graceful) },
		})
	}
	b.sweep(dirs)
	b.settleOwners(guests)
	return out, nil
}

// found is the guest of a status file, without its process.
func (b *Backend) found(s *statusFile) *Guest {
	g := b.newGuest(s.doc, s.doc.ID, nil, func(drivers.Fact) {})
	if s.LibDir.Path != "" {
		g.dirs.Lib = s.LibDir.Path
	}
	if s.ChannelDir.Path != "" {
		g.dirs.Channel = s.ChannelDir.Path
	}
	if s.RAMDir.Path != "" {
		g.dirs.RAM = s.RAMDir.Path
	}
	g.lastNode = s.NodeName.Index
	g.foreign = s.foreign()
	if c, err := domxml.ParseCPU([]byte(s.CPU.text("cpu"))); s.CPU != nil && err == nil {
		g.cpu = c
	}
	g.ports = screenPorts(s.doc)
	g.places = s.places
	g.images = append(ownFiles(s.doc), g.volumeFiles()...)
	g.live.Store(s.doc)
	return g
}

// abandon ends what was never acknowledged.
func (b *Backend) abandon(g *Guest, s *statusFile) {
	p, err := b.adopt(s)
	switch {
	case err == nil:
		_ = p.signal(unix.SIGKILL)
		select {
		case <-p.done:
			p.release()
		case <-time.After(time.Second):
		}
	case !errors.Is(err, errNoProcess):
		b.log.Error("a guest whose start was never told of runs on", "domain", g.name, "error", err)
		return // and it is for the next daemon
	}
	g.clear()
}

// errNoProcess says that a guest has certainly ended.
var errNoProcess = errors.New("no such process")

// adopt gets hold of the process of a status file, and makes sure that it is
// the one.
func (b *Backend) adopt(s *statusFile) (p *process, err error) {
	p, err = adopt(s.PID)
	if errors.Is(err, unix.ESRCH) {
		return nil, fmt.Errorf("%w %d", errNoProcess, s.PID)
	}
	if err != nil {
		return nil, err
	}
	args, err := os.ReadFile(p.path("cmdline"))
	switch {
	case missing(err), errors.Is(err, unix.ESRCH):
		err = fmt.Errorf("%w %d", errNoProcess, s.PID)
	case err == nil && !slices.Contains(strings.Split(string(args), "\x00"), s.doc.UUID.String()):
		err = fmt.Errorf("%w: %d is another one", errNoProcess, s.PID)
	}
	if err != nil {
		p.fd.Close() // which ends the watch, too
		return nil, err
	}
	return p, nil
}

// attach connects to a guest that was found. One that does not answer now is
// taken over all the same: the monitor's own order sees to it that it is
// greeted before anything else when it does.
func (b *Backend) attach(ctx context.Context, g *Guest, s *statusFile) error {
	var err error
	if g.emulator, err = b.cfg.Emulator(ctx, s.doc); err != nil {
		b.log.Warn("nothing is known of the emulator of a running guest", "domain", g.name, "error", err)
		g.emulator = unknownEmulator(s.doc)
	}
	for {
		// A daemon that has run out of descriptors knows nothing of the guest.
		if g.proc, err = b.adopt(s); err == nil {
			break
		}
		if errors.Is(err, errNoProcess) || errors.Is(err, unix.ENOSYS) {
			return errInternal("the process of domain '%s' has gone: %v", g.name, err)
		}
		b.log.Warn("the process of a guest cannot be held yet", "domain", g.name, "error", err)
		time.Sleep(time.Second)
	}
	path := s.Monitor.Path
	if path == "" {
		path = filepath.Join(g.dirs.Lib, "monitor.sock")
	}
	conn, err := b.reach(ctx, g, path)
	if err != nil {
		// Nobody will ever speak to it again.
		_ = g.proc.signal(unix.SIGKILL)
		select {
		case <-g.proc.done:
			g.proc.release()
		case <-time.After(b.cfg.Times.Kill):
		}
		return errInternal("failed to connect to the monitor of domain '%s': %v", g.name, err)
	}
	g.started = time.Now()
	g.connect(conn)
	g.begin()
	glance, cancel := context.WithTimeout(ctx, b.cfg.Times.Query)
	defer cancel()
	err = g.mon.Run(glance, "qmp_capabilities", nil, nil)
	var silent *qmp.SilentError
	if errors.As(err, &silent) {
		go g.reconcileLater()
		return nil
	}
	if err != nil {
		// It ends just now, and is told of as any other.
		return nil
	}
	g.reconcile(glance)
	return nil
}

// reach connects to the monitor. A process that stands still has room for a
// few connections only, and each daemon that was there in the meantime has
// taken one: it is waited for until it goes on or has ended.
func (b *Backend) reach(ctx context.Context, g *Guest, path string) (conn net.Conn, err error) {
	for told := false; ; told = true {
		if conn, err = dial(ctx, path); err == nil || missing(err) || errors.Is(err, unix.ECONNREFUSED) {
			return conn, err
		}
		if !told {
			b.log.Warn("the monitor of a guest takes no connection yet", "domain", g.name, "error", err)
		}
		select {
		case <-g.proc.done:
			return nil, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// reconcileLater waits for a process that does not answer.
func (g *Guest) reconcileLater() {
	for {
		select {
		case <-g.mon.Done():
			return
		case <-time.After(time.Second):
		}
		if _, _, busy := g.mon.Busy(); !busy {
			ctx, cancel := context.WithTimeout(context.Background(), g.backend.cfg.Times.Verb)
			g.reconcile(ctx)
			cancel()
			return
		}
	}
}

// reconcile tells what has become of a guest while nobody listened.
func (g *Guest) reconcile(ctx context.Context) {
	var s struct {
		Status  string `json:"status"`
		Running bool   `json:"running"`
	}
	if err := g.mon.Run(ctx, "query-status", nil, &s); err != nil {
		g.backend.log.Warn("a guest does not say how it is", "domain", g.name, "error", err)
		return
	}
	g.life.mu.Lock()
	g.life.stopped = !s.Running
	g.life.mu.Unlock()
	switch s.Status {
	case "running":
		g.notify(drivers.Continued{})
	case "shutdown":
		g.life.mu.Lock()
		g.life.off, g.life.orderly = true, true
		g.life.mu.Unlock()
		g.notify(drivers.ShutDown{Detail: vir.DomainEventShutdownGuest})
	case "guest-panicked":
		g.notify(drivers.Paused{Reason: vir.DomainPausedCrashed})
		g.notify(drivers.Crashed{Waiting: true})
	case "io-error":
		g.notify(drivers.Paused{Reason: vir.DomainPausedIoerror})
	case "watchdog":
		g.notify(drivers.Paused{Reason: vir.DomainPausedWatchdog})
	case "suspended":
		g.notify(drivers.Slept{})
	default:
		g.notify(drivers.Paused{Reason: vir.DomainPausedUnknown})
	}
	g.reconcileDevices(ctx)
}

// reconcileDevices tells of channels and of the balloon.
func (g *Guest) reconcileDevices(ctx context.Context) {
	d := g.live.Load()
	if d.HasMemballoon() {
		if f, err := g.queryBalloon(ctx); err == nil && f.actual>>10 != d.MemoryKiB() {
			g.notify(drivers.BalloonChanged{Actual: f.actual >> 10})
		}
	}
	if len(d.Devices.Channels) == 0 {
		return
	}
	var backends []struct {
		Label string `json:"label"`
		Open  bool   `json:"frontend-open"`
	}
	if err := g.mon.Run(ctx, "query-chardev", nil, &backends); err != nil {
		return
	}
	for i := range d.Devices.Channels {
		c := &d.Devices.Channels[i]
		if c.Target == nil || c.Target.Type != "virtio" || c.Target.State == "" {
			continue
		}
		for _, b := range backends {
			if b.Label == "char"+alias(c.Alias) && b.Open != (c.Target.State == "connected") {
				g.notify(drivers.ChannelChanged{Alias: alias(c.Alias), Connected: b.Open})
				if isAgent(c) {
					g.agentChanged(b.Open, vir.ConnectDomainEventAgentLifecycleReasonChannel)
				}
			}
		}
	}
}

// sweep ends processes that have a folder here and no status file: their
// daemon has ended between the two.
func (b *Backend) sweep(known map[string]bool) {
	list, err := filepath.Glob(filepath.Join(b.cfg.Dirs.Lib, "domain-*"))
	if err != nil {
		return
	}
	stray := map[string]bool{}
	for _, dir := range list {
		if !known[dir] {
			stray[filepath.Join(dir, "master-key.aes")] = true
		}
	}
	if len(stray) == 0 {
		return
	}
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, e := range processes {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		for key := range stray {
			if hasKey(pid, key) {
				b.kill(pid, key)
			}
		}
	}
	for key := range stray {
		_ = os.RemoveAll(filepath.Dir(key))
	}
}

// hasKey reports whether a process is an emulator with that master key.
func hasKey(pid int, key string) bool {
	args, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	return err == nil && bytes.Contains(args, []byte(`"masterKey0"`)) && bytes.Contains(args, []byte(`"`+key+`"`))
}

func (b *Backend) kill(pid int, key string) {
	p, err := adopt(pid)
	if err != nil {
		return
	}
	if hasKey(pid, key) { // still the same one
		_ = p.signal(unix.SIGKILL)
		select {
		case <-p.done:
		case <-time.After(time.Second):
		}
	}
	p.fd.Close()
}

// unknownEmulator is what must be enough where an emulator has been removed
// under its guests.
func unknownEmulator(d *domxml.Domain) *qemucaps.Emulator {
	return &qemucaps.Emulator{Path: d.Devices.Emulator, Arch: d.OS.Type.Arch}
}
