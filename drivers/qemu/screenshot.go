//go:build linux

package qemu

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.Screenshotter  = (*Backend)(nil)
	_ drivers.GraphicsOpener = (*Guest)(nil)
)

// OpenGraphics hands a connection to the server of a screen.
func (g *Guest) OpenGraphics(ctx context.Context, screen uint, socket *os.File, skipAuth bool) error {
	d := g.live.Load()
	if screen >= uint(len(d.Devices.Graphics)) {
		return errInternal("No graphics backend with index %d", screen)
	}
	protocol := d.Devices.Graphics[screen].Type
	if protocol != "vnc" && protocol != "spice" {
		return errInternal("Can only open VNC, SPICE or D-Bus p2p graphics backends, not %s", protocol)
	}
	ctx, cancel := context.WithTimeout(ctx, g.backend.cfg.Times.Verb)
	defer cancel()
	const name = "graphicsfd"
	if err := g.mon.RunFiles(ctx, "getfd", object{"fdname": name}, nil, socket); err != nil {
		return g.monitorError(err)
	}
	return g.monitorError(g.mon.Run(ctx, "add_client", object{"protocol": protocol, "fdname": name, "skipauth": skipAuth}, nil))
}

// Screenshot lets the emulator draw a screen: PNG where it can, PPM otherwise.
func (b *Backend) Screenshot(ctx context.Context, _ string, _ vir.DomainState, guest drivers.Guest, screen uint32) (string, io.ReadCloser, error) {
	g, ok := guest.(*Guest)
	if !ok {
		return "", nil, vir.Errorf(vir.FromDomain, vir.ErrOperationInvalid, "domain is not running")
	}
	args := object{}
	if len(g.live.Load().Devices.Videos) == 0 {
		return "", nil, vir.Errorf(vir.FromQEMU, vir.ErrOperationInvalid, "no screens to take screenshot from")
	}
	device, head, err := findScreen(g.live.Load(), screen)
	if err != nil {
		return "", nil, err
	}
	if device != "" {
		args["device"], args["head"] = device, head
	}
	mime := "image/x-portable-pixmap"
	if g.emulator.Version >= 7001000 {
		mime = "image/png"
		args["format"] = "png"
	}
	f, err := g.outputFile(ctx, "qemu.screendump", func(path string) error {
		args["filename"] = path
		return g.verb(ctx, "screendump", args, nil)
	})
	if err != nil {
		return "", nil, err
	}
	return mime, f, nil
}

// findScreen is the device behind a number: the heads of all cards are
// counted. Without cards the emulator decides about the first.
func findScreen(d *domxml.Domain, screen uint32) (device string, head uint32, err error) {
	n := screen
	for i := range d.Devices.Videos {
		v := &d.Devices.Videos[i]
		if v.Model.Type == "none" {
			continue
		}
		heads := max(uint32(v.Model.Heads), 1)
		if n < heads {
			return alias(v.Alias), n, nil
		}
		n -= heads
	}
	if screen == 0 {
		return "", 0, nil
	}
	return "", 0, errInvalid("no such screen ID")
}

// outputFile gives what the emulator writes into a file that is gone already
// when the caller reads it.
func (g *Guest) outputFile(_ context.Context, name string, write func(path string) error) (*os.File, error) {
	f, err := os.CreateTemp(g.dirs.Lib, name+".*")
	if err != nil {
		return nil, errSystem(vir.FromQEMU, err, "mkstemp(\"%s\") failed", filepath.Join(g.dirs.Lib, name))
	}
	path := f.Name()
	defer os.Remove(path)
	if err := g.backend.cfg.User.own(path); err != nil {
		f.Close()
		return nil, errSystem(vir.FromQEMU, err, "unable to set user and group on '%s'", path)
	}
	if err := write(path); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
