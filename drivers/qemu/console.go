//go:build linux

package qemu

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.ConsoleOpener = (*Guest)(nil)
	_ drivers.ChannelOpener = (*Guest)(nil)
)

// OpenConsole opens the terminal or socket of a device, of the first console
// or else the first serial port where none is named. The guest is not asked.
func (g *Guest) OpenConsole(ctx context.Context, device string) (io.ReadWriteCloser, error) {
	c := findConsole(g.live.Load(), device)
	if c == nil {
		if device == "" {
			return nil, errInternal("cannot find character device %s", "<null>")
		}
		return nil, errInternal("cannot find character device %s", device)
	}
	if len(c.Sources) == 0 || c.Sources[0].Path == "" || c.Type != "pty" && c.Type != "unix" {
		return nil, errInternal("character device %s is not using a PTY", alias(c.Alias))
	}
	path := c.Sources[0].Path
	if c.Type == "unix" {
		return openSocket(ctx, path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, errSystem(vir.FromStreams, err, "Unable to open stream for '%s'", path)
	}
	var s unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &s); err != nil || s.Mode&unix.S_IFMT != unix.S_IFCHR {
		f.Close()
		return nil, errInternal("character device %s is not using a PTY", alias(c.Alias))
	}
	// Fd has made it one that waits, which a goroutine cannot be called from.
	if err := unix.SetNonblock(int(f.Fd()), true); err != nil {
		f.Close()
		return nil, errSystem(vir.FromStreams, err, "Unable to set non-blocking mode")
	}
	return terminal{f}, nil
}

func openSocket(ctx context.Context, path string) (io.ReadWriteCloser, error) {
	conn, err := dial(ctx, path)
	if err != nil {
		return nil, errSystem(vir.FromStreams, err, "failed to connect to socket '%s'", path)
	}
	return conn, nil
}

// OpenChannel connects to the socket of a channel.
func (g *Guest) OpenChannel(ctx context.Context, name string) (io.ReadWriteCloser, error) {
	for i := range g.live.Load().Devices.Channels {
		c := &g.live.Load().Devices.Channels[i]
		is := alias(c.Alias) == name || c.Target != nil && c.Target.Name == name
		if name != "" && !is {
			continue
		}
		if c.Type != "unix" || len(c.Sources) == 0 || c.Sources[0].Path == "" {
			if name == "" {
				name = alias(c.Alias)
			}
			return nil, errInternal("channel %s is not using a UNIX socket", name)
		}
		return openSocket(ctx, c.Sources[0].Path)
	}
	if name == "" {
		name = "<null>"
	}
	return nil, errInternal("cannot find channel %s", name)
}

// terminal ends like any other stream: the kernel has an error for it.
type terminal struct{ *os.File }

func (t terminal) Read(p []byte) (int, error) {
	n, err := t.File.Read(p)
	if errors.Is(err, unix.EIO) {
		err = io.EOF
	}
	return n, err
}

// findConsole finds a text device by its name.
func findConsole(d *domxml.Domain, device string) *domxml.Chardev {
	v := &d.Devices
	if device == "" {
		for _, list := range [][]domxml.Chardev{v.Consoles, v.Serials} {
			if len(list) > 0 {
				return &list[0]
			}
		}
		return nil
	}
	for _, list := range [][]domxml.Chardev{v.Consoles, v.Serials, v.Parallels} {
		for i := range list {
			if alias(list[i].Alias) == device {
				return &list[i]
			}
		}
	}
	return nil
}
