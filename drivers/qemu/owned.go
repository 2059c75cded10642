//go:build linux

package qemu

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/drivers/qemu/argv"
)

// A daemon that is killed while it starts or ends a guest leaves files that
// belong to the guests' user for nobody. Before it takes the first one it
// writes down which, in a folder where only the daemon writes; the next daemon
// finds the list beside those of the guests that live on, and from both how
// many guests have each file.

const ownedSuffix = ".images"

func (g *Guest) ownedPath() string {
	return filepath.Join(g.backend.cfg.Dirs.Run, argv.ShortName(g.id, g.name)+ownedSuffix)
}

// takeImages gives the guest's user what it is to open.
func (g *Guest) takeImages(files []string) (err error) {
	if g.backend.cfg.User == nil || len(files) == 0 {
		return nil
	}
	// No path has that byte in it.
	if err := replace(g.ownedPath(), []byte(strings.Join(files, "\x00")), 0o600); err != nil {
		return err
	}
	g.images, err = g.backend.takeOwners(files)
	return err
}

// giveImages puts it back.
func (g *Guest) giveImages() {
	b := g.backend
	b.restoreOwners(g.images)
	if b.cfg.User == nil {
		return
	}
	if err := os.Remove(g.ownedPath()); err != nil && !missing(err) {
		b.log.Warn("the list of a guest's images stays", "domain", g.name, "error", err)
	}
}

// settleOwners puts back what belongs to guests that were never there or have
// gone; guests are those that live on.
func (b *Backend) settleOwners(guests []*Guest) {
	if b.cfg.User == nil {
		return
	}
	lists, err := filepath.Glob(filepath.Join(b.cfg.Dirs.Run, "*"+ownedSuffix))
	if err != nil {
		return
	}
	for _, list := range lists {
		if slices.ContainsFunc(guests, func(g *Guest) bool { return g.ownedPath() == list }) {
			continue
		}
		text, err := os.ReadFile(list)
		if err != nil {
			b.log.Warn("the list of a guest's images cannot be read", "path", list, "error", err)
			continue
		}
		for _, path := range strings.Split(string(text), "\x00") {
			have := uint64(0)
			for _, g := range guests {
				if slices.Contains(g.images, path) {
					have++
				}
			}
			if err := settleOwner(path, have); err != nil && !errors.Is(err, unix.ENOENT) {
				b.log.Warn("the owner of a file was not put back", "path", path, "error", err)
			}
		}
		_ = os.Remove(list)
	}
}

// settleOwner makes a file that guests have had one that so many have.
func settleOwner(path string, guests uint64) error {
	ownerMu.Lock()
	defer ownerMu.Unlock()
	f, err := openAny(path)
	if err != nil {
		return err
	}
	defer f.Close()
	a := attributes(f)
	r := a.read()
	switch {
	case r.count == 0 || r.count == guests:
		return nil
	case guests == 0:
		return a.giveBack(r)
	}
	r.count = guests
	return a.write(r)
}
