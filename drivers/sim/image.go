package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var (
	_ drivers.ImageStore = (*Backend)(nil)
	_ drivers.CoreDumper = (*Guest)(nil)
)

// An image of a simulated guest is the reference's: a magic word with its
// NUL, the length of the document in the byte order of the machine, the
// document. A core dump is the magic word alone.
const (
	imageMagic = "TestGuestMagic\x00"
	// maxImageDocument is the longest document that the reference reads back,
	// although it writes longer ones.
	maxImageDocument = 8192
)

// SaveImage writes the document; a simulated guest has no memory to keep.
func (b *Backend) SaveImage(_ context.Context, _ drivers.Guest, path, domain string, doc []byte) error {
	return writeImage(path, domain, doc)
}

// EditImage writes the image again.
func (b *Backend) EditImage(_ context.Context, path, domain string, doc []byte) error {
	return writeImage(path, domain, doc)
}

func writeImage(path, domain string, doc []byte) error {
	f, err := open(path, newImage)
	if err != nil {
		return systemError(err, "saving domain '%s' to '%s': open failed", domain, path)
	}
	image := append([]byte(imageMagic), make([]byte, 4)...)
	binary.NativeEndian.PutUint32(image[len(imageMagic):], uint32(len(doc)))
	if _, err = f.Write(append(image, doc...)); err != nil {
		f.Close()
		return systemError(err, "saving domain '%s' to '%s': write failed", domain, path)
	}
	if err = f.Close(); err != nil {
		return systemError(err, "saving domain '%s' to '%s': write failed", domain, path)
	}
	return nil
}

// LoadImage reads the document back.
func (b *Backend) LoadImage(_ context.Context, path string) ([]byte, error) {
	f, err := open(path, os.O_RDONLY)
	if err != nil {
		return nil, systemError(err, "cannot read domain image '%s'", path)
	}
	defer f.Close()
	head := make([]byte, len(imageMagic)+4)
	if _, err := io.ReadFull(f, head[:len(imageMagic)]); err != nil {
		return nil, systemError(err, "incomplete save header in '%s'", path)
	}
	if string(head[:len(imageMagic)]) != imageMagic {
		return nil, vir.Errorf(vir.FromTest, vir.ErrInternalError, "mismatched header magic")
	}
	if _, err := io.ReadFull(f, head[len(imageMagic):]); err != nil {
		return nil, systemError(err, "failed to read metadata length in '%s'", path)
	}
	n := int32(binary.NativeEndian.Uint32(head[len(imageMagic):]))
	if n < 1 || n > maxImageDocument {
		return nil, vir.Errorf(vir.FromTest, vir.ErrInternalError, "length of metadata out of range")
	}
	doc := make([]byte, n)
	if _, err := io.ReadFull(f, doc); err != nil {
		return nil, systemError(err, "incomplete metadata in '%s'", path)
	}
	return doc, nil
}

// DumpCore writes as much as there is of the guest's memory: nothing.
func (g *Guest) DumpCore(_ context.Context, path string, format vir.DomainCoreDumpFormat) error {
	f, err := open(path, newImage)
	if err != nil {
		return systemError(err, "domain '%s' coredump: failed to open %s", g.name, path)
	}
	defer f.Close()
	if _, err := f.WriteString(imageMagic); err != nil {
		return systemError(err, "domain '%s' coredump: failed to write header to %s", g.name, path)
	}
	// The reference looks at the format last, when the file is there.
	if format != vir.DomainCoreDumpFormatRaw {
		return vir.Errorf(vir.FromTest, vir.ErrOperationUnsupported, "kdump-compressed format is not supported here")
	}
	return nil
}

const (
	newImage = os.O_CREATE | os.O_TRUNC | os.O_WRONLY
	// imageWait is how long a file that is none may take: a pipe, a terminal.
	imageWait = 10 * time.Second
)

// open opens an image; a new one may be read by the daemon's user only. A pipe
// with nobody at its other end must not hold the caller.
func open(path string, flags int) (*os.File, error) {
	f, err := os.OpenFile(path, flags|syscall.O_NONBLOCK, 0o600)
	if err == nil {
		// Real files have no deadline and need none.
		_ = f.SetDeadline(time.Now().Add(imageWait))
	}
	return f, err
}

// systemError is an error of the operating system, told as C programs do:
// with its own text and number.
func systemError(err error, format string, args ...any) error {
	var errno syscall.Errno
	text := "Success" // what C calls the end of a file
	if errors.As(err, &errno) {
		text = errno.Error()
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	e := vir.Errorf(vir.FromTest, vir.ErrSystemError, "%s: %s", fmt.Sprintf(format, args...), text)
	e.Int1 = int32(errno)
	return e
}
