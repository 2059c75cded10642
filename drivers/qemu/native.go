//go:build linux

package qemu

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.NativeConverter = (*Backend)(nil)

// nativeFormat is the only one: a command line for a shell.
const nativeFormat = "qemu-argv"

// KnowsNative knows command lines.
func (*Backend) KnowsNative(format string) error {
	if format != nativeFormat {
		return vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, "unsupported config type %s", format)
	}
	return nil
}

// Native is the command line of a guest, as of one that never runs: its number
// is -1, descriptors and ports are made up, images are not looked into.
func (b *Backend) Native(ctx context.Context, _ string, d *domxml.Domain) (string, error) {
	e, err := b.cfg.Emulator(ctx, d)
	if err != nil {
		return "", err
	}
	s := &start{b: b, g: b.newGuest(d, -1, e, func(drivers.Fact) {}), d: d, opts: b.cfg.Settings}
	if err := s.volumes(); err != nil {
		return "", err
	}
	o := &s.opts
	o.Dirs = s.g.dirs
	o.HostEnv = hostEnv
	o.Now = time.Now()
	o.Secret = b.cfg.Secret
	o.MasterKey = make([]byte, 32) // shown as a file that is not made
	o.Random = func(b []byte) { _, _ = rand.Read(b) }
	o.Random(o.MasterKey)
	if err := argv.PrepareNative(d, o); err != nil {
		return "", err
	}
	c, err := argv.Build(d, e, *o)
	if err != nil {
		return "", err
	}
	return c.String(), nil
}
