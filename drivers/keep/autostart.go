//go:build linux

package keep

import (
	"context"
	"os"
	"path/filepath"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// linked kinds can be started with the host.
func (p *place) linked() bool {
	return p.kind == drivers.KindDomain || p.kind == drivers.KindNetwork || p.kind == drivers.KindStoragePool
}

// link is the mark that an object is to be started with the host.
func (p *place) link(name string) string { return filepath.Join(p.dir, "autostart", name+suffix) }

// once is the mark for the next start only; domains may have it.
func (p *place) once(name string) string { return p.link(name) + ".once" }

// SetAutostart marks an object, or takes the mark away.
func (k *Keeper) SetAutostart(_ context.Context, kind drivers.Kind, name string, on bool) error {
	return k.setMark(kind, name, (*place).link, on)
}

// SetAutostartOnce does so for the next start with the host only.
func (k *Keeper) SetAutostartOnce(_ context.Context, kind drivers.Kind, name string, on bool) error {
	return k.setMark(kind, name, (*place).once, on)
}

func (k *Keeper) setMark(kind drivers.Kind, name string, linkOf func(*place, string) string, on bool) error {
	p, err := k.place(kind)
	if err != nil {
		return err
	}
	path, err := p.path("", name)
	if err != nil {
		return err
	}
	link := linkOf(p, name)
	if !on || !p.linked() {
		return p.remove(link, vir.FromNone, "Failed to delete symlink '%s'")
	}
	if err := makeFolder(filepath.Dir(link), p.dirMode()); err != nil {
		return system(vir.FromNone, err, "cannot create autostart directory '%s'", filepath.Dir(link))
	}
	if err := replaceLink(path, link); err != nil {
		return system(vir.FromNone, err, "Failed to create symlink '%s' to '%s'", link, path)
	}
	return nil
}

// marked says whether an object is to be started with the host: whether the
// link leads to it.
func (p *place) marked(name, link string) bool {
	if !p.linked() {
		return false
	}
	a, err := os.Stat(link)
	if err != nil {
		return false
	}
	b, err := os.Stat(filepath.Join(p.dir, name+suffix))
	return err == nil && os.SameFile(a, b)
}

// drivers of the reference that start objects with the host.
var starters = map[drivers.Kind]string{
	drivers.KindDomain:      "qemu",
	drivers.KindNetwork:     "network",
	drivers.KindStoragePool: "storage",
}

// FirstSinceBoot reports whether it is asked for the first time since the host
// booted, whoever asked before.
func (k *Keeper) FirstSinceBoot(_ context.Context, kind drivers.Kind) (bool, error) {
	mark := filepath.Join(k.layout.run(starters[kind]), "autostarted")
	if err := makeFolder(filepath.Dir(mark), 0o755); err != nil {
		return false, system(vir.FromNone, err, "cannot create '%s'", filepath.Dir(mark))
	}
	f, err := os.OpenFile(mark, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case os.IsExist(err):
		return false, nil
	case err != nil:
		return false, system(vir.FromNone, err, "Failed to create file '%s'", mark)
	}
	return true, f.Close()
}
