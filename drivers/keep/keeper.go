//go:build linux

package keep

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Keeper is a drivers.Keeper of files.
type Keeper struct {
	layout Layout
	places []place
}

// New makes a keeper; folders are made when something is kept in them.
func New(l Layout) *Keeper { return &Keeper{layout: l, places: l.places()} }

// place finds how objects of a kind are kept.
func (k *Keeper) place(kind drivers.Kind) (*place, error) {
	for i := range k.places {
		if p := &k.places[i]; p.kind == kind && p.dir != "" {
			return p, nil
		}
	}
	if kind == drivers.KindNWFilter || kind == drivers.KindNWFilterBinding {
		return nil, vir.Errorf(vir.FromNWFilter, vir.ErrOperationInvalid, "Can't define NWFilters in session mode")
	}
	return nil, vir.Errorf(vir.FromNone, vir.ErrInternalError, "there is no place for a %s", kind)
}

// folder is where an object of the owner is, "" for kinds without owners.
func (p *place) folder(owner string) (string, error) {
	if !p.owned {
		return p.dir, nil
	}
	if owner == "." || owner == ".." || !isFileName(owner) {
		return "", errName(owner)
	}
	return filepath.Join(p.dir, owner), nil
}

// path is where an object is.
func (p *place) path(owner, name string) (string, error) {
	dir, err := p.folder(owner)
	if err != nil {
		return "", err
	}
	if !isFileName(name) {
		return "", errName(name)
	}
	return filepath.Join(dir, name+suffix), nil
}

const (
	suffix      = ".xml"
	valueSuffix = ".base64"
)

// isFileName says that a name with a suffix is that of a file in the folder
// and nowhere else.
func isFileName(name string) bool { return name != "" && !strings.ContainsAny(name, "/\x00") }

func errName(name string) error {
	return vir.Errorf(vir.FromNone, vir.ErrXMLError, "name %s cannot be that of a file", name)
}

// system is a failure of the machine, as the reference puts it.
func system(domain vir.ErrorDomain, err error, format string, args ...any) error {
	var why error
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		why = p.Err
	case errors.As(err, &l):
		why = l.Err
	default:
		why = err
	}
	text := why.Error()
	if text != "" {
		text = strings.ToUpper(text[:1]) + text[1:] // as the C library words it
	}
	return vir.Errorf(domain, vir.ErrSystemError, format+": %s", append(args, text)...)
}

func (p *place) dirMode() os.FileMode {
	if p.private {
		return 0o700
	}
	return 0o755
}

// Keep stores an object.
func (k *Keeper) Keep(_ context.Context, o drivers.Kept) error {
	p, err := k.place(o.Kind)
	if err != nil {
		return err
	}
	path, err := p.path(o.Owner, o.Name)
	if err != nil {
		return err
	}
	if err := makeFolder(filepath.Dir(path), p.dirMode()); err != nil {
		return system(vir.FromNone, err, "cannot create config directory '%s'", filepath.Dir(path))
	}
	text := p.text(o.Name, o.Document)
	if o.Kind == drivers.KindSecret {
		return p.writeSecret(path, text, o.Value)
	}
	return p.write(path, text)
}

// writeSecret writes the two files of a secret. A change is one of the
// document or one of the value: what is there already is not written again, so
// that the change is made at once or not at all.
func (p *place) writeSecret(path string, text, value []byte) error {
	if value == nil {
		// One that a daemon has left, which was killed while it forgot a secret,
		// is not to be the value of this one.
		if err := p.remove(valuePath(path), vir.FromSecret, "cannot unlink '%s'"); err != nil {
			return err
		}
		return p.write(path, text)
	}
	encoded := base64.StdEncoding.AppendEncode(nil, value)
	for _, f := range []struct {
		path string
		text []byte
	}{{valuePath(path), encoded}, {path, text}} {
		if old, err := read(f.path); err == nil && bytes.Equal(old, f.text) {
			continue
		}
		if err := p.write(f.path, f.text); err != nil {
			return err
		}
	}
	return nil
}

func valuePath(path string) string { return strings.TrimSuffix(path, suffix) + valueSuffix }

// Forget removes an object. One that is not there is no error.
func (k *Keeper) Forget(_ context.Context, kind drivers.Kind, owner, name string) error {
	p, err := k.place(kind)
	if err != nil {
		return err
	}
	path, err := p.path(owner, name)
	if err != nil {
		return err
	}
	if p.linked() {
		for _, link := range []string{p.link(name), p.once(name)} {
			if err := p.remove(link, vir.FromNone, "Failed to delete symlink '%s'"); err != nil {
				return err
			}
		}
	}
	switch kind {
	case drivers.KindDomain:
		return p.remove(path, vir.FromDomain, "cannot remove config %s")
	case drivers.KindNetwork:
		return p.remove(path, vir.FromNetwork, "cannot remove config file '%s'")
	case drivers.KindSecret:
		// The document first: a value without one is nothing.
		if err := p.remove(path, vir.FromSecret, "cannot unlink '%s'"); err != nil {
			return err
		}
		return p.remove(valuePath(path), vir.FromSecret, "cannot unlink '%s'")
	}
	if err := p.remove(path, vir.FromNone, "cannot remove config file '%s'"); err != nil {
		return err
	}
	if p.owned {
		// The folder of a domain goes with the last that is in it.
		_ = os.Remove(filepath.Dir(path))
	}
	return nil
}
