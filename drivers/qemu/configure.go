//go:build linux

package qemu

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// configure tells the process what its command line could not, and learns from
// it what the document does not say yet. Each question takes a turn of a
// process that has better things to do, so only those are asked that matter to
// this guest.
func (s *start) configure(ctx context.Context) error {
	g := s.g
	d := s.d.Clone() // events are looked up in the other one
	steps := []func(context.Context, *domxml.Domain) error{g.readCPU, g.findTerminals, g.setUp, g.setLimits, g.setPins, g.setPasswords, g.setBalloon}
	for _, step := range steps {
		if err := step(ctx, d); err != nil {
			return s.orDied(err)
		}
	}
	for i := range d.Devices.Channels {
		c := &d.Devices.Channels[i]
		if c.Target != nil && c.Target.Type == "virtio" && (c.Type == "unix" || c.Type == "pty") {
			c.Target.State = "disconnected"
		}
		if isAgent(c) {
			g.agentChanged(false, vir.ConnectDomainEventAgentLifecycleReasonDomainStarted)
		}
	}
	g.live.Store(d)
	if s.paused {
		g.life.mu.Lock()
		g.life.stopped = true
		g.life.mu.Unlock()
	} else if err := g.Resume(ctx); err != nil {
		return s.orDied(err)
	}
	g.begin()
	return nil
}

// orDied is the error of a command, or of a process that has ended under it.
func (s *start) orDied(err error) error {
	select {
	case <-s.g.mon.Done():
		return s.died()
	default:
		return err
	}
}

// findTerminals writes the names of terminals into a document.
func (g *Guest) findTerminals(ctx context.Context, d *domxml.Domain) error {
	v := &d.Devices
	var terminals []*domxml.Chardev
	for _, list := range [][]domxml.Chardev{v.Serials, v.Parallels, v.Channels, v.Consoles} {
		for i := range list {
			if list[i].Type == "pty" {
				terminals = append(terminals, &list[i])
			}
		}
	}
	if len(terminals) == 0 {
		return nil
	}
	var backends []struct {
		Label    string `json:"label"`
		Filename string `json:"filename"`
	}
	if err := g.verb(ctx, "query-chardev", nil, &backends); err != nil {
		return err
	}
	paths := map[string]string{}
	for _, b := range backends {
		if path, ok := strings.CutPrefix(b.Filename, "pty:"); ok {
			paths[b.Label] = path
		}
	}
	for _, c := range terminals {
		path := paths["char"+alias(c.Alias)]
		if path == "" {
			return errInternal("no assigned pty for device %s", alias(c.Alias))
		}
		if len(c.Sources) == 0 {
			c.Sources = []domxml.ChardevSource{{}}
		}
		c.Sources[0].Path, c.Sources[0].Chosen = path, true
	}
	for i := range v.Consoles {
		if c := &v.Consoles[i]; c.Type == "pty" {
			c.TTY = c.Sources[0].Path
		}
	}
	return nil
}

// setUp does what a definition wants beyond the usual.
func (g *Guest) setUp(ctx context.Context, d *domxml.Domain) error {
	if d.OnReboot != domxml.LifecycleRestart && d.OnReboot != "" {
		if err := g.setRebootAction(ctx, d.OnReboot); err != nil {
			return err
		}
	}
	for i := range d.Devices.Interfaces {
		if n := &d.Devices.Interfaces[i]; n.Link != nil && n.Link.State == "down" {
			if err := g.SetLink(ctx, n, false); err != nil {
				return err
			}
		}
	}
	if b := d.Devices.Memballoon; b != nil && b.Stats != nil && b.Stats.Period > 0 {
		return g.SetMemoryStatsPeriod(ctx, time.Duration(b.Stats.Period)*time.Second)
	}
	return nil
}

// setPasswords sets those of the screens.
func (g *Guest) setPasswords(ctx context.Context, d *domxml.Domain) error {
	for i := range d.Devices.Graphics {
		s := &d.Devices.Graphics[i]
		password := s.Passwd
		switch {
		case s.Type == "vnc" && password == "":
			password = g.backend.cfg.Settings.VNC.Password
		case s.Type == "spice" && password == "":
			password = g.backend.cfg.Settings.SPICE.Password
		}
		if s.Type != "vnc" && s.Type != "spice" || password == "" {
			continue
		}
		connected := s.Connected
		if connected == "" {
			connected = "keep"
		}
		if err := g.verb(ctx, "set_password", object{"protocol": s.Type, "password": password, "connected": connected}, nil); err != nil {
			return err
		}
		until := "never"
		if t, err := time.Parse("2006-01-02T15:04:05", s.PasswdValidTo); err == nil {
			until = strconv.FormatInt(t.Unix(), 10)
		}
		if err := g.verb(ctx, "expire_password", object{"protocol": s.Type, "time": until}, nil); err != nil {
			return err
		}
	}
	return nil
}

// setBalloon takes from the guest what it is not to have now. How much it has
// is what it gives back.
func (g *Guest) setBalloon(ctx context.Context, d *domxml.Domain) error {
	if !d.HasMemballoon() {
		d.CurrentMemory = domxml.KiB(d.MaxMemoryKiB())
		return nil
	}
	if d.MemoryKiB() == d.MaxMemoryKiB() {
		return nil
	}
	if err := g.SetMemory(ctx, d.MemoryKiB()); err != nil {
		return err
	}
	f, err := g.queryBalloon(ctx)
	if err != nil {
		return g.monitorError(err)
	}
	d.CurrentMemory = domxml.KiB(f.actual >> 10)
	return nil
}

var _ drivers.MemorySetter = (*Guest)(nil)

// SetMemory moves the balloon.
func (g *Guest) SetMemory(ctx context.Context, kib uint64) error {
	return g.verb(ctx, "balloon", object{"value": kib << 10}, nil)
}
