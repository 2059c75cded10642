//go:build linux

package keep

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/govirtd/govirtd/drivers"
)

// maxFile bounds what is read of a file.
const maxFile = 64 << 20

// Load reads everything, owners before what belongs to them, and within a
// kind in the order of names.
func (k *Keeper) Load(ctx context.Context, report func(path string, err error)) ([]drivers.Kept, error) {
	var all []drivers.Kept
	for i := range k.places {
		p := &k.places[i]
		if p.dir == "" {
			continue
		}
		owners := []string{""}
		if p.owned {
			owners = names(p.dir, report, func(e fs.DirEntry) (string, bool) { return e.Name(), e.IsDir() })
		}
		for _, owner := range owners {
			dir := filepath.Join(p.dir, owner)
			for _, name := range names(dir, report, document) {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				if o, ok := p.load(owner, name, report); ok {
					all = append(all, o)
				}
			}
		}
	}
	return all, nil
}

// document is the name of the object in a file, false for other files.
func document(e fs.DirEntry) (string, bool) {
	name, ok := strings.CutSuffix(e.Name(), suffix)
	return name, ok && name != ""
}

// names are those that pass, sorted.
func names(dir string, report func(string, error), pass func(fs.DirEntry) (string, bool)) (out []string) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		report(dir, err)
	}
	for _, e := range entries {
		if name, ok := pass(e); ok {
			out = append(out, name)
		}
	}
	return out
}

// load reads one object.
func (p *place) load(owner, name string, report func(string, error)) (drivers.Kept, bool) {
	o := drivers.Kept{Kind: p.kind, Owner: owner, Name: name}
	path := filepath.Join(p.dir, owner, name+suffix)
	text, err := read(path)
	if err == nil {
		o.Document, err = p.unwrap(text)
	}
	if err != nil {
		report(path, err)
		return o, false
	}
	o.Autostart = p.marked(name, p.link(name))
	o.Once = p.kind == drivers.KindDomain && p.marked(name, p.once(name))
	if p.kind == drivers.KindSecret {
		if o.Value, err = readValue(valuePath(path)); err != nil {
			report(valuePath(path), err)
		}
	}
	return o, true
}

// readValue reads the value of a secret, nil where there is none.
func readValue(path string) ([]byte, error) {
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	value := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(value, text)
	if err != nil {
		return nil, err
	}
	return value[:n], nil
}

// read reads a file that is one, and of bounded size.
func read(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would make us wait
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		return nil, fmt.Errorf("more than %d bytes", maxFile)
	}
	return b, err
}
