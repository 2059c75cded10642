//go:build linux

package storage

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/diskimage"
	"golang.org/x/sys/unix"
)

// An image names the one below it in its header, and a guest that was given the
// file as a raw disk may have written that header. So a name from a header is
// believed only as far as it leads to a volume: into the target of a pool. What
// the user names in a document is opened wherever it is.

// maxChain bounds how many images may stand on one another.
const maxChain = 200

// imageFormats are the formats that libvirt knows by name.
var imageFormats = []string{
	"raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow", "qcow2", "qed", "vmdk",
}

// remote says whether the name of an image is none of a file: a URL, or "json:"
// and a description.
func remote(name string) bool {
	before, _, colon := strings.Cut(name, ":")
	return colon && !strings.Contains(before, "/")
}

// resolve makes the name of an image that stands in another one absolute.
func resolve(dir, name string) string {
	if remote(name) || strings.HasPrefix(name, "/") {
		return name
	}
	return dir + "/" + name
}

// backing describes the image below one in a pool.
func (s *Storage) backing(pool *domxml.StoragePool, info diskimage.Info) *domxml.StorageBackingStore {
	b := &domxml.StorageBackingStore{Path: resolve(pool.Target.Path, info.BackingFile)}
	format := info.BackingFormat
	if !slices.Contains(imageFormats, format) {
		format = "raw"
		if e, err := s.openInPools(b.Path); err == nil {
			format = e.format()
			e.close()
		}
	}
	b.Format = &domxml.StorageFormat{Type: format}
	describeBacking(b)
	return b
}

// describeBacking adds what can be known of the image below without opening it.
func describeBacking(b *domxml.StorageBackingStore) {
	var st syscall.Stat_t
	if remote(b.Path) || syscall.Stat(b.Path, &st) != nil {
		return
	}
	b.Permissions, b.Timestamps = describe(&st, nil), timestamps(&st)
}

// format finds out the format of an entry.
func (e *entry) format() string {
	if e.kind() == unix.S_IFDIR {
		return "dir"
	}
	if e.file == nil {
		return "raw"
	}
	info, err := diskimage.Probe(e.file, e.size())
	if err != nil {
		return "raw"
	}
	return info.Format
}

// openInPools opens a file for reading if it is below the target of a pool.
func (s *Storage) openInPools(path string) (*entry, error) {
	s.mu.Lock()
	targets := make([]string, 0, len(s.targets))
	for _, t := range s.targets {
		targets = append(targets, t)
	}
	s.mu.Unlock()
	for _, t := range targets {
		name, below := strings.CutPrefix(path, t+"/")
		if !below {
			continue
		}
		root, err := os.OpenRoot(t)
		if err != nil {
			continue
		}
		e, err := openEntry(root, name, os.O_RDONLY)
		root.Close()
		if err == nil {
			return e, nil
		}
	}
	return nil, os.ErrNotExist
}

// node is an image as qemu-img is told of it: everything by name, nothing to be
// found out.
type node map[string]any

// image says how qemu-img opens an image with all that it stands on. What it
// opens is passed to c; closing it is left to the caller, who is given it.
type image struct {
	s      *Storage
	c      *command
	opened []*entry
}

func (i *image) close() {
	for _, e := range i.opened {
		e.close()
	}
}

// source describes a volume to c.
func (i *image) source(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, f *os.File, size int64) (string, error) {
	format := "raw"
	if vol.Target.Format != nil {
		format = vol.Target.Format.Type
	}
	info, err := diskimage.Probe(f, size)
	if err != nil {
		return "", systemError(0, err, "cannot read header '%s'", vol.Target.Path)
	}
	if format == "iso" {
		format = "raw"
	}
	if info.Format != format && format == "raw" {
		info = diskimage.Info{Format: "raw"} // whatever its content looks like
	}
	n := node{"driver": format, "file": i.file(f, vol.Target.Path)}
	if info.Format == format {
		if err := i.below(n, pool.Target.Path, vol.Name, info, 1); err != nil {
			return "", err
		}
	}
	if e := vol.Target.Encryption; e != nil {
		id, err := i.s.secret(ctx, i.c, vol.Name, e)
		if err != nil {
			return "", err
		}
		if format == "raw" {
			n["driver"], n["key-secret"] = "luks", id
		} else {
			n["encrypt"] = node{"format": "luks", "key-secret": id}
		}
	}
	text, err := json.Marshal(n)
	return "json:" + string(text), err
}

func (i *image) file(f *os.File, path string) node {
	return node{"driver": "file", "filename": i.c.pass(f, path)}
}

// below adds to the node of an image those that its header names.
func (i *image) below(n node, dir, name string, info diskimage.Info, depth int) error {
	if info.External {
		e, path, err := i.open(dir, name, info.DataFile)
		if err != nil {
			return err
		}
		n["data-file"] = i.file(e.file, path)
	}
	if info.BackingFile == "" {
		if backed(info.Format) {
			n["backing"] = nil
		}
		return nil
	}
	if depth > maxChain {
		return errConfig("too many images below volume '%s'", name)
	}
	e, path, err := i.open(dir, name, info.BackingFile)
	if err != nil {
		return err
	}
	next, err := diskimage.Probe(e.file, e.size())
	if err != nil {
		return systemError(0, err, "cannot read header '%s'", path)
	}
	if f := info.BackingFormat; f != "" && f != next.Format {
		if f != "raw" {
			return errConfig("the image '%s' below volume '%s' is not of the format %s", path, name, f)
		}
		next = diskimage.Info{Format: "raw"}
	}
	if next.Encryption != "" {
		return errConfig("the image '%s' below volume '%s' is encrypted", path, name)
	}
	if next.Format == "iso" {
		next.Format = "raw"
	}
	b := node{"driver": next.Format, "read-only": true, "file": i.file(e.file, path)}
	n["backing"] = b
	return i.below(b, path[:strings.LastIndexByte(path, '/')], name, next, depth+1)
}

// open opens an image that is named in a header.
func (i *image) open(dir, volume, name string) (*entry, string, error) {
	path := resolve(dir, name)
	e, err := i.s.openInPools(path)
	if err != nil || e.file == nil {
		return nil, "", errConfig("the image '%s' below volume '%s' is in no active pool", path, volume)
	}
	i.opened = append(i.opened, e)
	return e, path, nil
}

// backed are the formats whose images can stand on others.
func backed(format string) bool {
	switch format {
	case "qcow2", "qcow", "qed", "vmdk":
		return true
	}
	return false
}
