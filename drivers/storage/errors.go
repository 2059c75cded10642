//go:build linux

package storage

import (
	"errors"
	"os"
	"strings"
	"syscall"

	"github.com/govirtd/govirtd/protocol/vir"
)

// systemError is a failed system call as the reference tells it: a text with
// the words of the C library behind it, and the number.
func systemError(domain vir.ErrorDomain, err error, format string, args ...any) error {
	n := errnoOf(err)
	e := vir.Errorf(domain, vir.ErrSystemError, format+": %s", append(args, strerror(n, err))...)
	e.Int1 = int32(n)
	return e
}

// errnoOf is the number inside of an error; os.Root's own refusal to leave a
// directory has none and counts as one of access.
func errnoOf(err error) syscall.Errno {
	var n syscall.Errno
	switch {
	case errors.As(err, &n):
		return n
	case errors.Is(err, os.ErrNotExist):
		return syscall.ENOENT
	case errors.Is(err, os.ErrExist):
		return syscall.EEXIST
	}
	return syscall.EACCES
}

// strerror has the C library's words: Go's begin with a small letter.
func strerror(n syscall.Errno, err error) string {
	text := n.Error()
	if n == 0 {
		text = err.Error()
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// errConfig is a configuration that does not work (VIR_ERR_CONFIG_UNSUPPORTED).
func errConfig(format string, args ...any) error {
	return vir.Errorf(vir.FromStorage, vir.ErrConfigUnsupported, format, args...)
}

func errInvalidOperation(format string, args ...any) error {
	return vir.Errorf(vir.FromStorage, vir.ErrOperationInvalid, format, args...)
}

func errNoSupport(format string, args ...any) error {
	return vir.Errorf(vir.FromStorage, vir.ErrNoSupport, format, args...)
}

func errNoVolume(path string) error {
	return vir.Errorf(vir.FromStorage, vir.ErrNoStorageVol, "no storage vol with matching path '%s'", path)
}

// unknownFlags refuses bits that the reference's function of that name does.
func unknownFlags[F ~uint32](flags, known F, function string) error {
	if bad := flags &^ known; bad != 0 {
		return vir.UnsupportedFlags(vir.FromStorage, function, uint32(bad))
	}
	return nil
}
