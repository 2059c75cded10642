// Package blockchain finds the images that the image of a disk stands on, so
// that QEMU is told about each of them and opens nothing by itself.
//
// An image is looked into only where its format is known: the document names
// it, or the header of the image above does. A raw image is never looked into,
// since the guest decides what is in it. Where a header leaves the format
// open, the image below is looked at once; if that shows more than an image
// that stands alone, it is refused.
package blockchain

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/internal/diskimage"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Options are what a Detector needs of the host.
type Options struct {
	// As names the user of the guest in errors: " (as uid:64055, gid:64055)".
	As string
	// Open opens an image; nil opens files of the host.
	Open func(path string) (Image, error)
}

// Image is an open image of Size bytes.
type Image interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// maxDepth is how many images may stand on one another, as in the reference.
const maxDepth = 200

// link is one image of a chain, however the document holds it.
type link struct {
	typ    domxml.DiskType
	source *domxml.DiskSource
	format string
}

// Detect completes the chain of a disk that has a source: images below those
// that the document names are found in the headers, and the end is marked.
// What the document ends stays ended. Errors are those of a start.
func Detect(k *domxml.Disk, o Options) error {
	if o.Open == nil {
		o.Open = open
	}
	w := &walk{o: o, top: sourceName(k.Type, k.Source)}
	at := link{typ: k.Type, source: k.Source, format: "raw"}
	if k.Driver != nil && k.Driver.Type != "" {
		at.format = k.Driver.Type
	}
	slot := &k.BackingStore
	for {
		if *slot != nil && (*slot).Source == nil {
			return w.exists(at) // the document ends it
		}
		if *slot == nil {
			next, err := w.below(&at)
			if err != nil || next == nil {
				return err
			}
			*slot = next
			if next.Source == nil {
				return nil
			}
		} else if err := w.exists(at); err != nil {
			return err
		}
		s := *slot
		if w.depth++; w.depth > maxDepth {
			return w.tooDeep()
		}
		at = link{typ: s.Type, source: s.Source, format: "raw"}
		if s.Format != nil {
			at.format = s.Format.Type
		}
		slot = &s.Store
	}
}

// walk is one way down a chain.
type walk struct {
	o     Options
	top   string
	above string // the image whose header named the present one
	seen  map[string]bool
	depth int
}

func (w *walk) tooDeep() error {
	return vir.Errorf(vir.FromStorage, vir.ErrInternalError, "backing store for %s is self-referential or too deeply nested", w.top)
}

// below finds what an image stands on: an empty BackingStore for nothing, nil
// where only the emulator can know.
func (w *walk) below(at *link) (*domxml.BackingStore, error) {
	path, local := localPath(at.typ, at.source)
	if !local {
		if at.format == "raw" {
			return &domxml.BackingStore{}, nil
		}
		return nil, nil
	}
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	if w.seen[path] {
		return nil, w.tooDeep()
	}
	w.seen[path] = true
	if !hasHeader(at.format) {
		return &domxml.BackingStore{}, w.exists(*at)
	}
	info, err := w.probe(path)
	if err != nil {
		return nil, err
	}
	// A header of another format is the emulator's to complain about.
	if info.Format != at.format {
		return &domxml.BackingStore{}, nil
	}
	if info.External {
		if err := w.data(at.source, path, info.DataFile); err != nil {
			return nil, err
		}
	}
	if info.BackingFile == "" {
		return &domxml.BackingStore{}, nil
	}
	w.above = path
	s, err := backing(info.BackingFile, path)
	if err != nil || s == nil {
		return nil, err
	}
	format := formatWord(info.BackingFormat)
	if info.BackingFormat == "" {
		if format, err = w.guess(s, path); err != nil {
			return nil, err
		}
	}
	s.Format = &domxml.ImageFormat{Type: format}
	return s, nil
}

// guess looks into an image whose format nobody has named.
func (w *walk) guess(s *domxml.BackingStore, above string) (string, error) {
	path, local := localPath(s.Type, s.Source)
	if !local {
		return "raw", nil
	}
	info, err := w.probe(path)
	if err != nil {
		return "", err
	}
	if info.BackingFile != "" {
		return "", vir.Errorf(vir.FromStorage, vir.ErrOperationInvalid, "format of backing image '%s' of image '%s' was not specified in the image metadata "+
			"(See https://libvirt.org/kbase/backing_chains.html for troubleshooting)", path, above)
	}
	return formatWord(info.Format), nil
}

// data notes the file that holds the data of an image.
func (w *walk) data(s *domxml.DiskSource, image, file string) error {
	if file == "" || s.DataStore != nil {
		return nil
	}
	d := &domxml.DiskSource{Type: domxml.DiskFile, File: beside(image, file)}
	s.DataStore = &domxml.DataStore{Type: domxml.DiskFile, Format: &domxml.ImageFormat{Type: "raw"}, Source: d}
	above := w.above
	w.above = image
	defer func() { w.above = above }()
	return w.exists(link{typ: domxml.DiskFile, source: d})
}

// exists checks that an image of the host is there.
func (w *walk) exists(at link) error {
	path, local := localPath(at.typ, at.source)
	if !local {
		return nil
	}
	i, err := w.o.Open(path)
	if err != nil {
		return w.cannot(path, err)
	}
	return i.Close()
}

func (w *walk) probe(path string) (diskimage.Info, error) {
	i, err := w.o.Open(path)
	if err != nil {
		return diskimage.Info{}, w.cannot(path, err)
	}
	defer i.Close()
	info, err := diskimage.Probe(i, i.Size())
	if err != nil {
		return info, w.cannot(path, err)
	}
	return info, nil
}

func (w *walk) cannot(path string, err error) error {
	as := w.o.As
	text, number := err.Error(), int32(-1)
	var no unix.Errno
	if errors.As(err, &no) {
		number = int32(no)
		text = sentence(no)
	}
	what := fmt.Sprintf("storage file '%s'", path)
	if w.above != "" && w.above != path {
		what = fmt.Sprintf("backing file '%s' of storage file '%s'", path, w.above)
	}
	e := vir.Errorf(vir.FromStorage, vir.ErrSystemError, "Cannot access %s%s: %s", what, as, text)
	e.Int1 = number
	return e
}

func sentence(no unix.Errno) string {
	b := []byte(no.Error())
	if len(b) > 0 && 'a' <= b[0] && b[0] <= 'z' {
		b[0] -= 'a' - 'A'
	}
	return string(b)
}

// localPath is the file or device of the host that an image is in.
func localPath(typ domxml.DiskType, s *domxml.DiskSource) (string, bool) {
	switch {
	case s == nil, s.FDGroup != "":
		return "", false
	case typ == domxml.DiskFile, typ == "":
		return s.File, s.File != ""
	case typ == domxml.DiskBlock:
		return s.Dev, s.Dev != ""
	}
	return "", false
}

func sourceName(typ domxml.DiskType, s *domxml.DiskSource) string {
	if path, ok := localPath(typ, s); ok {
		return path
	}
	if s == nil {
		return ""
	}
	return s.Name
}

// hasHeader reports whether images of a format say what they stand on.
func hasHeader(format string) bool {
	switch format {
	case "cow", "qcow", "qcow2", "qed", "vmdk":
		return true
	}
	return false
}

// formatWord is the format as documents have it: what they do not know, such
// as the name of a protocol, is raw.
func formatWord(s string) string {
	switch s {
	case "bochs", "cloop", "cow", "dmg", "iso", "qcow", "qcow2", "qed", "raw", "vdi", "vhdx", "vmdk", "vpc", "ploop", "luks":
		return s
	}
	return "raw"
}

// beside is a file named by an image: relative to the image's folder.
func beside(image, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Dir(image) + "/" + file // as it stands: a folder may be a link
}

// file is an image of the host.
type file struct {
	*os.File
	size int64
}

func (f file) Size() int64 { return f.size }

// open opens an image for reading. What is neither a file nor a disk, such as
// a pipe, seems empty.
func open(path string) (Image, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	size := info.Size()
	switch {
	case info.Mode().IsRegular():
	case info.Mode()&(os.ModeDevice|os.ModeCharDevice) == os.ModeDevice:
		if size, err = f.Seek(0, io.SeekEnd); err != nil {
			f.Close()
			return nil, err
		}
	default:
		size = 0
	}
	return file{f, size}, nil
}
